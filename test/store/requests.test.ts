// Requests against a real PostgreSQL: races over separate connections, and the database's clock.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { type FreshDatabase, freshDatabase, query } from '../support/postgres.ts'
import { openRequest, someone } from './samples.ts'

let database: FreshDatabase
let store: StoreHandle
let other: StoreHandle

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url, poolSize: 8 })
  other = await openStore({ url: database.url, poolSize: 8 })
})
afterAll(async () => {
  await Promise.all([store.close(), other.close()])
  await database.drop()
})

const ask = (requester: string, lapseAfter = 600) => ({
  requester,
  target: 'orders-db',
  role: 'read',
  duration: 3600,
  reason: 'a customer waits',
  policyName: 'engineers',
  policyHash: 'f00d',
  lapseAfter,
})

test('two approvers at the same instant: exactly one closes the request', async () => {
  for (let round = 0; round < 200; round++) {
    const request = await openRequest(store)
    const closed = await Promise.all([
      store.transaction((tx) => tx.requests.close(request, 'approved', 'U1')),
      other.transaction((tx) => tx.requests.close(request, 'denied', 'U2')),
    ])
    expect(closed.filter(Boolean)).toHaveLength(1)
    const after = must(await store.reads.request(request.id))
    expect([after.state, after.closedBy]).toEqual(closed[0] ? ['approved', 'U1'] : ['denied', 'U2'])
    expect(after.version).toBe(request.version + 1)
  }
})

test('of two approvals at the same instant the second one sees the first', async () => {
  for (let round = 0; round < 50; round++) {
    const { id } = await openRequest(store)
    const decide = (through: StoreHandle, approver: string) =>
      through.transaction(async (tx) => {
        const seen = must(await tx.requests.lock(id)).decisions.length
        await tx.requests.decide(id, { approver, verdict: 'approve', self: false, note: '' })
        return seen
      })
    const seen = await Promise.all([decide(store, 'U1'), decide(other, 'U2')])
    expect(seen.sort()).toEqual([0, 1])
  }
})

test('the same approver is counted once, even after two clicks', async () => {
  const { id } = await openRequest(store)
  const click = () =>
    store.transaction((tx) =>
      tx.requests.decide(id, { approver: 'U1', verdict: 'approve', self: false, note: '' }),
    )
  await click()
  await expect(click()).rejects.toThrow('one_decision_per_approver')
  expect(must(await store.reads.request(id)).decisions).toHaveLength(1)
})

test('an old version of a request closes nothing', async () => {
  const request = await openRequest(store)
  const old = { id: request.id, version: request.version - 1 }
  expect(await store.transaction((tx) => tx.requests.close(old, 'approved', 'U1'))).toBe(false)
  expect(must(await store.reads.request(request.id)).state).toBe('pending')
})

test('after its time a request can only expire; before that it can do anything but expire', async () => {
  const close = (
    request: { id: string; version: number },
    to: 'approved' | 'denied' | 'withdrawn' | 'lapsed',
  ) => store.transaction((tx) => tx.requests.close(request, to, undefined))
  const late = await openRequest(store, { lapseAfter: 0.000_001 })
  expect(await store.claims.expired(10)).toContain(late.id)
  for (const to of ['approved', 'denied', 'withdrawn'] as const) expect(await close(late, to)).toBe(false)
  expect(await close(late, 'lapsed')).toBe(true)
  expect(await store.claims.expired(10)).not.toContain(late.id)

  const early = await openRequest(store)
  expect(await close(early, 'lapsed')).toBe(false)
  expect(await close(early, 'withdrawn')).toBe(true)
})

test('a person asks once for an entitlement while the first request is pending', async () => {
  const person = someone()
  const open = (through: StoreHandle) => through.transaction((tx) => tx.requests.open(ask(person), []))
  for (let round = 0; round < 20; round++) {
    const opened = (await Promise.all([open(store), open(other), open(store)])).filter(
      (one) => one !== undefined,
    )
    expect(opened).toHaveLength(1)
    expect(await store.transaction((tx) => tx.requests.pendingOf(person))).toBe(1)
    await store.transaction((tx) => tx.requests.close(must(opened[0]), 'withdrawn', person))
  }
  expect(await store.transaction((tx) => tx.requests.pendingOf(person))).toBe(0)
})

test('asking in vain uses up no number', async () => {
  const first = await openRequest(store)
  for (let i = 0; i < 5; i++) await store.transaction((tx) => tx.requests.open(ask(first.requester), []))
  expect((await openRequest(store)).number).toBe(first.number + 1)
})

test('the database decides every time, and a request tells its own story again', async () => {
  const request = await openRequest(store, { reason: 'why:\nit\u2028s "odd" \\ 😀' })
  expect(request.lapsesAt.getTime() - request.createdAt.getTime()).toBe(600_000)
  expect(await store.reads.request(request.id)).toEqual(request)
  expect(await store.reads.requestByNumber(request.number)).toEqual(request)
  expect(await store.transaction((tx) => tx.requests.cards(request.id))).toEqual(['channel:C1'])
  const [row] = await query<{ near: boolean }>(
    database.url,
    `select abs(extract(epoch from clock_timestamp() - created_at)) < 60 as near from elevate.request
     where id = '${request.id}'`,
  )
  expect(row?.near).toBe(true)
})

test('an id that is none finds nothing and breaks nothing', async () => {
  for (const id of ['', 'R-1', "'; drop table elevate.request; --", '\u0000', 'x'.repeat(10_000)]) {
    expect(await store.reads.request(id)).toBeUndefined()
    expect(await store.reads.grant(id)).toBeUndefined()
    expect(await store.reads.posted(id)).toEqual([])
    expect(await store.claims.one(id)).toBeUndefined()
    expect(await store.transaction((tx) => tx.requests.lock(id))).toBeUndefined()
    expect(await store.transaction((tx) => tx.requests.cards(id))).toEqual([])
    expect(await store.transaction((tx) => tx.grants.lock(id))).toBeUndefined()
  }
  for (const number of [0, -1, 1.5, Number.NaN, 1e300, Number.POSITIVE_INFINITY])
    expect(await store.reads.requestByNumber(number)).toBeUndefined()
})

test('one digest for a stretch of time, however many replicas want to make it', async () => {
  const stretch = [new Date('2026-11-22T08:00:00Z'), new Date('2026-11-23T08:00:00Z')] as const
  const claimed = await Promise.all(
    [store, other, store, other].map((one) => one.transaction((tx) => tx.claimDigest(...stretch))),
  )
  expect(claimed.filter(Boolean)).toHaveLength(1)
})
