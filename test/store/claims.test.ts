// Which worker gets what: nobody twice, nobody too early, nobody kept waiting by another target.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LEASE_SECONDS } from '../../src/core/access/retry.ts'
import { claims } from '../../src/store/access/claims.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import type { Committed } from '../../src/store/database/transaction.ts'
import { Known } from '../../src/store/log/quarantine.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { planOf } from './plan.ts'
import { activeGrant, endGrant, letPass, openGrant, openRequest, someone } from './samples.ts'

let database: FreshDatabase
let store: StoreHandle
let other: StoreHandle

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url })
  other = await openStore({ url: database.url })
})
beforeEach(() =>
  execute(
    database.url,
    'truncate elevate.access_grant, elevate.request, elevate.binding, elevate.heartbeat cascade',
  ),
)
afterAll(async () => {
  await Promise.all([store.close(), other.close()])
  await database.drop()
})

const due = async (rooms: Record<string, number>, from = store) =>
  await from.claims.due(new Map(Object.entries(rooms)))

test('a due grant is claimed by one worker only', async () => {
  const ids = new Set<string>()
  for (let i = 0; i < 60; i++) ids.add((await openGrant(store)).id)
  const claimed: string[] = []
  const worker = async (from: StoreHandle) => {
    for (
      let got = await due({ 'orders-db': 4 }, from);
      got.length > 0;
      got = await due({ 'orders-db': 4 }, from)
    )
      claimed.push(...got.map((claim) => claim.grant.id))
  }
  await Promise.all([
    worker(store),
    worker(other),
    worker(store),
    worker(other),
    worker(store),
    worker(other),
  ])
  // A worker may leave early because the others had the rest locked for an instant; a last look gets what it left.
  await worker(store)
  expect(claimed.toSorted()).toEqual([...ids].toSorted())
})

test('a look right after a commit and the sweeper at the same instant: one of them gets the grant', async () => {
  for (let round = 0; round < 50; round++) {
    const { id } = await openGrant(store)
    const [looked, swept] = await Promise.all([store.claims.one(id), due({ 'orders-db': 100 }, other)])
    expect([looked, ...swept].filter((claim) => claim?.grant.id === id).length).toBe(1)
  }
})

test('one target with a full house does not keep others waiting', async () => {
  for (let i = 0; i < 5; i++) await openGrant(store, { target: 'hangs' })
  await openGrant(store, { target: 'works' })
  const got = await due({ hangs: 2, works: 2, unused: 2, closed: 0 })
  const count = (target: string) => got.filter((claim) => claim.grant.target === target).length
  expect([count('hangs'), count('works')]).toEqual([2, 1])
  expect(await due({ hangs: 0, works: 2 })).toEqual([])
})

test('the oldest due grants go first', async () => {
  const grants = [await openGrant(store), await openGrant(store), await openGrant(store)]
  await letPass(database.url, must(grants[2]), 100)
  await letPass(database.url, must(grants[1]), 50)
  const order = [...(await due({ 'orders-db': 2 })), ...(await due({ 'orders-db': 2 }))]
  expect(order.map((claim) => claim.grant.id)).toEqual(
    [grants[2], grants[1], grants[0]].map((one) => one?.id),
  )
})

test('an active grant is claimed from its expiry on, and not before', async () => {
  const grant = await activeGrant(store, { duration: 60 })
  expect(await due({ 'orders-db': 9 })).toEqual([])
  expect(await store.claims.one(grant.id)).toBeUndefined()
  await letPass(database.url, grant, 61)
  const [claim] = await due({ 'orders-db': 9 })
  expect(claim?.grant.state).toBe('active')
  expect(must(claim?.overdueMs)).toBeGreaterThanOrEqual(1_000)
})

test('a claimed grant is left alone until it is released or the lease is over', async () => {
  const { id, person } = await openGrant(store)
  const claim = must(await store.claims.one(id))
  expect(await other.claims.one(id)).toBeUndefined()
  await store.claims.release(claim)
  const second = must(await other.claims.one(id))
  expect(second.fence).toBe(claim.fence + 1)
  await execute(
    database.url,
    `update elevate.binding set lease_until = lease_until - interval '${LEASE_SECONDS - 1} s' where person = '${person}'`,
  )
  expect(await store.claims.one(id)).toBeUndefined()
  await execute(
    database.url,
    `update elevate.binding set lease_until = lease_until - interval '2 s' where person = '${person}'`,
  )
  expect(must(await store.claims.one(id)).fence).toBe(second.fence + 1)
})

test('two grants of one person and entitlement are worked on one after the other, the older wish first', async () => {
  const requester = someone()
  const fresh = await openGrant(store, { requester })
  const old = await openGrant(store, { requester })
  await letPass(database.url, old, 10)
  const [claim, ...more] = await due({ 'orders-db': 9 })
  expect(claim?.grant.id).toBe(old.id)
  expect(more).toEqual([])
  expect(await store.claims.one(fresh.id)).toBeUndefined()
  const named = must(await store.transaction((tx) => tx.grants.nameAccount(must(claim), 'ada')))
  const given = { preexisting: false, howTo: [], ids: {} }
  await store.transaction((tx) => tx.grants.activate({ ...must(claim), grant: named }, given))
  expect((await due({ 'orders-db': 9 })).map((one) => one.grant.id)).toEqual([fresh.id])
})

test('a worker that needs longer renews its lease, and learns when it was overtaken', async () => {
  const { id } = await openGrant(store)
  const slow = must(await store.claims.one(id))
  expect(await store.claims.renew(slow)).toBe(true)
  await execute(database.url, 'update elevate.binding set lease_until = clock_timestamp()')
  const fresh = must(await other.claims.one(id))
  expect(await store.claims.renew(slow)).toBe(false)
  await other.claims.release(fresh)
  expect(await other.claims.renew(fresh)).toBe(false)
})

test('the next due moment is known before it comes', async () => {
  const grant = await activeGrant(store, { duration: 60 })
  expect(await store.claims.nextWithin(['orders-db'], 30_000)).toBeUndefined()
  expect(await store.claims.nextWithin(['elsewhere'], 90_000)).toBeUndefined()
  const ms = must(await store.claims.nextWithin(['elsewhere', 'orders-db'], 90_000))
  expect(ms).toBeGreaterThan(0)
  expect(ms).toBeLessThanOrEqual(60_000)
  await letPass(database.url, grant, 61)
  expect(await store.claims.nextWithin(['orders-db'], 90_000)).toBeUndefined()
})

test('a claim names the other grants that want the same account to have the same entitlement', async () => {
  const mine = await activeGrant(store, {}, 'shared')
  const wanted = await activeGrant(store, {}, 'shared')
  const over = await activeGrant(store, { duration: 60 }, 'shared')
  await letPass(database.url, over, 61)
  await endGrant(store, await activeGrant(store, {}, 'shared'))
  await activeGrant(store, { role: 'admin' }, 'shared')
  await activeGrant(store, { target: 'billing' }, 'shared')
  await activeGrant(store, {}, 'somebody-else')
  const ended = await endGrant(store, mine)
  const claim = must(await store.claims.one(ended.id))
  expect(claim.siblings).toEqual([
    {
      id: wanted.id,
      number: wanted.number,
      state: 'active',
      preexisting: false,
      activatedAt: wanted.activatedAt,
    },
  ])
})

test('a claim shows the grant as it is, not as it was before somebody else’s commit', async () => {
  const { id } = await openGrant(store)
  const claim = must(await store.claims.one(id))
  // The lease is over while its worker is still about to commit: the row is locked, and left for later.
  await execute(database.url, 'update elevate.binding set lease_until = clock_timestamp()')
  await store.transaction(async (tx) => {
    const named = must(await tx.grants.nameAccount(claim, 'ada'))
    expect(await other.claims.one(id)).toBeUndefined()
    expect(await due({ 'orders-db': 9 }, other)).toEqual([])
    return named
  })
  expect(must(await other.claims.one(id)).grant).toMatchObject({ account: 'ada', version: 2 })
})

test('a grant that somebody is about to end is left for later', async () => {
  const opened = await openGrant(store)
  await store.transaction(async (tx) => {
    must(await tx.grants.end(opened, { reason: 'returned', by: opened.person, note: '' }))
    expect(await due({ 'orders-db': 9 }, other)).toEqual([])
    expect(await other.claims.one(opened.id)).toBeUndefined()
  })
  expect((await due({ 'orders-db': 9 })).map((claim) => claim.grant.state)).toEqual(['revoking'])
})

test('what was overdue is counted from the rows, and how long from the last heartbeat', async () => {
  expect(await store.claims.overdueAtStart()).toEqual({
    downSeconds: null,
    expired: 0,
    unfinished: 0,
    lapsed: 0,
  })
  await store.claims.heartbeat()
  await execute(database.url, `update elevate.heartbeat set awake_at = awake_at - interval '1 h'`)
  const expired = await activeGrant(store, { duration: 60 })
  await letPass(database.url, expired, 61)
  await activeGrant(store)
  await openGrant(store)
  await endGrant(store, await activeGrant(store))
  await openRequest(store, { lapseAfter: 0.000_001 })
  const overdue = await store.claims.overdueAtStart()
  expect(overdue).toMatchObject({ expired: 1, unfinished: 2, lapsed: 1 })
  expect(Math.abs(must(overdue.downSeconds ?? undefined) - 3600)).toBeLessThan(60)
  await store.claims.heartbeat()
  expect((await store.claims.overdueAtStart()).downSeconds).toBeLessThan(60)
})

test('the due query uses its index', async () => {
  await execute(
    database.url,
    `insert into elevate.request (requester, target, role, duration_s, reason, policy_name, policy_hash, state,
       created_at, lapses_at, closed_at, cards)
     select 'W' || n, 't' || n % 20, 'read', 3600, '', '', '', 'approved', now(), now() + interval '1 h', now(), '{}'
     from generate_series(1, 40000) n;
     insert into elevate.binding (target, role, person) select target, role, requester from elevate.request;
     insert into elevate.access_grant (request_id, person, target, role, account, entitlement, subject, duration_s, state,
       policy_hash, created_at, provision_by, not_after, activated_at, expires_at, wake_at)
     select id, requester, target, role, requester, '{}', '{}', 3600, 'active', '', now(), now(),
       now() + interval '2 h', now(), now() + interval '1 h',
       case when number % 400 = 0 then now() else now() + interval '1 h' end
     from elevate.request;
     analyze`,
  )
  const plan = await planOf(database.url, (db) =>
    claims(db, new Known(), () => {}).due(
      new Map([
        ['t0', 5],
        ['t7', 5],
      ]),
    ),
  )
  expect(plan.text).toContain('live_grants_by_wake')
  expect(plan.text).toContain('wanted_access_of_an_account')
  expect(plan.text).not.toContain('Seq Scan')
  // 40,000 live grants; a claim of five or ten must not walk through them.
  expect(plan.blocks).toBeLessThan(400)
})

test('a commit says which grants have something to be done now, and one that was rolled back says nothing', async () => {
  const news: Committed[] = []
  const telling = await openStore({ url: database.url, onCommitted: (one) => news.push(one) })
  try {
    const grant = await openGrant(telling)
    expect(news.splice(0).at(-1)).toEqual({ notified: false, opened: [grant.id], due: [] })
    await openGrant(telling, { startsAt: new Date(Date.now() + 3_600_000) })
    expect(news.splice(0).flatMap((one) => [...one.opened, ...one.due])).toEqual([])
    await expect(
      telling.transaction(async (tx) => {
        tx.enqueue({ lane: 'home:U1', notice: { kind: 'home' } })
        await tx.grants.end(grant, { reason: 'returned', by: grant.person, note: '' })
        throw new Error('changed my mind')
      }),
    ).rejects.toThrow('changed my mind')
    expect(news).toEqual([])
    await telling.transaction(async (tx) => {
      tx.enqueue({ lane: 'home:U1', notice: { kind: 'home' } })
      await tx.grants.end(grant, { reason: 'returned', by: grant.person, note: '' })
    })
    expect(news.splice(0)).toEqual([{ notified: true, opened: [], due: [grant.id] }])
    const claim = must(await telling.claims.one(grant.id))
    await telling.claims.release(claim)
    expect(news.splice(0)).toEqual([{ notified: false, opened: [], due: [grant.id] }])
  } finally {
    await telling.close()
  }
})
