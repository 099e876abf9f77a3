import { describe, expect, it } from 'vitest'
import { bundleCard } from '../../src/slack/words/access/bundle-card.ts'
import { requestCard } from '../../src/slack/words/access/request-card.ts'
import { questionInThread } from '../../src/slack/words/access/thread.ts'
import { buttons, pressable } from './pressing.ts'
import {
  approved,
  card,
  decision,
  endedGrant,
  grant,
  names,
  policy,
  readAloud,
  request,
  secondsLater,
  used,
} from './rows.ts'

describe('the card of a request', () => {
  it('lets an approver decide without looking anything up', () => {
    const message = requestCard(card({ past: [endedGrant()] }), names)
    const words = readAloud(message)
    expect(words).toContain('Ada asks for read on orders-db')
    expect(words).toContain('30 min; the clock starts when the access is there')
    expect(words).toContain('Read customers and orders')
    expect(words).toContain('Look into INC-7')
    expect(words).toContain('low')
    expect(words).toContain('Ada had it before')
    expect(words).toContain('sessions that are open are ended')
    expect(words).toContain('Ada cannot approve this request.')
    expect(message.text).toBe('Ada asks for read on orders-db for 30 min (R-1042). Reason: Look into INC-7')
  })

  it('says what an extension extends, and until when', () => {
    const asks = request({ prolongs: 'grant-2077' })
    const words = readAloud(requestCard(card({ request: asks, extendedGrant: grant() }), names))
    expect(words).toContain('Ada asks to extend read on orders-db')
    expect(words).toContain('This extends G-2077, which ends')
    expect(words).toContain('30 min more')
    const late = readAloud(requestCard(card({ request: asks, extendedGrant: endedGrant() }), names))
    expect(late).toContain('What this was to extend is over.')
  })

  it('mentions the approvers while it waits, and nobody but the requester afterwards', () => {
    expect(readAloud(requestCard(card(), names))).toContain('<!subteam^S0DBA>')
    const decided = readAloud(requestCard(card({ request: approved(), grant: grant() }), names))
    expect(decided).not.toContain('subteam')
    expect(decided.match(/<@/g)).toHaveLength(1)
  })

  it('does not alert quiet approvers, also on the card of several roles and when a question is asked', () => {
    const dba = { kind: 'group', id: 'S0DBA' } as const
    const sam = { kind: 'person', id: 'U0SAM' } as const
    const quiet = { from: [dba, sam], quiet: [sam], count: 1 }
    const stage = { ...quiet, by: [], alert: { mention: [dba], named: ['Cho'] } }
    const one = card({
      stages: [stage],
      policy: { ...policy, approve: { stages: [quiet], allowSelfApproval: false } },
    })
    const other = { ...one, request: request({ id: 'request-7', number: 7, role: 'write' }) }
    const together = readAloud(bundleCard([one, other], names))
    expect(together).toContain('for approvals from <!subteam^S0DBA> or Cho (quiet hours).')
    expect(together).not.toContain('U0SAM')
    const { requester: asker, id } = one.request
    const question = {
      id: 'q',
      request: id,
      asker,
      text: 'Who?',
      askedAt: secondsLater(0),
      answer: undefined,
    }
    expect(readAloud(questionInThread(question, one))).toContain('<!subteam^S0DBA>')
    expect(readAloud(questionInThread(question, one))).not.toContain('U0SAM')
  })

  it('says what became of break-glass in one title', () => {
    const over = card({ request: used(), grant: endedGrant() })
    expect(readAloud(requestCard(over, names))).toContain('Break-glass, ended: read on orders-db for Ada')
  })

  it('names person, role, target and time again before an approval, and carries only the request’s id', () => {
    const [yes, no] = buttons(requestCard(card(), names))
    expect(yes?.confirm?.text.text).toBe('Ada will get read on orders-db for 30 min.')
    expect(yes?.accessibility_label).toBe('Approve R-1042: read on orders-db for Ada')
    expect([yes?.value, no?.value]).toEqual(['request-1042', 'request-1042'])
    expect(no?.confirm).toBeUndefined()
  })

  it('says how many approvals there are and how many it needs', () => {
    const counted = card({ request: request({ decisions: [decision()] }), needed: 2 })
    expect(readAloud(requestCard(counted, names))).toContain(
      '*1 of 2 approvals*, by Ben. It needs one more from',
    )
  })

  it('says who filled which stage, and whose approval is still needed', () => {
    const dba = { from: [{ kind: 'group', id: 'S0DBA' }], count: 1 } as const
    const security = { name: 'Security', from: [{ kind: 'person', id: 'U0SAM' }], count: 1 } as const
    const waits = card({
      needed: 2,
      stages: [
        { ...dba, by: [] },
        { ...security, by: [] },
      ],
    })
    expect(readAloud(requestCard(waits, names))).toContain(
      '*Waiting* for 2 approvals: one of <!subteam^S0DBA> and <@U0SAM> (Security).',
    )
    const half = card({
      request: request({ decisions: [decision()] }),
      needed: 2,
      stages: [
        { ...dba, by: ['U0BEN'] },
        { ...security, by: [] },
      ],
    })
    expect(readAloud(requestCard(half, names))).toContain(
      '*1 of 2 approvals*: Ben for <!subteam^S0DBA>. It still needs <@U0SAM> (Security).',
    )
  })

  it('warns when it cannot be approved', () => {
    expect(readAloud(requestCard(card({ possible: 0 }), names))).toContain('it cannot be approved')
  })

  it('never says that access is there before the target said so', () => {
    const giving = grant({ state: 'provisioning', activatedAt: undefined, expiresAt: undefined })
    for (const message of [
      requestCard(card({ request: approved() }), names),
      requestCard(card({ request: approved(), grant: giving }), names),
    ]) {
      expect(readAloud(message)).toContain('Giving access…')
      expect(readAloud(message) + message.text).not.toMatch(/Ada has|Active|[Gg]iven/)
    }
  })

  it('never says that access has ended before the target said so', () => {
    const ending = grant({
      state: 'revoking',
      endReason: 'expired',
      dueAt: secondsLater(1861),
      attempts: 3,
      lastError: 'refused',
    })
    const message = requestCard(card({ request: approved(), grant: ending }), names)
    expect(readAloud(message)).toContain('Ending…')
    expect(readAloud(message)).toContain('The access is still there')
    expect(readAloud(message) + message.text).not.toMatch(/Ended|has ended|Checked/)
    expect(pressable(message)).toEqual([])
  })

  it('has End now while the access is there, and no button when it is over', () => {
    const live = requestCard(card({ request: approved(), grant: grant() }), names)
    expect(pressable(live)).toEqual(['end_other'])
    expect(buttons(live)[0]?.value).toBe('grant-2077')
    expect(pressable(requestCard(card({ request: approved(), grant: endedGrant() }), names))).toEqual([])
    for (const state of ['denied', 'withdrawn', 'lapsed'] as const)
      expect(pressable(requestCard(card({ request: request({ state }) }), names))).toEqual([])
  })

  it('says self-approval in words', () => {
    const own = approved({ decisions: [decision({ approver: 'U0ADA', self: true })] })
    const words = readAloud(requestCard(card({ request: own, grant: grant() }), names))
    expect(words).toContain('Approved by Ada (who asked for it; the policy allows self-approval)')
  })

  it('shows who denied it and why, as it was typed', () => {
    const no = decision({ verdict: 'deny', note: 'Ask @channel first' })
    const message = requestCard(card({ request: request({ state: 'denied', decisions: [no] }) }), names)
    expect(readAloud(message)).toContain('*Denied* by Ben')
    expect(readAloud(message)).toContain('Ask @channel first')
  })
})

describe('the card of what was taken by break-glass', () => {
  const taken = (over = {}) => card({ request: used(), grant: grant(), ...over })

  it('says so first, alerts the approvers and security, and can be ended and reviewed', () => {
    const message = requestCard(taken(), names)
    const words = readAloud(message)
    expect(words).toContain('🚨 Break-glass: Ada has read on orders-db')
    expect(words).toContain('Taken by *break-glass*, without approval.')
    expect(words).toContain('<!subteam^S0DBA> or <!subteam^S0SEC>: please look at this now.')
    expect(words).toContain('*The review is open*: an approver or security, and not Ada, has to write it.')
    expect(words).not.toMatch(/approved by/i)
    expect(buttons(message).map((one) => [one.action_id, one.value])).toEqual([
      ['end_other', 'grant-2077'],
      ['review_break_glass', 'request-1042'],
    ])
  })

  it('tells it all in the notification, before the access is there', () => {
    const { text } = requestCard(taken({ grant: grant({ state: 'provisioning' }) }), names)
    expect(text).toBe(
      '🚨 Break-glass: Ada takes read on orders-db for 30 min without approval (R-1042). Reason: Look into INC-7 The review is open: an approver or security, and not Ada, has to write it.',
    )
  })

  it('asks for the review when the access is over, and then says who wrote it and what', () => {
    expect(pressable(requestCard(taken({ grant: endedGrant() }), names))).toEqual(['review_break_glass'])
    const review = {
      state: 'unjustified',
      openedAt: secondsLater(0),
      closedAt: secondsLater(99),
      reviewer: 'U0SAM',
      note: 'Ben was awake',
    } as const
    const message = requestCard(taken({ request: used({ review }), grant: endedGrant() }), names)
    expect(readAloud(message)).toMatch(/\*Reviewed\* by Sam .*: not justified\./)
    expect(readAloud(message)).toContain('Ben was awake')
    expect(readAloud(message)).not.toContain('subteam')
    expect(pressable(message)).toEqual([])
  })
})
