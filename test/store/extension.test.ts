// Grants that go on from another: with which account, until when, and when they stand alone instead.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { activeGrant, endGrant, letPass, openGrant } from './samples.ts'

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

const given = { preexisting: false, howTo: [], ids: {} }
const minutes = (of: Date | undefined, from: Date | undefined) =>
  (must(of).getTime() - must(from).getTime()) / 60_000

async function extended(first: { id: string; person: string }, duration = 1800) {
  const opened = await openGrant(store, { requester: first.person, duration, prolongs: first.id })
  const claim = must(await store.claims.one(opened.id))
  return must(await store.transaction((tx) => tx.grants.activate(claim, given)))
}

test('an extension has the account from the start, and counts from the end of the one before', async () => {
  const first = await activeGrant(store, { duration: 3600 }, 'elv_ada_g1')
  const second = await extended(first)
  expect(second).toMatchObject({
    account: 'elv_ada_g1',
    prolongs: first.id,
    accountFor: first.id,
    goesOnFrom: first.expiresAt,
  })
  expect(minutes(second.expiresAt, first.expiresAt)).toBe(30)
  expect(minutes(second.notAfter, second.expiresAt)).toBe(5)
  const third = await extended(second)
  expect(third).toMatchObject({ account: 'elv_ada_g1', prolongs: second.id, accountFor: first.id })
  expect(minutes(third.expiresAt, first.expiresAt)).toBe(60)
  expect((await store.reads.extensionOf(first.id))?.id).toBe(second.id)
  const chain = await store.transaction((tx) => tx.grants.lockChain(second.id))
  expect(chain.map((grant) => grant.id)).toEqual([first.id, second.id, third.id])
})

test('it counts from its own activation when the one before was over by then', async () => {
  const first = await activeGrant(store, { duration: 600 })
  const opened = await openGrant(store, { requester: first.person, duration: 1800, prolongs: first.id })
  await letPass(database.url, opened, 120)
  await execute(
    database.url,
    `set session_replication_role = replica;
     update elevate.access_grant set goes_on_from = clock_timestamp() - interval '1 s' where id = '${opened.id}'`,
  )
  const claim = must(await store.claims.one(opened.id))
  const active = must(await store.transaction((tx) => tx.grants.activate(claim, given)))
  expect(minutes(active.expiresAt, active.activatedAt)).toBe(30)
})

test.each([
  ['is ending', async (id: string) => endGrant(store, must(await store.reads.grant(id)).grant)],
  ['is over by the clock', async (id: string) => letPass(database.url, { id }, 3601)],
])('it is a new grant if the previous one %s', async (_, over) => {
  const first = await activeGrant(store, { duration: 3600 })
  await over(first.id)
  const alone = await openGrant(store, { requester: first.person, prolongs: first.id })
  expect(alone).toMatchObject({
    account: undefined,
    prolongs: undefined,
    accountFor: alone.id,
    goesOnFrom: undefined,
  })
})

test('it is a new grant if it is for something else, or for somebody else', async () => {
  const first = await activeGrant(store)
  const elses = [
    await openGrant(store, { prolongs: first.id }),
    await openGrant(store, { requester: first.person, prolongs: first.id, role: 'write' }),
  ]
  expect(elses.map((grant) => grant.prolongs)).toEqual([undefined, undefined])
})

test('what is prolonged does not change', async () => {
  const second = await extended(await activeGrant(store))
  for (const [table, id] of [
    ['access_grant', second.id],
    ['request', second.requestId],
  ])
    await expect(
      execute(
        database.url,
        `update elevate.${table} set prolongs = null, version = version + 1 where id = '${id}'`,
      ),
    ).rejects.toThrow(/does not change|stays as it is/)
})
