// Questions: who had what, who has what, and what needs somebody's attention.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessQueries } from '../../src/store/access/queries.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { planOf } from './plan.ts'
import { activeGrant, endGrant, letPass, openGrant, openRequest, someone } from './samples.ts'

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

const taken = { outcome: 'taken', leftBehind: [] } as const

async function revokedGrant(person: string, target: string) {
  const ended = await endGrant(store, await activeGrant(store, { requester: person, target }))
  const claim = must(await store.claims.one(ended.id))
  return must(await store.transaction((tx) => tx.grants.finish(claim, taken)))
}

test('who had what at a moment: from activation to revocation, and not before or after', async () => {
  const [ada, bob, eve] = [someone(), someone(), someone()]
  const target = 'held-db'
  const past = await revokedGrant(ada, target)
  await letPass(database.url, past, 7200)
  await execute(
    database.url,
    `set session_replication_role = replica;
     update elevate.access_grant set revoked_at = activated_at + interval '1 h' where id = '${past.id}'`,
  )
  const live = await activeGrant(store, { requester: bob, target })
  await openGrant(store, { requester: eve, target })
  const now = await store.reads.now()
  const minutes = (n: number) => new Date(now.getTime() + n * 60_000)
  const at = async (moment: Date, more = {}) =>
    (await store.reads.held({ from: moment, to: moment, target, limit: 9, ...more })).map(
      (one) => one.grant.person,
    )
  expect(await at(minutes(-150))).toEqual([])
  expect(await at(minutes(-90))).toEqual([ada])
  expect(await at(minutes(-30))).toEqual([])
  expect(await at(now)).toEqual([bob])
  expect(await at(minutes(60 * 24 * 365))).toEqual([bob])
  const all = await store.reads.held({ from: minutes(-200), to: now, target, limit: 9 })
  expect(all.map((one) => [one.grant.person, one.reason, one.approvers])).toEqual([
    [ada, 'a customer waits', ['U000BOSS']],
    [bob, 'a customer waits', ['U000BOSS']],
  ])
  expect(await at(now, { person: ada })).toEqual([])
  expect(await at(now, { role: 'admin' })).toEqual([])
  expect(must(all[1]).grant).toEqual(live)
})

test('a person’s live grants, past grants and requests', async () => {
  const ada = someone()
  const target = 'list-db'
  const first = await revokedGrant(ada, target)
  const second = await revokedGrant(ada, target)
  const live = await activeGrant(store, { requester: ada, target })
  const other = await openRequest(store, { requester: ada, target })
  const rows = await store.reads.liveGrants(ada)
  expect(rows.map((row) => [row.grant.id, row.request.id])).toEqual([[live.id, live.requestId]])
  expect(must(rows[0]).request.decisions.map((one) => one.approver)).toEqual(['U000BOSS'])
  expect((await store.reads.liveGrants()).map((row) => row.grant.id)).toContain(live.id)
  expect((await store.reads.liveGrants()).map((row) => row.grant.id)).not.toContain(first.id)
  const past = await store.reads.pastGrants(ada, target, 'read', 5)
  expect(past.map((grant) => grant.id)).toEqual([second.id, first.id])
  expect(await store.reads.pastGrants(ada, target, 'read', 1)).toHaveLength(1)
  const requests = await store.reads.requestsOf(ada, 2)
  expect(requests.map((request) => request.id)).toEqual([other.id, live.requestId])
  expect((await store.reads.pendingRequests(1000)).map((one) => one.id)).toContain(other.id)
  expect(await store.reads.grantOfRequest(live.requestId)).toEqual(live)
  expect(await store.reads.grantOfRequest(other.id)).toBeUndefined()
  expect(must(await store.reads.grantByNumber(live.number)).grant).toEqual(live)
  expect(await store.reads.targetsInUse()).toContain(target)
})

test('what waits for an answer comes first, however much was asked for since', async () => {
  const ada = someone()
  const open = await openRequest(store, { requester: ada, target: 'waiting-db' })
  const live = await activeGrant(store, { requester: ada, target: 'later-db' })
  const requests = await store.reads.requestsOf(ada, 2)
  expect(requests.map((request) => request.id)).toEqual([open.id, live.requestId])
})

test('a target is in use until its last grant is revoked', async () => {
  const ended = await endGrant(store, await activeGrant(store, { target: 'old-db' }))
  expect(await store.reads.targetsInUse()).toContain('old-db')
  const claim = must(await store.claims.one(ended.id))
  await store.transaction((tx) => tx.grants.finish(claim, taken))
  expect(await store.reads.targetsInUse()).not.toContain('old-db')
})

test('requests closed within a stretch of time', async () => {
  const request = await openRequest(store)
  await store.transaction((tx) => tx.requests.close(request, 'denied', 'U1'))
  const closed = must(must(await store.reads.request(request.id)).closedAt)
  const around = (from: number, to: number) =>
    store.reads.closedRequests(new Date(closed.getTime() + from), new Date(closed.getTime() + to))
  expect((await around(0, 1)).map((one) => one.id)).toContain(request.id)
  expect((await around(-1000, 0)).map((one) => one.id)).not.toContain(request.id)
})

test('copies of a card are kept one per lane, the newest', async () => {
  const request = await openRequest(store)
  const copy = { lane: 'channel:C1', channel: 'C1', ts: '1.1', request: request.id } as const
  await store.reads.savePosted(copy)
  await store.reads.savePosted({ ...copy, ts: '2.2' })
  await store.reads.savePosted({ ...copy, lane: 'person:U1', channel: 'D1' })
  expect(await store.reads.posted(request.id)).toEqual([
    { ...copy, ts: '2.2' },
    { ...copy, lane: 'person:U1', channel: 'D1' },
  ])
})

test('who had what at a moment uses the range index', async () => {
  await execute(
    database.url,
    `insert into elevate.request (requester, target, role, duration_s, reason, policy_name, policy_hash, state,
       created_at, lapses_at, closed_at, cards)
     select 'P' || n, 'past-db', 'read', 60, '', '', '', 'approved', t, t + interval '1 h', t, '{}'
     from generate_series(1, 20000) n, lateral (select timestamptz '2020-01-01' + n * interval '1 min' as t) as at;
     insert into elevate.access_grant (request_id, person, target, role, account, entitlement, subject, duration_s, state,
       policy_hash, created_at, provision_by, not_after, activated_at, expires_at, end_reason, due_at, revoked_at,
       end_outcome, late_by_ms)
     select id, requester, target, role, requester, '{}', '{}', 60, 'revoked', '', created_at, created_at,
       created_at + interval '1 h', created_at, created_at + interval '1 min', 'expired', created_at + interval '1 min',
       created_at + interval '1 min', 'taken', 0
     from elevate.request where target = 'past-db';
     analyze`,
  )
  const moment = new Date('2020-01-05T00:00:30Z')
  const filter = { from: moment, to: moment, limit: 50 }
  const plan = await planOf(database.url, (db) => accessQueries(db).held(filter))
  expect(plan.text).toContain('grants_by_time_held')
  expect(plan.blocks).toBeLessThan(100)
  expect(await store.reads.held(filter)).toHaveLength(1)
})
