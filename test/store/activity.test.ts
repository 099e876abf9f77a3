// The record of a grant: who may collect it, how much of it is kept, and how it is opened for what comes late.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Grant } from '../../src/core/access/grant.ts'
import { type ActivityEntry, type ActivityKind, MAX_ENTRIES } from '../../src/core/activity/activity.ts'
import { whatWasDone } from '../../src/slack/words/activity/activity.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { activeGrant, endGrant } from './samples.ts'

let database: FreshDatabase
let store: StoreHandle
let other: StoreHandle

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url })
  other = await openStore({ url: database.url })
})
afterAll(async () => {
  await Promise.all([store?.close(), other?.close()])
  await database?.drop()
})

const entry = (key: string, kind: ActivityKind = 'select'): ActivityEntry => ({
  key,
  at: new Date('2026-11-23T12:00:00Z'),
  kind,
  text: `statement ${key}`,
  outcome: 'done',
  code: '',
  session: 's',
})
const nothing = { entries: [], turns: [], gaps: [] }

/** Its time to be looked at has come, and whoever had it is taken for dead. */
const isDue = ({ id }: Pick<Grant, 'id'>) =>
  execute(
    database.url,
    `update elevate.activity set wake_at = clock_timestamp(), lease_until = '-infinity' where grant_id = '${id}'`,
  )
const claimed = async (grant: Pick<Grant, 'id'>, by = store) => {
  await isDue(grant)
  return must((await by.activity.due(10)).find((one) => one.grant.id === grant.id))
}

it('of many that want to collect one may', async () => {
  const grant = await activeGrant(store)
  await isDue(grant)
  const all = await Promise.all([store, other, store, other].map((one) => one.activity.due(10)))
  expect(all.flat().map((one) => one.grant.id)).toEqual([grant.id])
  expect(await other.activity.due(10)).toEqual([])
})

it('an outdated process adds nothing, moves no mark, and closes nothing', async () => {
  const grant = await activeGrant(store)
  const first = await claimed(grant)
  const second = await claimed(grant, other)
  expect(second.fence).toBeGreaterThan(first.fence)
  const late = { ...nothing, entries: [entry('late')], cursor: { at: 'late' } }
  expect(await store.transaction((tx) => tx.activity.add(first, late))).toBe(false)
  expect(
    await store.transaction((tx) => tx.activity.close(first, { gaps: [], unavailable: undefined })),
  ).toBe(undefined)
  const good = { ...nothing, entries: [entry('good')], cursor: { at: 'good' } }
  expect(await other.transaction((tx) => tx.activity.add(second, good))).toBe(true)
  await store.transaction((tx) =>
    tx.activity.postpone(first, { seconds: 0, failed: true, unavailable: 'somebody was late' }),
  )
  // Neither was the lease given up for the one who has it, nor what it knows overwritten.
  expect(await store.activity.due(10)).toEqual([])
  expect(await store.activity.summary(grant.id)).toMatchObject({
    state: 'open',
    entries: 1,
    unavailable: undefined,
  })
  expect((await claimed(grant)).cursor).toEqual({ at: 'good' })
})

it('keeps ten thousand entries, counts the rest, and says that it was cut', { timeout: 60_000 }, async () => {
  const grant = await activeGrant(store)
  const claim = await claimed(grant)
  const keys = Array.from({ length: MAX_ENTRIES + 3 }, (_, at) => `k${at}`)
  const add = (entries: readonly ActivityEntry[]) =>
    store.transaction((tx) => tx.activity.add(claim, { ...nothing, entries, cursor: {} }))
  await add(keys.slice(0, MAX_ENTRIES - 1).map((key) => entry(key)))
  await add(keys.slice(MAX_ENTRIES - 1).map((key) => entry(key, 'delete')))
  const known = must(await store.activity.summary(grant.id))
  expect(known).toMatchObject({
    entries: MAX_ENTRIES,
    cut: 3,
    counts: { select: MAX_ENTRIES - 1, delete: 4 },
  })
  expect(await store.activity.entries(grant.id, { after: MAX_ENTRIES - 1, limit: 10 })).toHaveLength(1)
  const said = whatWasDone('orders-db', { ...known, state: 'closed' })
  expect(said.map((one) => ('text' in one ? one.text : '')).join('')).toContain(
    'The last 3 were counted and not kept.',
  )
  // What is there already is not counted once more.
  await add([entry('k0')])
  expect(await store.activity.summary(grant.id)).toMatchObject({ entries: MAX_ENTRIES, cut: 3 })
})

it('a closed record is opened for what comes late, and for nothing that it has', async () => {
  const grant = await activeGrant(store)
  const from = (...keys: string[]) =>
    store.transaction((tx) =>
      tx.activity.addFrom(
        grant.id,
        'bastion',
        keys.map((key) => entry(key)),
      ),
    )
  expect(await from('one')).toBe(1)
  await endGrant(store, grant)
  const close = async () => {
    const claim = await claimed(grant)
    return must(
      await store.transaction((tx) => tx.activity.close(claim, { gaps: [], unavailable: undefined })),
    )
  }
  const first = await close()
  expect(first).toMatchObject({ state: 'closed', entries: 1 })
  expect(await from('one')).toBe(0)
  expect(await store.activity.summary(grant.id)).toEqual(first)
  expect(await from('one', 'two')).toBe(1)
  expect(await store.activity.summary(grant.id)).toMatchObject({ state: 'open', entries: 2 })
  const claim = await claimed(grant)
  expect(claim.targetDone).toBe(true)
  const again = await close()
  expect(again).toMatchObject({ state: 'closed', entries: 2 })
  expect(again.hash).not.toBe(first.hash)
})
