// The moves of a grant: who may make them, and which times they write.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Claim } from '../../src/core/access/grant.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { activeGrant, claimNamed, endGrant, letPass, openGrant } from './samples.ts'

let database: FreshDatabase
let store: StoreHandle

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const given = {
  preexisting: false,
  howTo: [{ label: 'Host', value: 'db.example' }],
  ids: { system: '1' },
} as const
const taken = { outcome: 'taken', leftBehind: ['table "a, b"', 'C:\\x'] } as const
const failed = { error: 'no answer', delaySeconds: 30, alarms: 0, stuck: false } as const

const endLease = (claim: Claim) =>
  execute(
    database.url,
    `update elevate.binding set lease_until = clock_timestamp() where person = '${claim.grant.person}'`,
  )

test('access is fixed before the target is called: it can never outlive decision, wait and duration', async () => {
  const grant = await openGrant(store, { duration: 3600, provisionWithin: 300 })
  expect(grant.provisionBy.getTime() - grant.createdAt.getTime()).toBe(300_000)
  expect(grant.notAfter.getTime() - grant.createdAt.getTime()).toBe(3_900_000)
})

test('the clock starts when the access is there', async () => {
  const claim = await claimNamed(store, { duration: 3600 })
  await letPass(database.url, claim.grant, 120)
  const active = must(await store.transaction((tx) => tx.grants.activate(claim, given)))
  const { activatedAt, expiresAt } = active
  expect(must(expiresAt).getTime() - must(activatedAt).getTime()).toBe(3_600_000)
  expect(must(activatedAt).getTime() - active.createdAt.getTime()).toBeGreaterThanOrEqual(120_000)
  expect(must(expiresAt) <= active.notAfter).toBe(true)
  expect(active.howTo).toEqual(given.howTo)
})

test('access that comes too late is not activated any more', async () => {
  const claim = await claimNamed(store)
  await letPass(database.url, claim.grant, 301)
  expect(await store.transaction((tx) => tx.grants.activate(claim, given))).toBeUndefined()
  expect(must(await store.reads.grant(claim.grant.id)).grant.state).toBe('provisioning')
})

describe('a worker whose fence was overtaken changes nothing', () => {
  const moves: Record<string, (store: StoreHandle, claim: Claim) => Promise<unknown>> = {
    nameAccount: (s, claim) => s.transaction((tx) => tx.grants.nameAccount(claim, 'mallory')),
    activate: (s, claim) => s.transaction((tx) => tx.grants.activate(claim, given)),
    postpone: (s, claim) => s.transaction((tx) => tx.grants.postpone(claim, failed)),
    release: (s, claim) => s.claims.release(claim),
  }
  for (const [name, move] of Object.entries(moves)) {
    test(`by ${name}`, async () => {
      const opened = await openGrant(store)
      const slow = must(await store.claims.one(opened.id))
      await endLease(slow)
      const fresh = must(await store.claims.one(opened.id))
      expect(fresh.fence).toBe(slow.fence + 1)
      const before = await store.reads.grant(opened.id)
      expect(await move(store, slow)).toBeUndefined()
      expect(await store.reads.grant(opened.id)).toEqual(before)
      // The one that overtook still has its lease, and can go on.
      expect(await store.claims.one(opened.id)).toBeUndefined()
      expect(await store.transaction((tx) => tx.grants.nameAccount(fresh, 'ada'))).toBeDefined()
    })
  }

  test('by finish', async () => {
    const ended = await endGrant(store, await activeGrant(store))
    const slow = must(await store.claims.one(ended.id))
    await endLease(slow)
    const fresh = must(await store.claims.one(ended.id))
    expect(await store.transaction((tx) => tx.grants.finish(slow, taken))).toBeUndefined()
    expect(must(await store.reads.grant(ended.id)).grant.state).toBe('revoking')
    expect(must(await store.transaction((tx) => tx.grants.finish(fresh, taken))).state).toBe('revoked')
  })

  test('even when the claim that overtakes is made at the same instant', async () => {
    const other = await openStore({ url: database.url })
    for (let round = 0; round < 100; round++) {
      const opened = await openGrant(store)
      const slow = must(await store.claims.one(opened.id))
      await endLease(slow)
      const [fresh, named] = await Promise.all([
        other.claims.one(opened.id),
        store.transaction((tx) => tx.grants.nameAccount(slow, 'slow')),
      ])
      // Whoever was first: a claim made after the change has seen it, a change after the claim was refused.
      const now = must(await store.reads.grant(opened.id)).grant
      expect(now.account).toBe(named ? 'slow' : undefined)
      if (fresh) expect(fresh.grant.version).toBe(now.version)
    }
    await other.close()
  })
})

test('naming the account and steps of ending keep the lease; activating, finishing and postponing release it', async () => {
  const named = await claimNamed(store)
  expect(await store.claims.one(named.grant.id)).toBeUndefined()
  const active = must(await store.transaction((tx) => tx.grants.activate(named, given)))
  const ended = await endGrant(store, active)
  const claim = must(await store.claims.one(ended.id))
  await store.transaction((tx) => tx.grants.postpone(claim, { ...failed, delaySeconds: 0 }))
  const again = must(await store.claims.one(ended.id))
  expect(again.grant).toMatchObject({ attempts: 1, taken: false, targetIds: given.ids })
  let kept = again.grant
  for (const done of [
    { taken: true, sessionsEnded: 0 },
    { taken: false, sessionsEnded: 2 },
  ])
    kept = must(await store.transaction((tx) => tx.grants.keepStep({ ...again, grant: kept }, done)))
  expect(kept).toMatchObject({ state: 'revoking', taken: true, sessionsEnded: 2 })
  const done = must(await store.transaction((tx) => tx.grants.finish({ ...again, grant: kept }, taken)))
  expect(done).toMatchObject({ endOutcome: 'taken', sessionsEnded: 2, leftBehind: taken.leftBehind })
})

test('a worker that goes by an old version of its own grant changes nothing', async () => {
  const opened = await openGrant(store)
  const claim = must(await store.claims.one(opened.id))
  const named = must(await store.transaction((tx) => tx.grants.nameAccount(claim, 'ada')))
  expect(await store.transaction((tx) => tx.grants.activate(claim, given))).toBeUndefined()
  expect(must(await store.reads.grant(opened.id)).grant).toEqual(named)
})

test('a move rolled back keeps both the lease and the fence', async () => {
  const claim = await claimNamed(store)
  const broken = store.transaction(async (tx) => {
    await tx.grants.activate(claim, given)
    throw new Error('after the move')
  })
  await expect(broken).rejects.toThrow('after the move')
  expect(await store.claims.one(claim.grant.id)).toBeUndefined()
  expect(must(await store.transaction((tx) => tx.grants.activate(claim, given))).state).toBe('active')
})

test('an old version ends nothing, and only one of two ends a grant', async () => {
  const grant = await activeGrant(store)
  const end = (version: number) =>
    store.transaction((tx) =>
      tx.grants.end({ id: grant.id, version }, { reason: 'ended-early', by: 'U1', note: 'seen something' }),
    )
  expect(await end(grant.version - 1)).toBeUndefined()
  const ended = (await Promise.all([end(grant.version), end(grant.version)])).filter(
    (one) => one !== undefined,
  )
  expect(ended).toHaveLength(1)
  expect(ended[0]).toMatchObject({ endReason: 'ended-early', endedBy: 'U1', endNote: 'seen something' })
})

test('access is due at its expiry, or at the moment somebody ended it, whichever is earlier', async () => {
  const early = await activeGrant(store)
  const returned = await endGrant(store, early)
  expect(must(returned.dueAt) < must(early.expiresAt)).toBe(true)
  expect(must(returned.dueAt) >= must(early.activatedAt)).toBe(true)

  const active = await activeGrant(store, { duration: 60 })
  await letPass(database.url, active, 90)
  const expired = must(
    await store.transaction((tx) => tx.grants.end(active, { reason: 'expired', by: undefined, note: '' })),
  )
  expect(expired.dueAt).toEqual(expired.expiresAt)
  const claim = must(await store.claims.one(expired.id))
  expect(claim.overdueMs).toBeGreaterThanOrEqual(30_000)
  const gone = must(await store.transaction((tx) => tx.grants.finish(claim, taken)))
  expect(gone.lateByMs).toBeGreaterThanOrEqual(30_000)
  const late = must(gone.revokedAt).getTime() - must(gone.dueAt).getTime()
  // Dates have no microseconds: cut off on both sides, they may differ by one.
  expect(Math.abs(must(gone.lateByMs) - late)).toBeLessThanOrEqual(1)
})

test('nobody can call access expired before the database’s clock says so', async () => {
  const grant = await activeGrant(store)
  const why = { reason: 'expired', by: undefined, note: '' } as const
  expect(await store.transaction((tx) => tx.grants.end(grant, why))).toBeUndefined()
})

test('a clock that was set back cannot keep access from being finished', async () => {
  const ended = await endGrant(store, await activeGrant(store))
  await letPass(database.url, ended, -600)
  await execute(
    database.url,
    `set session_replication_role = replica; update elevate.access_grant set wake_at = now() where id = '${ended.id}'`,
  )
  const claim = must(await store.claims.one(ended.id))
  const gone = must(await store.transaction((tx) => tx.grants.finish(claim, taken)))
  expect(gone.lateByMs).toBe(0)
  expect(gone.revokedAt).toEqual(gone.activatedAt)
})

test('a failure is noted with when to look again, and stuck stays stuck since the first time', async () => {
  const ended = await endGrant(store, await activeGrant(store))
  const claim = must(await store.claims.one(ended.id))
  const stuck = { error: 'no\u0000 such \ud800 group', delaySeconds: 0, alarms: 1, stuck: true }
  const first = must(await store.transaction((tx) => tx.grants.postpone(claim, stuck)))
  expect(first).toMatchObject({ attempts: 1, alarms: 1, lastError: 'no\ufffd such \ufffd group' })
  expect((await store.reads.stuck()).map((row) => row.grant.id)).toContain(ended.id)
  const again = must(await store.claims.one(ended.id))
  const second = must(
    await store.transaction((tx) => tx.grants.postpone(again, { ...stuck, delaySeconds: 300 })),
  )
  expect(second.stuckSince).toEqual(first.stuckSince)
  // The sweeper waits for the next try; somebody who asks for this one does not have to.
  const swept = await store.claims.due(new Map([['orders-db', 100]]))
  expect(swept.map((one) => one.grant.id)).not.toContain(ended.id)
  expect(await store.claims.one(ended.id)).toBeDefined()
})

test('access that must appear in time is looked at again when that time is over, whatever the delay', async () => {
  const claim = await claimNamed(store, { provisionWithin: 200 })
  await store.transaction((tx) => tx.grants.postpone(claim, { ...failed, delaySeconds: 100_000 }))
  await letPass(database.url, claim.grant, 201)
  const late = must(await store.claims.one(claim.grant.id))
  expect(late).toMatchObject({ provisionOver: true, overdueMs: undefined })
})
