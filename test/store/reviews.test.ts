// Break-glass against a real PostgreSQL: one use at a time, one review, and never by oneself.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { edges, reviewMoves, reviewStates } from '../../src/core/access/lifecycle.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
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

const take = (requester = someone(), through = store) =>
  through.transaction((tx) =>
    tx.reviews.open(
      {
        requester,
        target: 'orders-db',
        role: 'read',
        duration: 900,
        reason: 'the site is down',
        policyName: 'engineers',
        policyHash: 'f00d',
        lapseAfter: 600,
      },
      ['channel:C1', 'channel:CSEC'],
    ),
  )

test('a use is an approved request without decisions, whose review is open until somebody else writes it', async () => {
  const taken = await take()
  expect(taken).toMatchObject({ state: 'approved', closedBy: taken.requester, decisions: [] })
  expect(taken.review).toMatchObject({ state: 'open', closedAt: undefined, reviewer: undefined, note: '' })
  expect(await store.reads.request(taken.id)).toEqual(taken)
  expect(await store.reads.openReviews(99)).toContainEqual(taken)
  const written = { state: 'justified', by: 'U0BOSS', note: 'It was \u0000 needed' } as const
  expect(await store.transaction((tx) => tx.reviews.close(taken.id, written))).toBe(true)
  const after = await store.reads.request(taken.id)
  expect(after?.review).toMatchObject({
    state: 'justified',
    reviewer: 'U0BOSS',
    note: 'It was \ufffd needed',
  })
  expect(after?.review?.closedAt).toBeInstanceOf(Date)
  expect(await store.reads.openReviews(99, taken.requester)).toEqual([])
})

test('a question that waits for an answer blocks nothing', async () => {
  const { requester } = await openRequest(store)
  expect(await take(requester)).toMatchObject({ requester, state: 'approved' })
  expect(await store.transaction((tx) => tx.requests.pendingOf(requester))).toBe(1)
})

test('of two uses of one person at the same instant the second one sees the first', async () => {
  for (let round = 0; round < 20; round++) {
    const person = someone()
    const use = (through: StoreHandle) =>
      through.transaction(async (tx) => {
        const open = await tx.reviews.openOf(person)
        if (open === 0) await tx.reviews.open({ ...(await sample()), requester: person, lapseAfter: 600 }, [])
        return open
      })
    const seen = await Promise.all([use(store), use(other), use(store)])
    expect(seen.sort()).toEqual([0, 1, 1])
    expect(await store.reads.openReviews(99, person)).toHaveLength(1)
  }
})

const sample = () => openRequest(store)

test('of two reviewers at the same instant exactly one writes it', async () => {
  for (let round = 0; round < 20; round++) {
    const { id } = await take()
    const closed = await Promise.all([
      store.transaction((tx) => tx.reviews.close(id, { state: 'justified', by: 'U1', note: 'a' })),
      other.transaction((tx) => tx.reviews.close(id, { state: 'unjustified', by: 'U2', note: 'b' })),
    ])
    expect(closed.filter(Boolean)).toHaveLength(1)
    const review = (await store.reads.request(id))?.review
    expect([review?.reviewer, review?.note]).toEqual(closed[0] ? ['U1', 'a'] : ['U2', 'b'])
  }
})

test('a superuser by hand can make the lifecycle’s moves and no other', async () => {
  const allowed = edges(reviewMoves)
  for (const from of reviewStates)
    for (const to of reviewStates.filter((state) => state !== from)) {
      const { id } = await take()
      const go = (state: string) =>
        execute(
          database.url,
          `update elevate.review set state = '${state}',
           ${state === 'open' ? 'closed_at = null, reviewer = null' : `closed_at = now(), reviewer = 'U9'`}
           where request_id = '${id}'`,
        )
      if (from !== 'open') await go(from)
      if (allowed.includes(`${from}>${to}`)) await go(to)
      else await expect(go(to)).rejects.toThrow('cannot go from')
    }
})

test('the database refuses a review by oneself, one of something else, and none at all', async () => {
  const { id, requester } = await take()
  const write = (set: string) =>
    execute(
      database.url,
      `update elevate.review set state = 'justified', closed_at = now(), ${set} where request_id = '${id}'`,
    )
  await expect(write(`reviewer = '${requester}'`)).rejects.toThrow('nobody_reviews_himself')
  await expect(write('reviewer = null')).rejects.toThrow('reviews_say_who_wrote_them')
  await expect(write(`reviewer = 'U9', person = 'U8'`)).rejects.toThrow('does not change')
  await expect(execute(database.url, 'delete from elevate.review')).rejects.toThrow('is history')
  const own = { state: 'justified', by: requester, note: 'all fine' } as const
  await expect(store.transaction((tx) => tx.reviews.close(id, own))).rejects.toThrow('nobody_reviews_himself')
})

test('an id that is none closes nothing', async () => {
  const written = { state: 'justified', by: 'U1', note: '' } as const
  for (const id of ['', 'R-1', "'; drop table elevate.review; --"])
    expect(await store.transaction((tx) => tx.reviews.close(id, written))).toBe(false)
})
