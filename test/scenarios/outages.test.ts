/** Whatever goes away (elevate, a target, the database, Slack), access ends, nothing is invented, and all comes back. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { wireCutter } from '../store/wire-cutter.ts'
import { approve, said, told } from '../support/asking.ts'
import { faults, logins, members } from '../support/judge.ts'
import { query } from '../support/postgres.ts'
import { ADA, BEN, configuration, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld, wireUnpaced } from '../support/world.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let world: TestWorld
/** Lines to elevate's database and to one of its two targets; the other target is reached directly. */
let database: Awaited<ReturnType<typeof wireCutter>>
let target: Awaited<ReturnType<typeof wireCutter>>
const bots: Elevate[] = []

beforeAll(async () => {
  const [first = '', second = ''] = configuration.split('  orders-own:')
  world = await testWorld({
    configuration: `${first}  orders-own:${second.replace('env: ORDERS_DB_URL', 'env: ORDERS_OWN_URL')}`,
  })
  database = await wireCutter(world.databaseUrl)
  target = await wireCutter(world.target.orders.botUrl)
})
afterEach(async () => {
  database.set('up')
  target.set('up')
  world.simulator.control.up()
  const stuck = await world.rows<{ id: string }>(
    "select id from elevate.access_grant where state <> 'revoked'",
  )
  if (stuck.length > 0 && bots.length > 0) {
    for (const { id } of stuck) await past(id)
    await everything('revoked')
  }
  await Promise.all(bots.splice(0).map((bot) => bot.stop()))
})
afterAll(async () => {
  await database?.[Symbol.asyncDispose]()
  await target?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

async function startBot(): Promise<Elevate> {
  const bot = await wireUnpaced(
    { ...world.environment, databaseUrl: database.url },
    {
      ORDERS_DB_URL: target.url,
      ORDERS_OWN_URL: world.target.orders.botUrl,
    },
  )
  bots.push(bot)
  await bot.start()
  return bot
}

async function stopBot(bot: Elevate): Promise<void> {
  bots.splice(bots.indexOf(bot), 1)
  await bot.stop()
}

type Row = {
  readonly id: string
  readonly number: number
  readonly state: string
  readonly last_error: string | null
  readonly alarms: number
}

async function grantFor(reason: string): Promise<Row | undefined> {
  const [row] = await world.rows<Row>(
    `select g.id, g.number::int, g.state, g.last_error, g.alarms from elevate.access_grant g
     join elevate.request r on r.id = g.request_id where r.reason = '${reason}'`,
  )
  return row
}

const until = (check: () => Promise<unknown>, timeout = 15_000) =>
  vi.waitFor(check, { timeout, interval: 50 })

const reaches = (reason: string, state: string) =>
  until(async () => expect((await grantFor(reason))?.state).toBe(state))

const everything = (state: string) =>
  until(async () =>
    expect(await world.rows(`select from elevate.access_grant where state <> '${state}'`)).toEqual([]),
  )

/** Somebody has access. */
async function given(reason: string, what = 'orders-db read', person = ADA): Promise<Row> {
  expect((await world.simulator.as(person).command(`${what} 30m ${reason}`)).ok).toBe(true)
  await approve(world.simulator, reason)
  await reaches(reason, 'active')
  return (await grantFor(reason)) as Row
}

/** Moves a grant's times back, past the triggers, which forbid that to the application. */
async function past(id: string, seconds = 0): Promise<void> {
  await query(
    world.databaseUrl,
    `set session_replication_role = replica;
     update elevate.access_grant set expires_at = clock_timestamp() - interval '${seconds} s', wake_at = clock_timestamp(),
       due_at = case when due_at is not null then clock_timestamp() - interval '${seconds} s' end
     where id = '${id}' and state <> 'revoked'`,
  )
}

const ownMessages = (person: string) =>
  world.simulator
    .as(person)
    .messages()
    .filter((one) => one.ephemeral)
    .map((one) => one.text)

it('what expires while elevate is down ends as soon as it is back, and security is notified', async () => {
  const bot = await startBot()
  const { id, number } = await given('down at the end')
  await stopBot(bot)
  await past(id, 600)
  await query(world.databaseUrl, "update elevate.heartbeat set awake_at = awake_at - interval '1 h'")
  expect(await logins(world)).toHaveLength(1)
  await startBot()
  await reaches('down at the end', 'revoked')
  expect(await logins(world)).toEqual([])
  await said(world.simulator, SAM, SECURITY, /elevate is back after 1 ?h.*1 grant had expired/)
  const events = (await world.events()).map((event) => JSON.parse(event.bytes))
  const revoked = events.find((one) => one.type === 'grant.revoked' && one.grant === `G-${number}`)
  expect(revoked.detail.late_by_ms).toBeGreaterThan(599_000)
  expect(await faults(world)).toEqual([])
})

it('a target that is down at the end keeps its grant revoking, raises the alarm, and delays no other', async () => {
  await startBot()
  const stubborn = await given('target goes down')
  const other = await given('INC-7 another target', 'orders-own write')
  expect(await members(world, 'orders_write')).toEqual(['ada'])
  target.set('down')
  await Promise.all([past(stubborn.id), past(other.id)])
  await reaches('INC-7 another target', 'revoked')
  expect(await members(world, 'orders_write')).toEqual([])
  await until(async () =>
    expect((await grantFor('target goes down'))?.last_error).toMatch(/cannot be reached/),
  )
  expect(await grantFor('target goes down')).toMatchObject({ state: 'revoking', alarms: 0 })
  expect(await logins(world)).toHaveLength(1)

  await past(stubborn.id, 61)
  await said(world.simulator, SAM, SECURITY, 'Access outlives its time')
  expect(await grantFor('target goes down')).toMatchObject({ state: 'revoking', alarms: 1 })
  const events = (await world.events()).filter((event) => event.type === 'grant.stuck')
  expect(events.map((event) => JSON.parse(event.bytes).detail.alarm)).toEqual([1])

  // Its next turn is an hour away; somebody mends the target and says so.
  target.set('up')
  await query(
    world.databaseUrl,
    `set session_replication_role = replica;
     update elevate.access_grant set wake_at = clock_timestamp() + interval '1 h' where id = '${stubborn.id}'`,
  )
  await world.simulator.as(SAM).pressButton('Look again', { channel: SECURITY })
  await reaches('target goes down', 'revoked')
  expect(await logins(world)).toEqual([])
  expect(await faults(world)).toEqual([])
})

it.each([
  { line: 'down', how: 'refuses' },
  { line: 'dead', how: 'never answers' },
] as const)(
  'a database that $how: people hear in time that nothing was changed, and later all works again',
  async ({ line, how }) => {
    await startBot()
    const waiting = `waits while it ${how}`
    expect((await world.simulator.as(DAN).command(`orders-db read 30m ${waiting}`)).ok).toBe(true)
    await said(world.simulator, BEN, ORDERS, waiting)
    const before = await world.rows('select id, version from elevate.request order by number')

    database.set(line)
    const asked = await world.simulator.as(ADA).command('orders-db read 30m while it is away')
    expect(asked).toEqual({ ok: true })
    const pressed = await approve(world.simulator, waiting)
    expect(pressed).toEqual({ ok: true })
    for (const person of [ADA, BEN])
      await until(async () => expect(ownMessages(person).join()).toMatch(/Nothing was changed/), 10_000)
    expect(await world.rows('select id, version from elevate.request order by number')).toEqual(before)
    const late = world.simulator.control.deliveries().filter((one) => one.outcome !== 'acked')
    expect(late).toEqual([])

    database.set('up')
    await until(async () => {
      await world.simulator.as(BEN).command('list')
      await approve(world.simulator, waiting, BEN, 500)
      await reaches(waiting, 'active')
    }, 20_000)
    expect((await logins(world)).map((login) => login.name)).toEqual([expect.stringContaining('dan')])
    expect(await faults(world)).toEqual([])
  },
)

it('Slack is down when access ends: it ends in time, and people are told once when Slack is back', async () => {
  await startBot()
  const { id } = await given('Slack goes down')
  await told(world.simulator, /You have read/)
  world.simulator.control.down('refused')
  const ended = () =>
    world.simulator
      .as(ADA)
      .messages('dm')
      .filter((one) => one.text.includes('has ended'))
  const before = ended().length
  await past(id)
  await reaches('Slack goes down', 'revoked')
  expect(await logins(world)).toEqual([])
  // The outage lasts until the sender has met it and come again, beyond the client's own patience.
  const tries = new Set<string>()
  await until(async () => {
    const waiting = await world.rows<{ taken_at: Date | null }>(
      `select taken_at from elevate.outbox where lane = 'person:${ADA}' and taken_at is not null`,
    )
    for (const one of waiting) tries.add(String(one.taken_at?.getTime()))
    expect(tries.size).toBeGreaterThan(1)
  }, 30_000)
  expect(ended()).toHaveLength(before)
  world.simulator.control.up()
  await until(async () => expect(await world.rows('select from elevate.outbox')).toEqual([]), 30_000)
  expect(ended()).toHaveLength(before + 1)
})

it('Slack cannot be reached when elevate starts: what is due ends, and people are let in when Slack is back', async () => {
  const bot = await startBot()
  const { id } = await given('Slack is away at the start')
  await stopBot(bot)
  await past(id)
  world.simulator.control.down('refused')
  await startBot()
  await reaches('Slack is away at the start', 'revoked')
  expect(await logins(world)).toEqual([])
  expect(world.simulator.as(ADA).view().bot.connected).toBe(false)
  world.simulator.control.up()
  await world.simulator.as(ADA).see((view) => view.bot.connected, { within: 15_000, what: 'the bot' })
  await given('Slack is back')
})

it.each(['refreshed by Slack', 'cut without a word'])('a socket that is %s comes back', async (how) => {
  await startBot()
  const ada = world.simulator.as(ADA)
  await ada.see((view) => view.bot.connected, { what: 'the bot' })
  if (how === 'cut without a word') world.simulator.control.cutSockets()
  else world.simulator.control.disconnectSockets('refresh_requested')
  await until(async () => expect(await ada.command('list')).toEqual({ ok: true }))
  await given(`after a socket was ${how}`)
})
