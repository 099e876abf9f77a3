import { expect, it } from 'vitest'
import type { PreApproval } from '../../src/core/access/pre-approval.ts'
import type { Lane, Notice } from '../../src/core/notice.ts'
import { type Facts, notificationsOf } from '../../src/core/notifications.ts'
import { addressed, placesNeeded } from '../../src/core/recipients.ts'
import { approved, endedGrant, grant, NOON, request, target, used } from '../slack/rows.ts'
import { ADA, BEN, CHO, EVE, SAM } from '../support/workspace.ts'

/** Ada's access, which Ben asked for. Cho gave her a pre-approval, and Eve has her Home open. */
const forAda = request({ askedBy: BEN })
const offered = request({ askedBy: BEN, state: 'offered' })
const later = approved({ startsAt: NOON })
const by = (id: string) => ({ kind: 'person', id }) as const
const sweeper = { kind: 'system', id: 'sweeper' } as const
const refused = { person: EVE, target: 'orders-db', role: 'read' } as const
const preApproval: PreApproval = {
  id: 'pre-approval-12',
  number: 12,
  giver: CHO,
  person: ADA,
  target: 'orders-db',
  role: 'read',
  each: 1800,
  reason: 'on call',
  policyHash: 'a'.repeat(64),
  givenAt: NOON,
  endsAt: NOON,
  endedAt: undefined,
  endedBy: undefined,
  uses: 0,
}

const CARDS: readonly Lane[] = ['channel:C0ORDERS', 'channel:C0SECURITY']
/** Approvers are asked in their direct messages: Cho has a copy of the card, and the target's channel has none. */
const DIRECT: readonly Lane[] = ['channel:C0SECURITY', `person:${CHO}`]

/** When, what is known, who is notified, and the lanes with a card. */
type Row<W extends keyof Facts> = readonly [string, Facts[W], string, (readonly Lane[])?]

// biome-ignore format: a table reads best with one line for each row.
const table: { readonly [W in keyof Facts]: readonly Row<W>[] } = {
  'request.created': [
    ['it is pending', { lead: request(), requests: [request()] }, 'card: orders, security; feed asked: security; home: ada, eve'],
    ['it is for somebody else', { lead: offered, requests: [offered] }, 'told offered: ada; feed asked: security; home: ada, ben, eve'],
    ['a rule approved one of two', { lead: approved(), requests: [approved(), request()] }, 'card: orders, security; feed asked: security; home: ada, eve'],
  ],
  'request.accepted': [
    ['the receiver wants it', { lead: forAda, requests: [forAda] }, 'card: orders, security; told for-other: ben; home: ada, ben, eve'],
  ],
  'request.declined': [
    ['the receiver does not want it', { lead: offered, requests: [offered] }, 'feed decided: security; told for-other: ben; home: ada, ben, eve'],
  ],
  'request.withdrawn': [
    ['its requester did it', { request: request(), by: by(ADA) }, 'card: orders, security; feed decided: security; home: ada, eve'],
    ['security did it, and Ben had asked', { request: forAda, by: by(SAM) }, 'card: orders, security; told for-other: ben; told withdrawn: ada; feed decided: security; home: ada, ben, eve'],
    ['Ben did it before Ada had answered', { request: offered, by: by(BEN) }, 'feed decided: security; home: ada, ben, eve'],
    ['its requester has left', { request: request(), by: sweeper }, 'card: orders, security; feed decided: security; home: ada, eve'],
  ],
  'request.lapsed': [
    ['nobody decided', { request: forAda }, 'card: orders, security; told lapsed: ada; told for-other: ben; feed decided: security; home: ada, ben, eve'],
    ['its receiver did not answer', { request: offered }, 'told for-other: ben; feed decided: security; home: ada, ben, eve'],
  ],
  'decision.recorded': [
    ['more approvals are needed', { request: forAda }, 'card: orders, security; told counted: ada; feed decided: security; home: ada, ben, eve'],
  ],
  'request.approved': [
    ['somebody pressed the button', { request: forAda, automatic: false }, 'card: orders, security; told approved: ada; feed decided: security; told for-other: ben; home: ada, ben, eve'],
    ['a rule did it', { request: request(), automatic: true }, 'feed decided: security'],
    ['a rule did it, for later', { request: later, automatic: true }, 'told approved: ada; feed decided: security'],
  ],
  'request.denied': [
    ['somebody pressed the button', { request: request() }, 'card: orders, security; told denied: ada; feed decided: security; home: ada, eve'],
  ],
  'request.refused': [
    ['it was an attempt', { ...refused, code: 'not-allowed' }, 'refused: security'],
    ['it was a mistake', { ...refused, code: 'reason-missing' }, ''],
  ],
  'decision.refused': [
    ['it was an attempt', { ...refused, code: 'not-yours' }, 'refused: security'],
    ['the card was out of date', { ...refused, code: 'already-closed', pressed: 'request-1042' }, 'card: orders, security'],
  ],
  'question.asked': [
    ['an approver asks', { request: request(), question: { id: 'question-1', asker: CHO } }, 'question asked: orders, security, ada'],
    ['the requester asks', { request: request(), question: { id: 'question-1', asker: ADA } }, 'question asked: orders, security'],
  ],
  'question.answered': [
    ['the requester answers', { request: request(), question: { id: 'question-1', asker: CHO } }, 'question answered: orders, security, cho'],
  ],
  'fallback asked': [
    ['nobody decided in time', { request: request() }, 'card: security, cho; reminder: security; home: ada, eve', DIRECT],
  ],
  'grant.activated': [
    ['the target says so', { grant: grant() }, 'card: orders, security; told given: ada; feed given: security; home: ada, eve'],
  ],
  'grant.extended': [
    ['another goes on from it', { grant: grant() }, 'card: orders, security'],
  ],
  'grant.revoking': [
    ['somebody ends it', { grant: grant() }, 'card: orders, security; home: ada, eve'],
  ],
  'grant.revoked': [
    ['it was given', { grant: endedGrant() }, 'card: orders, security; revoked: orders; receipt: orders; told ended: ada; feed ended: security; home: ada, eve'],
    ['the channel never saw the request', { grant: endedGrant() }, 'card: security, cho; receipt: security; told ended: ada; feed ended: security; home: ada, eve', DIRECT],
    ['it was never given', { grant: endedGrant({ activatedAt: undefined }) }, 'card: orders, security; told not-given: ada; feed not-given: security; home: ada, eve'],
  ],
  'grant ends soon': [
    ['little is left', { grant: grant() }, 'told ending: ada'],
  ],
  'revocation failed': [
    ['it is the first time', { grant: grant() }, 'card: orders, security'],
  ],
  'grant.stuck': [
    ['access outlives its time', { grant: grant(), alarm: 1 }, 'card: orders, security; alarm: security, orders'],
    ['the target is no longer configured', { grant: grant({ target: 'gone-db' }), alarm: 1 }, 'card: orders, security; alarm: security'],
  ],
  'everything ended': [
    ['security did it', { by: SAM, person: ADA, grants: [], requests: [], beforehand: [] }, 'everything-ended: security'],
  ],
  'activity.collected': [
    ['the record is final', { grant: endedGrant() }, 'activity: orders, ada'],
  ],
  'activity.unmatched': [
    ['an account without a grant is used', { target: 'orders-db', account: 'joe', source: 'desk' }, 'unmatched: security'],
  ],
  'break_glass.used': [
    ['it is taken', { request: used() }, 'card: orders, security; home: ada, eve'],
  ],
  'break_glass.reviewed': [
    ['somebody wrote the review', { request: used() }, 'card: orders, security; told reviewed: ada; feed reviewed: security; home: ada, eve'],
  ],
  'pre_approval.given': [
    ['Cho gave it to Ada', { one: preApproval }, 'pre-approval given: orders, security, ada; home: ada, cho, eve'],
  ],
  'pre_approval.ended': [
    ['Cho ended it', { one: preApproval, how: { by: CHO } }, 'pre-approval ended: orders, security, ada; home: ada, cho, eve'],
    ['Ada has left', { one: preApproval, how: { left: ADA } }, 'pre-approval ended: orders, security, cho; home: ada, cho, eve'],
    ['its time is over', { one: preApproval, how: 'time-over' }, 'pre-approval lapsed: orders, security; home: ada, cho, eve'],
  ],
  'standing access changed': [
    ['a look brought news', { report: 'report-1' }, 'standing: security'],
  ],
  'standing_access.asked': [
    ['security asks the people of the target', { target: 'orders-db', access: 'standing-1', by: SAM }, 'standing-asked: orders'],
  ],
  'config.loaded': [
    ['another one is in force', { hash: 'b', faults: [] }, 'config: security'],
  ],
  'digest.posted': [
    ['the day is over', { from: '1', to: '2' }, 'digest: security; checkpoint: security'],
  ],
  'news of elevate': [
    ['a witness contradicts', { notice: { kind: 'checkpoint' } }, 'checkpoint: security'],
  ],
}

const channels = { securityChannel: 'C0SECURITY', targets: [target] }

/** `card: orders, security; told approved: ada`. */
function written(messages: readonly { readonly lane: Lane; readonly notice: Notice }[]): string {
  const said = new Map<string, Set<string>>()
  for (const { lane, notice } of messages) {
    const step = 'step' in notice ? notice.step : 'what' in notice ? notice.what : undefined
    const what = step ? `${notice.kind} ${step}` : notice.kind
    said.set(what, (said.get(what) ?? new Set()).add(lane.replace(/^.*:.0/, '').toLowerCase()))
  }
  const home = [...(said.get('home') ?? [])].sort()
  said.delete('home')
  return [...said, ...(home.length > 0 ? [['home', home] as const] : [])]
    .map(([what, whom]) => `${what}: ${[...whom].join(', ')}`)
    .join('; ')
}

function notified<W extends keyof Facts>(what: W, facts: Facts[W], cards: readonly Lane[]): string {
  const all = notificationsOf(what, facts)
  const needed = placesNeeded(all)
  const places = {
    cards: new Map(needed.cards.map((id) => [id, cards])),
    homes: needed.homes ? [EVE] : [],
  }
  return written(addressed(channels, places, all))
}

for (const [what, rows] of Object.entries(table) as [keyof Facts, readonly Row<keyof Facts>[]][])
  for (const [when, facts, expected, cards = CARDS] of rows)
    it(`${what}, when ${when}, notifies ${expected || 'nobody'}`, () => {
      expect(notified(what, facts, cards)).toBe(expected)
    })

it('raises an alarm once in a channel that is the target’s and security’s', () => {
  const all = notificationsOf('grant.stuck', { grant: grant(), alarm: 1 })
  const one = { ...channels, targets: [{ ...target, channel: 'C0SECURITY' }] }
  expect(addressed(one, { cards: new Map(), homes: [] }, all)).toEqual([
    { lane: 'channel:C0SECURITY', notice: { kind: 'alarm', grant: grant().id, number: 1 } },
  ])
})

it('sends nothing to a security channel that is not known', () => {
  const all = notificationsOf('news of elevate', { notice: { kind: 'checkpoint' } })
  expect(addressed({ securityChannel: undefined }, { cards: new Map(), homes: [] }, all)).toEqual([])
})
