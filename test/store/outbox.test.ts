// Messages: told once, not lost, in order, and not faster than the lane allows.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LEASE_SECONDS } from '../../src/core/access/retry.ts'
import type { Lane, Notice } from '../../src/core/notice.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { holdLog } from './hold-log.ts'
import { anEvent } from './samples.ts'

let database: FreshDatabase
let store: StoreHandle
let other: StoreHandle

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url })
  other = await openStore({ url: database.url })
})
beforeEach(() => execute(database.url, 'truncate elevate.outbox, elevate.outbox_lane'))
afterAll(async () => {
  await Promise.all([store.close(), other.close()])
  await database.drop()
})

const tell = (lane: Lane, ...notices: Notice[]) =>
  store.transaction(async (tx) => {
    for (const notice of notices) tx.enqueue({ lane, notice })
  })
const card = (request: string): Notice => ({ kind: 'card', request })
const revoked = (grant: string): Notice => ({ kind: 'revoked', grant })
const settled = { done: [], failed: [], pause: 0 }

test('notices of a lane come together, oldest first, and are gone when delivered', async () => {
  await tell('channel:C1', revoked('1'), revoked('2'))
  await tell('channel:C1', revoked('3'))
  const batch = must(await store.outbox.claim(2))
  expect(batch.lane).toBe('channel:C1')
  expect(batch.waiting.map((one) => one.notice)).toEqual([revoked('1'), revoked('2')])
  await store.outbox.settle('channel:C1', { ...settled, done: batch.waiting.map((one) => one.id) })
  expect(must(await store.outbox.claim(9)).waiting.map((one) => one.notice)).toEqual([revoked('3')])
})

test('a transaction that fails sends nothing', async () => {
  const broken = store.transaction(async (tx) => {
    tx.enqueue({ lane: 'channel:C1', notice: revoked('1') })
    throw new Error('no')
  })
  await expect(broken).rejects.toThrow('no')
  expect(await store.outbox.claim(9)).toBeUndefined()
  expect(await store.outbox.age()).toBe(0)
})

test('two notices with one key wait as one; without a key each counts', async () => {
  await tell('channel:C1', card('a'), card('a'), card('b'))
  await tell('channel:C1', card('a'), revoked('1'), revoked('1'))
  await tell('channel:C2', card('a'))
  const notices = must(await store.outbox.claim(9)).waiting.map((one) => one.notice)
  expect(notices).toEqual([card('a'), card('b'), revoked('1'), revoked('1')])
})

test('a notice that comes during delivery is sent again', async () => {
  await tell('channel:C1', card('a'))
  const batch = must(await store.outbox.claim(9))
  await tell('channel:C1', card('a'))
  await tell('channel:C1', card('a'))
  await store.outbox.settle('channel:C1', { ...settled, done: batch.waiting.map((one) => one.id) })
  expect(must(await store.outbox.claim(9)).waiting).toHaveLength(1)
})

test('a notice is not sent while somebody who relies on it has not committed yet', async () => {
  await tell('channel:C1', card('a'))
  // With the log's lock taken, the second transaction gets as far as it can: told, but not committed.
  await using log = await holdLog(database.url)
  const second = other.transaction(async (tx) => {
    tx.enqueue({ lane: 'channel:C1', notice: card('a') })
    tx.append(anEvent)
  })
  await log.somebodyWaits()
  expect(await store.outbox.claim(9)).toBeUndefined()
  await log.release()
  await second
  expect(must(await store.outbox.claim(9)).waiting).toHaveLength(1)
})

test('a lane belongs to one sender until it is settled, and then pauses', async () => {
  await tell('channel:C1', revoked('1'), revoked('2'))
  const batch = must(await store.outbox.claim(1))
  expect(await other.outbox.claim(9)).toBeUndefined()
  await store.outbox.settle('channel:C1', {
    done: batch.waiting.map((one) => one.id),
    failed: [],
    pause: 60_000,
  })
  expect(await other.outbox.claim(9)).toBeUndefined()
  await execute(database.url, `update elevate.outbox_lane set next_at = next_at - interval '61 s'`)
  expect(must(await other.outbox.claim(9)).waiting).toHaveLength(1)
})

test('two senders at once never get the same lane', async () => {
  for (let lane = 0; lane < 40; lane++) await tell(`channel:C${lane}`, revoked('1'), revoked('2'))
  const lanes: string[] = []
  const sender = async (from: StoreHandle) => {
    for (let got = await from.outbox.claim(1); got; got = await from.outbox.claim(1)) lanes.push(got.lane)
  }
  await Promise.all([sender(store), sender(other), sender(store), sender(other)])
  await sender(store)
  expect(lanes.toSorted()).toEqual([...new Set(lanes)].toSorted())
  expect(lanes).toHaveLength(40)
})

test('the lane and notices of a sender that died are free when its lease is over', async () => {
  await tell('channel:C1', card('a'))
  await store.outbox.claim(9)
  await execute(
    database.url,
    `update elevate.outbox_lane set next_at = next_at - interval '${LEASE_SECONDS - 1} s'`,
  )
  expect(await other.outbox.claim(9)).toBeUndefined()
  await execute(database.url, `update elevate.outbox_lane set next_at = next_at - interval '2 s'`)
  expect(must(await other.outbox.claim(9)).waiting).toHaveLength(1)
})

test('a failed notice is tried later, with its attempts counted, and does not hold up the lane', async () => {
  await tell('channel:C1', revoked('1'), revoked('2'))
  const batch = must(await store.outbox.claim(9))
  const [first, second] = batch.waiting
  const failed = [{ id: must(first).id, error: 'rate\u0000limited', retryMs: 60_000 }]
  await store.outbox.settle('channel:C1', { done: [must(second).id], failed, pause: 0 })
  expect(await store.outbox.claim(9)).toBeUndefined()
  await tell('channel:C1', revoked('3'))
  expect(must(await store.outbox.claim(9)).waiting.map((one) => one.notice)).toEqual([revoked('3')])
  await execute(
    database.url,
    `update elevate.outbox set send_after = now(); update elevate.outbox_lane set next_at = now()`,
  )
  expect(must(await store.outbox.claim(9)).waiting[0]).toMatchObject({ notice: revoked('1'), attempts: 1 })
})

test('a failed notice makes way for a younger one that says the same', async () => {
  await tell('home:U1', { kind: 'home' })
  for (let attempt = 0; attempt < 5; attempt++) {
    const { waiting } = must(await store.outbox.claim(9))
    await tell('home:U1', { kind: 'home' })
    const failed = waiting.map(({ id }) => ({ id, error: 'down', retryMs: 0 }))
    await store.outbox.settle('home:U1', { done: [], failed, pause: 0 })
  }
  expect(must(await store.outbox.claim(9)).waiting).toHaveLength(1)
})

test('settling a lane touches no other lane’s notices', async () => {
  await tell('channel:C1', revoked('1'))
  await tell('channel:C2', revoked('2'))
  const first = must(await store.outbox.claim(9))
  const second = must(await store.outbox.claim(9))
  const failed = second.waiting.map(({ id }) => ({ id, error: 'no', retryMs: 0 }))
  await store.outbox.settle(first.lane, { done: second.waiting.map((one) => one.id), failed, pause: 0 })
  await store.outbox.settle(second.lane, settled)
  const left = [must(await store.outbox.claim(9)), must(await store.outbox.claim(9))]
  expect(left.flatMap((one) => one.waiting)).toHaveLength(2)
})

test('transactions that queue to the same lanes in opposite order do not block each other', async () => {
  const tellAll = (through: StoreHandle, lanes: number[]) =>
    through.transaction(async (tx) => {
      for (const lane of lanes) tx.enqueue({ lane: `channel:D${lane}`, notice: card('same') })
      tx.append(anEvent)
    })
  const lanes = Array.from({ length: 20 }, (_, lane) => lane)
  for (let round = 0; round < 20; round++) {
    await Promise.all([tellAll(store, lanes), tellAll(other, lanes.toReversed()), tellAll(store, lanes)])
    await execute(database.url, 'truncate elevate.outbox, elevate.outbox_lane')
  }
})

test('the age of the oldest notice is in seconds', async () => {
  await tell('channel:C1', revoked('1'))
  await execute(database.url, `update elevate.outbox set created_at = created_at - interval '90 s'`)
  expect(Math.abs((await store.outbox.age()) - 90)).toBeLessThan(30)
})

test('Homes seen lately are kept true, those seen long ago are not', async () => {
  await store.reads.sawHome('U1')
  await store.reads.sawHome('U1')
  await store.reads.sawHome('U2')
  await execute(
    database.url,
    `update elevate.home_viewer set seen_at = now() - interval '2 days' where person = 'U2'`,
  )
  expect(await store.transaction((tx) => tx.homes())).toEqual(['U1'])
})
