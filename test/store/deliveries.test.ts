// How far receivers have the log: one process at a time, only forward, and not while the log is in doubt.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { addEvents } from '../audit/checkpoint/real-log.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'

let database: FreshDatabase
let store: StoreHandle

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url, poolSize: 3 })
  await addEvents(store, 5)
})
afterAll(async () => {
  await store?.close()
  await database?.drop()
})

it('one of two processes may deliver, and an outdated one moves nothing', async () => {
  const [one, other] = await Promise.all([store.deliveries.claim('a'), store.deliveries.claim('a')])
  const first = must(one ?? other)
  expect([one, other].filter(Boolean)).toHaveLength(1)
  await execute(database.url, `update elevate.delivery set lease_until = '-infinity'`)
  const second = must(await store.deliveries.claim('a'))
  expect(second.fence).toBeGreaterThan(first.fence)
  expect(await store.deliveries.begin(first, 5)).toBe(false)
  expect(await store.deliveries.renew(first)).toBe(false)
  expect(await store.transaction((tx) => tx.deliveries.arrived(first, 5))).toBeUndefined()
  expect(await store.transaction((tx) => tx.deliveries.arrived(second, 5))).toBe(0)
  expect(await store.deliveries.states(['a', 'never'])).toMatchObject([
    { name: 'a', next: 5, waiting: 0 },
    { name: 'never', next: 0, waiting: 5 },
  ])
})

it('what has arrived stays arrived', async () => {
  const back = execute(database.url, `update elevate.delivery set next_index = 1 where name = 'a'`)
  await expect(back).rejects.toThrow('does not go back')
})

it('an open batch keeps its end, whichever process continues it', async () => {
  const claim = must(await store.deliveries.claim('b'))
  expect(await store.deliveries.begin(claim, 3)).toBe(true)
  await addEvents(store, 2)
  await execute(database.url, `update elevate.delivery set lease_until = '-infinity'`)
  expect(must(await store.deliveries.claim('b'))).toMatchObject({ from: 0, until: 3, size: 7 })
})

it('a log that lacks what this process knows to be signed is not delivered', async () => {
  expect(await store.deliveries.claim('c')).toBeDefined()
  store.quarantine.remember(99, Buffer.alloc(32, 1))
  expect(await store.deliveries.claim('d')).toBeUndefined()
})
