import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Request } from '../../src/core/access/request.ts'
import { ADA, BEN, CHO, configuration, DAN, EVE, GIL, SAM } from '../support/workspace.ts'
import { codeOf, must, type PaperWorld, paperWorld } from './paper-world.ts'

let paper: PaperWorld
const start = async (text?: string) => {
  await paper?.[Symbol.asyncDispose]()
  paper = await paperWorld(text)
}
beforeEach(() => start())
afterEach(() => paper[Symbol.asyncDispose]())

const ask = async (by: string, role = 'read', reason = 'for INC-1'): Promise<Request> => {
  const asking = { by, target: 'orders-db', role, duration: '1h', reason }
  const [asked] = must(await paper.verbs.requestTogether(asking, [role]))
  if (!asked) throw new Error('nothing was asked')
  return asked.request
}
const decide = (request: Request, by: string, verdict: 'approve' | 'deny' = 'approve') =>
  paper.verbs.decideRequest({ request: request.id, by, verdict, note: 'because' })
const state = async (request: Request) => (await paper.world.store.reads.request(request.id))?.state
const grantOf = async (request: Request) => {
  const grant = await paper.world.store.reads.grantOfRequest(request.id)
  if (!grant) throw new Error('there is no grant')
  return grant
}
const toSecurity = async () =>
  (await paper.queued()).filter((one) => one.lane === 'channel:C0SECURITY').map((one) => one.notice)
const last = async () => (await paper.events()).at(-1)

describe('a person without the right', () => {
  const attempts: [string, string, (request: Request) => Promise<unknown>, string?][] = [
    ['decides', 'not-an-approver', (request) => decide(request, EVE)],
    ['decides their own request', 'self-approval', (request) => decide(request, request.requester)],
    [
      'withdraws another’s request',
      'not-yours',
      ({ id }) => paper.verbs.withdrawRequest({ request: id, by: EVE }),
    ],
    [
      'ends another’s access',
      'not-yours',
      async (request) => {
        must(await decide(request, CHO))
        const grant = await grantOf(request)
        return paper.verbs.endGrant({ grant: grant.id, by: EVE, note: 'mine now' })
      },
      'not-an-approver',
    ],
  ]

  it.each(attempts)(
    'who %s is refused, is on record as %s, and security is notified',
    async (_, code, act, recorded) => {
      const request = await ask(BEN)
      await paper.forget()
      expect(codeOf(await act(request))).toBe(code)
      // Of somebody who may not end access, the log says which right they lack.
      const outcome = recorded ?? code
      expect(await last()).toMatchObject({ type: 'decision.refused', outcome })
      expect(await toSecurity()).toContainEqual(expect.objectContaining({ kind: 'refused', code: outcome }))
    },
  )

  it('who asks for what no policy offers them is refused and on record, and nothing is opened', async () => {
    const asking = { by: EVE, target: 'orders-db', role: 'read', duration: '1h', reason: 'let me in' }
    expect(codeOf(await paper.verbs.requestTogether(asking, ['read']))).toBe('not-allowed')
    expect(await last()).toMatchObject({
      type: 'request.refused',
      outcome: 'not-allowed',
      actor: { id: EVE },
    })
    expect(await toSecurity()).toMatchObject([{ kind: 'refused', code: 'not-allowed', person: EVE }])
    expect(await paper.world.store.reads.pendingRequests(10)).toEqual([])
  })

  it('who is a guest is refused as one', async () => {
    const asking = { by: GIL, target: 'orders-db', role: 'read', duration: '1h', reason: 'let me in' }
    expect(codeOf(await paper.verbs.requestTogether(asking, ['read']))).toBe('not-a-member')
  })
})

describe('a mistake', () => {
  it.each([
    [{ duration: '9h' }, 'too-long'],
    [{ duration: 'soon' }, 'bad-duration'],
    [{ reason: '' }, 'reason-missing'],
    [{ role: 'write', reason: 'without a number' }, 'reason-pattern'],
  ])('%o is refused as %s, is on record, and is nobody’s news', async (wrong, code) => {
    const asking = {
      by: ADA,
      target: 'orders-db',
      role: 'read',
      duration: '1h',
      reason: 'for INC-1',
      ...wrong,
    }
    expect(codeOf(await paper.verbs.requestTogether(asking, [asking.role]))).toBe(code)
    expect(await last()).toMatchObject({ type: 'request.refused', outcome: code })
    expect(await toSecurity()).toEqual([])
  })

  it('a second request for the same is refused while the first waits', async () => {
    await ask(ADA)
    const asking = { by: ADA, target: 'orders-db', role: 'read', duration: '1h', reason: 'again' }
    expect(codeOf(await paper.verbs.requestTogether(asking, ['read']))).toBe('already-pending')
  })

  it('a late decision is refused, changes nothing, and redraws the card', async () => {
    const request = await ask(ADA)
    must(await decide(request, BEN))
    await paper.forget()
    expect(codeOf(await decide(request, CHO, 'deny'))).toBe('already-closed')
    expect(await state(request)).toBe('approved')
    expect(await paper.queued()).toContainEqual(
      expect.objectContaining({ notice: { kind: 'card', request: request.id } }),
    )
    expect(await toSecurity()).not.toContainEqual(expect.objectContaining({ kind: 'refused' }))
  })
})

describe('a decision', () => {
  it('that is not enough is counted, and the second one opens the grant', async () => {
    const request = await ask(ADA, 'write')
    expect(must(await decide(request, BEN)).outcome).toBe('counted')
    expect(await state(request)).toBe('pending')
    expect(codeOf(await decide(request, BEN))).toBe('already-decided')
    expect(must(await decide(request, CHO)).outcome).toBe('approved')
    expect(await grantOf(request)).toMatchObject({ state: 'provisioning', person: ADA })
  })

  it('of two approvers in the same instant, exactly one completes it', async () => {
    const request = await ask(ADA)
    const both = await paper.atOnce(request.id, () => [decide(request, BEN), decide(request, CHO)])
    const codes = both.map((one) => ('refused' in one ? one.refused.code : one.outcome)).sort()
    expect(codes).toEqual(['already-closed', 'approved'])
  })

  it('of two approvers in the same instant, where both are needed, neither is lost', async () => {
    const request = await ask(ADA, 'write')
    const both = await paper.atOnce(request.id, () => [decide(request, BEN), decide(request, CHO)])
    expect(both.map((one) => must(one).outcome).sort()).toEqual(['approved', 'counted'])
    expect(await state(request)).toBe('approved')
  })
})

describe('the clock', () => {
  const past = (request: Request, column: string) =>
    paper.rows(
      `update elevate.request set ${column} = clock_timestamp() - interval '1 second' where id = '${request.id}'`,
    )

  it('expires a request that nobody decided, once, and notifies the requester', async () => {
    const request = await ask(ADA)
    await paper.forget()
    await paper.rows(
      `update elevate.request set created_at = created_at - interval '1 day', lapses_at = clock_timestamp() - interval '1 second'
       where id = '${request.id}'`,
    )
    expect(codeOf(await decide(request, BEN))).toBe('already-closed')
    await paper.work.advanceRequests()
    await paper.work.advanceRequests()
    expect(await state(request)).toBe('lapsed')
    expect((await paper.events()).filter((one) => one.type === 'request.lapsed')).toHaveLength(1)
    expect(await paper.queued()).toContainEqual(
      expect.objectContaining({
        lane: `person:${ADA}`,
        notice: { kind: 'told', step: 'lapsed', request: request.id },
      }),
    )
  })

  it('reminds the approvers, and not again before the next time has come', async () => {
    await start(configuration.replace('    lapse_after: 8h', '    lapse_after: 8h\n    remind_after: 30m'))
    const request = await ask(ADA)
    await paper.forget()
    // The next one comes when the request is twice as old.
    await paper.rows(
      `update elevate.request set created_at = created_at - interval '30 minutes', remind_at = clock_timestamp()
       where id = '${request.id}'`,
    )
    await paper.work.advanceRequests()
    await paper.work.advanceRequests()
    const reminders = (await paper.queued()).filter((one) => one.notice.kind === 'reminder')
    expect(reminders.map((one) => one.lane).filter((lane) => lane === 'channel:C0ORDERS')).toHaveLength(1)
  })

  it('lets the fallback decide once the request has waited long enough', async () => {
    const fallback = 'approve: { from: [S0DBA], count: 1 }\n    fallback: [S0SEC]\n    fallback_after: 1h'
    await start(configuration.replace('approve: { from: [S0DBA], count: 1 }', fallback))
    const request = await ask(ADA)
    expect(codeOf(await decide(request, SAM))).toBe('not-an-approver')
    await past(request, 'fallback_at')
    await paper.work.advanceRequests()
    expect(must(await decide(request, SAM)).outcome).toBe('approved')
    expect((await paper.events()).find((one) => one.type === 'decision.recorded')).toMatchObject({
      detail: { via: 'fallback' },
    })
  })
})

describe('the end of access', () => {
  it('needs a reason from everybody but the holder', async () => {
    const request = await ask(ADA)
    must(await decide(request, BEN))
    const { id } = await grantOf(request)
    expect(codeOf(await paper.verbs.endGrant({ grant: id, by: SAM, note: '  ' }))).toBe('reason-missing')
    must(await paper.verbs.endGrant({ grant: id, by: ADA, note: '' }))
    expect(await grantOf(request)).toMatchObject({ state: 'revoking', endedBy: ADA })
    expect(codeOf(await paper.verbs.endGrant({ grant: id, by: ADA, note: '' }))).toBe('already-over')
  })

  it('of a person who left takes grants and requests, once', async () => {
    const request = await ask(DAN)
    must(await decide(request, BEN))
    const waiting = await ask(DAN, 'write')
    must(await paper.verbs.endEverything({ by: SAM, person: DAN, note: 'left the company' }))
    expect(await grantOf(request)).toMatchObject({ state: 'revoking', endedBy: SAM })
    expect(await state(waiting)).toBe('withdrawn')
    expect(await toSecurity()).toContainEqual(
      expect.objectContaining({ kind: 'everything-ended', person: DAN }),
    )
  })

  it('everything of a person is for security to end', async () => {
    expect(codeOf(await paper.verbs.endEverything({ by: BEN, person: ADA, note: 'I say so' }))).toBe(
      'not-security',
    )
    expect(await last()).toMatchObject({ type: 'decision.refused', outcome: 'not-security' })
  })
})
