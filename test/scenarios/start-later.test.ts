/** Asking for access that begins later: in the words and on the clock of the person who asks, and in the form. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { ADA, BEN, configuration, ORDERS, workspace } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { eventsOf } from './evidence.ts'
import * as sights from './sights.ts'

const withStart = configuration.replace(
  'reason: { min_length: 3 }\n    lapse_after: 8h\n',
  (lines) => `${lines}    start_within: 3d\n`,
)
/** Ada lives in Tokyo, nine hours ahead. */
const seed = {
  ...workspace,
  users: workspace.users.map((user) => (user.id === ADA ? { ...user, tz: 'Asia/Tokyo' } : user)),
}

let test: TestWorld

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld({ configuration: withStart, simulator: { workspace: seed } })
  await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

async function startOf(number: number): Promise<Date> {
  const [row] = await test.rows<{ starts_at: Date }>(
    `select starts_at from elevate.request where number = ${number}`,
  )
  if (!row) throw new Error(`there is no R-${number}`)
  return new Date(row.starts_at)
}

/** The database's clock, as it is in Tokyo tomorrow. */
async function tomorrowInTokyo(): Promise<string> {
  const [row] = await test.rows<{ day: string }>(
    `select to_char((clock_timestamp() at time zone 'Asia/Tokyo') + interval '1 day', 'YYYY-MM-DD') as day`,
  )
  return row?.day ?? ''
}

it('reads the time on the person’s own clock, and says on the card when it begins', {
  timeout: 60_000,
}, async () => {
  const day = await tomorrowInTokyo()
  const number = await sights.asks(as(ADA), 'orders-db read 2h from tomorrow 09:00 look into INC-1')
  expect((await startOf(number)).toISOString()).toBe(new Date(`${day}T09:00:00+09:00`).toISOString())
  await sights.reads(as(BEN), ORDERS, '# Ada asks for read on orders-db', `R-${number}`, /from .* on/)
  const created = (await eventsOf(test, number))[0]
  expect(created?.detail).toMatchObject({ starts_at: new Date(`${day}T09:00:00+09:00`).toISOString() })
  await sights.types(as(ADA), 'withdraw')
  const other = await sights.asks(as(ADA), `orders-db read from ${day}T10:30 2h look into INC-1`)
  expect((await startOf(other)).toISOString()).toBe(new Date(`${day}T10:30:00+09:00`).toISOString())
  await sights.types(as(ADA), 'withdraw')
})

it.each([
  ['orders-db read 2h from 2020-01-01T09:00 fix it', /That moment is over/],
  ['orders-db read 2h from 2030-01-01T09:00 fix it', /too far ahead: at most 3 d/],
  ['orders-db read 2h from 25:00 fix it', /“25:00” is not a time to begin at: write 14:00/],
  ['orders-db read 2h from tomorrow fix it', /“tomorrow” is not a time to begin at/],
])('refuses “%s” and says what would be right', async (text, why) => {
  expect(await sights.types(as(ADA), text)).toMatch(why)
  expect(await test.rows(`select 1 from elevate.request where state = 'pending'`)).toEqual([])
})

it('is picked in the form, which says how far ahead it may lie', { timeout: 60_000 }, async () => {
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'read')
  await sights.readsDialog(as(ADA), 'Starting later', 'At most 3 d ahead')
  await as(ADA).fill('Reason', 'fix INC-1')
  await as(ADA).fill('Starting later', new Date('2020-01-01T00:00Z'))
  expect(await as(ADA).submit()).toMatchObject({ errors: { start: /That moment is over/ } })
  const start = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 3_600_000)
  await as(ADA).fill('Starting later', start)
  expect(await as(ADA).submit()).toMatchObject({ ok: true })
  const answer = await sights.readsDialog(as(ADA), 'You asked for')
  await as(ADA).closeModal()
  const number = Number(/R-(\d+)/.exec(answer)?.[1])
  expect((await startOf(number)).getTime()).toBe(start.getTime())
  await sights.types(as(ADA), 'withdraw')
})
