// What the clock has to tell or to ask, and who of several gets to do it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { must } from '../support/must.ts'
import { execute, type FreshDatabase, freshDatabase } from '../support/postgres.ts'
import { activeGrant, endGrant, letPass, openRequest } from './samples.ts'

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
    'truncate elevate.access_grant, elevate.request, elevate.binding, elevate.person_check cascade',
  ),
)
afterAll(async () => {
  await Promise.all([store.close(), other.close()])
  await database.drop()
})

test('a long grant warns once, ten minutes before its end, and not when it is nearly over', async () => {
  const short = await activeGrant(store, { duration: 900 })
  const long = await activeGrant(store, { duration: 3600 })
  const late = await activeGrant(store, { duration: 3600 })
  await letPass(database.url, short, 700)
  await letPass(database.url, long, 2990)
  await letPass(database.url, late, 3500)
  expect(await store.dues.ending(9)).toEqual([])
  await letPass(database.url, long, 20)
  expect(await store.dues.ending(9)).toEqual([long.id])
  const take = (from: StoreHandle) =>
    from.transaction(async (tx) => tx.dues.warn(must(await tx.grants.lock(long.id))))
  const taken = await Promise.all([take(store), take(other), take(store)])
  expect(taken.filter(Boolean)).toHaveLength(1)
  expect(await store.dues.ending(9)).toEqual([])
})

test('nobody is warned of an end that another grant outlasts', async () => {
  const first = await activeGrant(store, { duration: 3600 }, 'shared')
  const second = await activeGrant(store, { duration: 7200 }, 'shared')
  await letPass(database.url, first, 3100)
  expect(await store.dues.ending(9)).toEqual([])
  await endGrant(store, second)
  expect(await store.dues.ending(9)).toEqual([first.id])
})

test('who has or wants access is asked about in turn, each by one of us', async () => {
  const people = [(await activeGrant(store)).person, (await openRequest(store)).requester]
  const next = async () => await Promise.all([store, other, store].map((one) => one.dues.personToCheck()))
  const named = [...(await next()), ...(await next())].filter((one) => one !== undefined)
  expect(named.toSorted()).toEqual(people.toSorted())
  expect(await store.dues.personToCheck()).toBeUndefined()
  await execute(database.url, "update elevate.person_check set checked_at = checked_at - interval '31 s'")
  expect(people).toContain(await store.dues.personToCheck())
})

test('approvers are reminded at doubling intervals, each time by one process, until the request expires', async () => {
  const { id } = await openRequest(store, { remindAfter: 60, lapseAfter: 600 })
  await openRequest(store, { lapseAfter: 600 })
  const pass = (seconds: number) =>
    execute(
      database.url,
      `set session_replication_role = replica;
       update elevate.request set created_at = created_at - interval '${seconds} s',
         remind_at = remind_at - interval '${seconds} s', lapses_at = lapses_at - interval '${seconds} s'`,
    )
  const remind = async () => {
    const take = (from: StoreHandle) =>
      from.transaction(async (tx) => tx.dues.remind(must(await tx.requests.lock(id))))
    return (await Promise.all([take(store), take(other)])).filter(Boolean).length
  }
  const seen: (readonly string[])[] = []
  for (const seconds of [59, 2, 119, 2, 239, 2]) {
    await pass(seconds)
    const due = await store.dues.reminders(9)
    seen.push(due)
    expect(await remind()).toBe(due.length)
  }
  expect(seen).toEqual([[], [id], [], [id], [], [id]])
  await pass(500)
  expect([await store.dues.reminders(9), await remind()]).toEqual([[], 0])
})
