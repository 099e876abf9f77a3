/**
 * Who is notified of what: one table, in the order in which people read it. Verbs say what happened; every notice that
 * always follows is here. What has its own time is queued by its verb: reminders, cards in direct messages and
 * whatever waits for the end of quiet hours.
 */
import type { Grant } from './access/grant.ts'
import type { PreApproval, PreApprovalEnd } from './access/pre-approval.ts'
import type { Question } from './access/question.ts'
import { askerOf, ownersOf, type Request } from './access/request.ts'
import type { GrantId, QuestionId, ReportId, RequestId, StandingId } from './ids.ts'
import type { Actor } from './log/audit-event.ts'
import { isAttempt } from './log/audit-event.ts'
import type { Notice } from './notice.ts'
import type { PersonId } from './people/person.ts'
import type { Notification } from './recipients.ts'

/** How elevate itself is. */
type News = Extract<
  Notice,
  { kind: 'woke' | 'log-refused' | 'witness-refused' | 'delivery' | 'quarantine' | 'checkpoint' }
>

/** What has to be known of each happening. Those with the name of an audit event go with that event. */
export type Facts = {
  /** Made together, each as it is now: approved already, where a rule or a pre-approval did that. */
  'request.created': Together
  /** Answered together by their receiver, each as it is now. */
  'request.accepted': Together
  'request.declined': Together
  /** As it was before. */
  'request.withdrawn': { readonly request: Request; readonly by: Actor }
  'request.lapsed': { readonly request: Request }
  /** An approval that is not enough yet. */
  'decision.recorded': { readonly request: Request }
  /** `atOnce`: by a rule or a pre-approval, in the transaction that put the question. */
  'request.approved': { readonly request: Request; readonly automatic: boolean }
  'request.denied': { readonly request: Request }
  'request.refused': RefusedNotice
  'decision.refused': RefusedNotice
  'question.asked': Questioned
  'question.answered': Questioned
  'fallback asked': { readonly request: Request }
  'grant.activated': { readonly grant: Grant }
  /** The one before, which goes on in another. */
  'grant.extended': { readonly grant: Grant }
  /** Before its time. That it is gone follows when the target says so. */
  'grant.revoking': { readonly grant: Grant }
  'grant.revoked': { readonly grant: Grant }
  'grant ends soon': { readonly grant: Grant }
  /** The first failure. */
  'revocation failed': { readonly grant: Grant }
  'grant.stuck': { readonly grant: Grant; readonly alarm: number }
  'everything ended': Omit<Extract<Notice, { kind: 'everything-ended' }>, 'kind'>
  'activity.collected': { readonly grant: Grant }
  'activity.unmatched': Omit<Extract<Notice, { kind: 'unmatched' }>, 'kind'>
  'break_glass.used': { readonly request: Request }
  'break_glass.reviewed': { readonly request: Request }
  'pre_approval.given': { readonly one: PreApproval }
  'pre_approval.ended': { readonly one: PreApproval; readonly how: PreApprovalEnd }
  'standing access changed': { readonly report: ReportId }
  'standing_access.asked': { readonly target: string; readonly access: StandingId; readonly by: PersonId }
  /** Another one is in force than before, or one was refused. */
  'config.loaded': { readonly hash: string; readonly faults: readonly string[] }
  'digest.posted': Omit<Extract<Notice, { kind: 'digest' }>, 'kind'>
  'news of elevate': { readonly notice: News }
}

type Together = { readonly lead: Request; readonly requests: readonly Request[] }
type Questioned = { readonly request: Request; readonly question: Pick<Question, 'id' | 'asker'> }
type RefusedNotice = Omit<Extract<Notice, { kind: 'refused' }>, 'kind'> & {
  /** The request whose card somebody pressed. */
  readonly pressed?: RequestId | undefined
}

type Row = Notification | false | undefined | readonly Row[]

const NOTIFIED: { readonly [what in keyof Facts]: (facts: Facts[what]) => readonly Row[] } = {
  'request.created': ({ lead, requests }) => [
    // The approvers see it when it is accepted.
    lead.state === 'offered' && update(lead.requester, 'offered', lead.id),
    requests.map((request) => [
      card(request),
      // Where nobody has to be asked, one line is enough.
      request.state !== 'approved' && feed('asked', request.id),
    ]),
    homes(lead.requester, askerOf(lead)),
  ],
  'request.accepted': ({ lead, requests }) => [
    requests.map(card),
    update(askerOf(lead), 'for-other', lead.id),
    homes(lead.requester, askerOf(lead)),
  ],
  'request.declined': ({ lead }) => [
    feed('decided', lead.id),
    update(askerOf(lead), 'for-other', lead.id),
    homes(lead.requester, askerOf(lead)),
  ],
  'request.withdrawn': ({ request, by }) => [
    card(request),
    by.id !== request.askedBy && toAsker(request),
    // Not to somebody who left, and not where it was never more than an offer.
    by.kind !== 'system' &&
      !ownersOf(request).includes(by.id) &&
      request.state === 'pending' &&
      update(request.requester, 'withdrawn', request.id),
    feed('decided', request.id),
    homes(...ownersOf(request)),
  ],
  'request.lapsed': ({ request }) => [
    card(request),
    // Who did not answer an offer need not read that they did not.
    request.state !== 'offered' && update(request.requester, 'lapsed', request.id),
    toAsker(request),
    feed('decided', request.id),
    homes(...ownersOf(request)),
  ],
  'decision.recorded': ({ request }) => decided('counted', request),
  // At once, cards and Home follow with the request, and the answer to asking says that it was approved: only a start
  // to come is worth a message of its own.
  'request.approved': ({ request, automatic: atOnce }) =>
    atOnce
      ? [request.startsAt && update(request.requester, 'approved', request.id), feed('decided', request.id)]
      : [decided('approved', request), toAsker(request)],
  'request.denied': ({ request }) => [decided('denied', request), toAsker(request)],
  'request.refused': attempt,
  'decision.refused': attempt,
  'question.asked': ({ request, question: { id, asker } }) =>
    question('asked', request.id, id, ownersOf(request).includes(asker) ? [] : ownersOf(request)),
  'question.answered': ({ request, question: { id, asker } }) =>
    question('answered', request.id, id, [asker]),
  'fallback asked': ({ request }) => [
    card(request),
    { notice: { kind: 'reminder', request: request.id }, to: [{ cardsOf: request.id, only: 'channels' }] },
    homes(request.requester),
  ],
  'grant.activated': ({ grant }) => [card({ id: grant.requestId }), step('given', grant)],
  'grant.extended': ({ grant }) => [card({ id: grant.requestId })],
  'grant.revoking': ({ grant }) => [card({ id: grant.requestId }), homes(grant.person)],
  'grant.revoked': ({ grant }) =>
    grant.activatedAt === undefined
      ? [card({ id: grant.requestId }), step('not-given', grant)]
      : [
          card({ id: grant.requestId }),
          // A channel that never saw the request has no use for its end.
          { notice: { kind: 'revoked', grant: grant.id }, to: [{ recordOf: grant, only: 'target-channel' }] },
          { notice: { kind: 'receipt', grant: grant.id }, to: [{ recordOf: grant }] },
          step('ended', grant),
        ],
  'grant ends soon': ({ grant }) => [update(grant.person, 'ending', grant.requestId, grant.id)],
  'revocation failed': ({ grant }) => [card({ id: grant.requestId })],
  'grant.stuck': ({ grant, alarm }) => [
    card({ id: grant.requestId }),
    {
      notice: { kind: 'alarm', grant: grant.id, number: alarm },
      to: ['security', { channelOf: grant.target }],
    },
  ],
  'everything ended': (everything) => [security({ kind: 'everything-ended', ...everything })],
  'activity.collected': ({ grant }) => [
    { notice: { kind: 'activity', grant: grant.id }, to: [{ recordOf: grant }, { person: grant.person }] },
  ],
  'activity.unmatched': (unmatched) => [security({ kind: 'unmatched', ...unmatched })],
  // Its card is in both channels, and alerts everybody who could have approved.
  'break_glass.used': ({ request }) => [card(request), homes(request.requester)],
  'break_glass.reviewed': ({ request }) => [
    card(request),
    update(request.requester, 'reviewed', request.id),
    feed('reviewed', request.id),
    homes(request.requester),
  ],
  'pre_approval.given': ({ one }) => preApproval(one, { what: 'given' }, [one.person], one.giver),
  'pre_approval.ended': ({ one, how }) => {
    const both = [one.person, one.giver]
    // What ends by itself, at the time that everybody knows, is not worth a direct message.
    if (how === 'time-over') return preApproval(one, { what: 'lapsed' }, [], undefined)
    if ('by' in how) return preApproval(one, { what: 'ended' }, both, how.by)
    return preApproval(one, { what: 'ended', left: how.left }, both, how.left)
  },
  'standing access changed': ({ report }) => [security({ kind: 'standing', report })],
  'standing_access.asked': ({ target, access, by }) => [
    { notice: { kind: 'standing-asked', access, by }, to: [{ channelOf: target }] },
  ],
  'config.loaded': ({ hash, faults }) => [security({ kind: 'config', hash, faults })],
  'digest.posted': (span) => [security({ kind: 'digest', ...span }), security({ kind: 'checkpoint' })],
  'news of elevate': ({ notice }) => [security(notice)],
}

/** Who is notified of this, with what. */
export function notificationsOf<W extends keyof Facts>(what: W, facts: Facts[W]): Notification[] {
  const flat = (rows: readonly Row[]): Notification[] =>
    rows.flatMap((row) => (isList(row) ? flat(row) : row || []))
  return flat(NOTIFIED[what](facts))
}

const isList = (row: Row): row is readonly Row[] => Array.isArray(row)

/** What was only offered was never shown to anybody. */
function card({ id, state }: { readonly id: RequestId; readonly state?: Request['state'] }): Row {
  return state !== 'offered' && { notice: { kind: 'card', request: id }, to: [{ cardsOf: id }] }
}

/** In somebody's direct messages. */
function update(
  person: PersonId,
  step: Extract<Notice, { kind: 'told' }>['step'],
  request: RequestId,
  grant?: GrantId,
): Notification {
  return { notice: { kind: 'told', step, request, grant }, to: [{ person }] }
}

/** Who asked for somebody else. */
const toAsker = (request: Request): Row =>
  request.askedBy !== undefined && update(request.askedBy, 'for-other', request.id)

const security = (notice: Notice): Notification => ({ notice, to: ['security'] })

type FeedStep = Extract<Notice, { kind: 'feed' }>['what']

const feed = (what: FeedStep, request: RequestId, grant?: GrantId): Notification =>
  security({ kind: 'feed', what, request, grant })

const homes = (...people: readonly PersonId[]): Notification => ({
  notice: { kind: 'home' },
  to: people.map((homeOf) => ({ homeOf })),
})

function decided(what: 'counted' | 'approved' | 'denied', request: Request): readonly Row[] {
  return [
    card(request),
    update(request.requester, what, request.id),
    feed('decided', request.id),
    homes(...ownersOf(request)),
  ]
}

function step(what: 'given' | 'ended' | 'not-given', { id, person, requestId }: Grant): Row {
  return [update(person, what, requestId, id), feed(what, requestId, id), homes(person)]
}

/** A late press is drawn right again. Security reads of attempts; a late press or a mistyped name is on record only. */
function attempt({ pressed, ...refused }: RefusedNotice): readonly Row[] {
  return [
    pressed !== undefined && card({ id: pressed }),
    isAttempt(refused.code) && security({ kind: 'refused', ...refused }),
  ]
}

/** In the threads of the card, and to those whom it concerns. */
function question(
  step: 'asked' | 'answered',
  request: RequestId,
  id: QuestionId,
  people: readonly PersonId[],
): readonly Row[] {
  const notice = { kind: 'question', step, question: id, request } as const
  return [
    { notice, to: [{ cardsOf: request }] },
    { notice, to: people.map((person) => ({ person })) },
  ]
}

/** `by` did it and knows, or is gone. */
function preApproval(
  one: PreApproval,
  news: Pick<Extract<Notice, { kind: 'pre-approval' }>, 'what' | 'left'>,
  people: readonly PersonId[],
  by: PersonId | undefined,
): readonly Row[] {
  const notice = { kind: 'pre-approval', ...news, id: one.id } as const
  const direct = people.filter((person) => person !== by).map((person) => ({ person }))
  return [{ notice, to: [{ channelOf: one.target }, 'security', ...direct] }, homes(one.person, one.giver)]
}
