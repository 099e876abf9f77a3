/** The audit log reaches a SIEM and a file: every event, in order, whatever the other side and we go through. */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { asSuperuser } from '../audit/checkpoint/real-log.ts'
import { approve, said } from '../support/asking.ts'
import { execute } from '../support/postgres.ts'
import { run } from '../support/process.ts'
import { type Receiver, receiver } from '../support/receiver.ts'
import { ADA, configuration, EVE, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let folder: string
let siem: Receiver
let world: TestWorld

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elevate-delivery-'))
  siem = await receiver()
  writeFileSync(path.join(folder, 'secret'), siem.secret, { mode: 0o600 })
  writeFileSync(path.join(folder, 'url'), siem.url, { mode: 0o600 })
})
afterEach(async () => {
  await world?.[Symbol.asyncDispose]()
  await siem[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const webhook = (more = '') =>
  `  - { name: siem, webhook: { url: { file: ${folder}/url }, secret: { file: ${folder}/secret } }${more} }\n`
const file = (name = 'events.jsonl', more = '') => `  - { name: disk, file: ${folder}/${name}${more} }\n`
const withDelivery = (...lines: string[]) => `${configuration}delivery:\n${lines.join('')}`

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 50 })
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

async function ask(reason: string): Promise<void> {
  await world.simulator.as(ADA).command(`orders-db read 30m ${reason}`)
  await approve(world.simulator, reason)
}

/** The receiver has the log as far as it goes, each event once and in its place. */
async function hasAll(least: number, have: () => readonly number[] = siem.indexes): Promise<void> {
  await until(async () => {
    const size = (await world.events()).length
    expect(size).toBeGreaterThanOrEqual(least)
    expect(have()).toEqual(upTo(size))
  })
}

/** Nothing is under way any more, and nothing waits. */
const settled = () =>
  until(async () => {
    const size = (await world.events()).length
    const rows = await world.rows<{ next_index: string }>('select next_index from elevate.delivery')
    expect(rows.map((one) => Number(one.next_index))).toEqual(rows.map(() => size))
  })

const inFile = (name: string): number[] =>
  existsSync(path.join(folder, name))
    ? readFileSync(path.join(folder, name), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => Number(JSON.parse(line).event.index))
    : []

it('every event arrives once, in order, signed, with what people wrote', async () => {
  world = await testWorld({ configuration: withDelivery(webhook(), file()) })
  await world.bot()
  await ask('for the SIEM')
  await hasAll(6)
  await hasAll(6, () => inFile('events.jsonl'))
  expect(siem.taken.filter((one) => !one.signed)).toEqual([])
  expect(siem.taken.flatMap((one) => one.lines)).toEqual(
    readFileSync(path.join(folder, 'events.jsonl'), 'utf8').split('\n').slice(0, -1),
  )
  const created = siem.taken.flatMap((one) => one.lines).find((line) => line.includes('request.created'))
  expect(JSON.parse(created ?? '{}').private).toMatchObject([{ field: 'reason', content: 'for the SIEM' }])
  const [own] = await world.events()
  expect(JSON.stringify(JSON.parse(siem.taken[0]?.lines[0] ?? '{}').event)).toBe(own?.bytes)
  await settled()
  await world.simulator.as(ADA).command('end')
  await hasAll(8)
  await hasAll(8, () => inFile('events.jsonl'))
})

it('a receiver that fails, cuts the line after it took the events, or redirects gets each message again, the same', async () => {
  world = await testWorld({ configuration: withDelivery(webhook()) })
  siem.mood = 'fails'
  await world.bot()
  await triedWhile(() => siem.seen.length > 1)
  // What happens meanwhile does not get into a message that was begun.
  await world.simulator.as(EVE).command('orders-db read 30m meanwhile')
  siem.mood = 'redirects'
  const before = siem.seen.length
  await triedWhile(() => siem.seen.length > before)
  expect(siem.taken).toEqual([])
  siem.mood = 'resets'
  await triedWhile(() => siem.taken.length > 1)
  siem.mood = 'takes'
  await tryNow()
  await ask('after the trouble')
  await hasAll(7)
  const first = siem.seen.filter((one) => one.id === siem.seen[0]?.id)
  expect(first.length).toBeGreaterThan(3)
  expect(new Set(first.map((one) => one.body)).size).toBe(1)
  const errors = await world.rows<{ attempts: number; last_error: string | null }>(
    'select attempts, last_error from elevate.delivery',
  )
  expect(errors).toEqual([{ attempts: 0, last_error: null }])
})

it('a receiver that never answers is aborted after a while and retried, and the file receiver does not wait for it', async () => {
  world = await testWorld({ configuration: withDelivery(webhook(), file()) })
  siem.mood = 'hangs'
  await world.bot()
  await ask('while it hangs')
  await hasAll(6, () => inFile('events.jsonl'))
  expect(siem.taken).toEqual([])
  await vi.waitFor(
    async () =>
      expect(await world.rows("select last_error from elevate.delivery where name = 'siem'")).toEqual([
        { last_error: 'the receiver did not answer in time' },
      ]),
    { timeout: 40_000, interval: 200 },
  )
  siem.mood = 'takes'
  await hasAll(6)
})

it('a receiver that takes only small messages gets small ones', async () => {
  world = await testWorld({ configuration: withDelivery(webhook()) })
  siem.mood = 'fails'
  await world.bot()
  await ask('a few events')
  siem.mood = 'small'
  await hasAll(6)
  expect(Math.max(...siem.taken.map((one) => one.lines.length))).toBeLessThanOrEqual(2)
})

it('two replicas deliver nothing twice and nothing out of order', async () => {
  world = await testWorld({ configuration: withDelivery(webhook()) })
  siem.mood = 'slow'
  await Promise.all([world.bot(), world.bot()])
  await ask('once')
  // Each is refused, which is an event.
  for (let n = 0; n < 8; n += 1) await world.simulator.as(EVE).command(`orders-db read 30m once more ${n}`)
  await hasAll(15)
  await settled()
  const ids = siem.taken.map((one) => one.id)
  expect(new Set(ids).size).toBe(ids.length)
})

it('killed between the answer and its note, the next process sends the same message again and goes on', async () => {
  world = await testWorld({ configuration: withDelivery(webhook(), file()) })
  const env = { ...world.processEnvironment(), LOG_LEVEL: 'info' }
  const doomed = run('src/main.ts', { env: { ...env, ELEVATE_FAILPOINT: 'after-delivery' } })
  expect(await doomed.ended).toBe('SIGKILL')
  const next = run('src/main.ts', { env })
  try {
    await next.says('elevate is ready')
    await ask('after the kill')
    await hasAll(7)
    const [first] = siem.taken
    if (first)
      expect(siem.taken.filter((one) => one.id === first.id).map((one) => one.body)).toContain(first.body)
    // The file has no ids: what was written before the kill stands there twice, in order.
    await until(async () =>
      expect([...new Set(inFile('events.jsonl'))]).toEqual(upTo((await world.events()).length)),
    )
    expect(siem.taken.length + inFile('events.jsonl').length).toBeGreaterThan(2)
  } finally {
    await next.end('SIGKILL')
  }
})

it('a file that was moved away is left alone and a new one is created; if its folder is missing, nothing is lost', async () => {
  world = await testWorld({ configuration: withDelivery(file('logs/events.jsonl')) })
  await world.bot()
  await until(async () =>
    expect(await world.rows('select last_error from elevate.delivery')).toEqual([
      { last_error: 'the file cannot be written (ENOENT)' },
    ]),
  )
  expect(existsSync(path.join(folder, 'logs'))).toBe(false)
  await mkdir(path.join(folder, 'logs'))
  await ask('the disk is back')
  await hasAll(6, () => inFile('logs/events.jsonl'))
  renameSync(path.join(folder, 'logs/events.jsonl'), path.join(folder, 'logs/events.1'))
  const before = inFile('logs/events.1').length
  await world.simulator.as(ADA).command('end')
  await hasAll(8, () => [...inFile('logs/events.1'), ...inFile('logs/events.jsonl')])
  expect(inFile('logs/events.1')).toHaveLength(before)
})

it('OCSF of chosen types only; what is not wanted keeps nobody waiting', async () => {
  const more = ', format: ocsf, ocsf_version: "1.9.0", types: [grant.activated]'
  world = await testWorld({ configuration: withDelivery(webhook(more)) })
  const bot = await world.bot()
  await ask('only the grant')
  await until(() => expect(siem.taken).toHaveLength(1))
  expect(JSON.parse(siem.taken[0]?.lines[0] ?? '{}')).toMatchObject({
    class_uid: 3007,
    activity_id: 16,
    metadata: { version: '1.9.0', event_code: 'grant.activated' },
  })
  await until(async () =>
    expect(await bot.world.store.deliveries.states(['siem'])).toMatchObject([{ waiting: 0, lag: 0 }]),
  )
  expect(siem.seen).toHaveLength(1)
})

it('a receiver that is a quarter of an hour behind is an alarm, then hourly, and its return is said once', async () => {
  world = await testWorld({ configuration: withDelivery(webhook()) })
  siem.mood = 'fails'
  await world.bot()
  const alarms = () =>
    world.simulator
      .as(SAM)
      .messages(SECURITY)
      .filter((one) => /do not reach|again; nothing was left out/.test(one.text))
      .map((one) => one.text)
  await until(() => expect(siem.seen.length).toBeGreaterThan(0))
  expect(alarms()).toEqual([])
  // Of what happened before anybody was there to deliver it, nobody is late.
  await asSuperuser(world.databaseUrl, [`update audit.body set time = time - interval '1 day'`])
  const before = siem.seen.length
  await triedWhile(() => siem.seen.length > before)
  expect(await world.rows('select alarms from elevate.delivery')).toEqual([{ alarms: 0 }])
  await later('16 minutes')
  await triedWhile(() => alarms().length > 0)
  const first = await said(world.simulator, SAM, SECURITY, 'do not reach')
  expect(first.text).toMatch(/Audit events do not reach .*siem.*: 1 event waits, the oldest for 16 min/)
  await triedWhile(() => siem.seen.length > before + 3)
  expect(alarms()).toHaveLength(1)
  await later('1 hour')
  await triedWhile(() => alarms().length > 1)
  expect(alarms()).toHaveLength(2)
  siem.mood = 'takes'
  await triedWhile(() => siem.taken.length > 0)
  await said(world.simulator, SAM, SECURITY, 'Audit events reach siem again; nothing was left out.')
  await ask('and on')
  await hasAll(6)
  await settled()
  expect(await world.rows('select alarms from elevate.delivery')).toEqual([{ alarms: 0 }])
  expect(alarms()).toHaveLength(3)
})

const tryNow = () => execute(world.databaseUrl, `update elevate.delivery set retry_at = '-infinity'`)

/** Tries at once, again and again, instead of ever more slowly. */
const triedWhile = (seen: () => boolean) =>
  until(async () => {
    await tryNow()
    expect(seen()).toBe(true)
  })

/** So much time passes for what waits. */
async function later(span: string): Promise<void> {
  await asSuperuser(world.databaseUrl, [
    `update audit.body set time = time - interval '${span}'`,
    `update elevate.delivery set watched_since = watched_since - interval '${span}', retry_at = '-infinity'`,
  ])
}

it('an address or a secret that cannot be used stops the start, and does not print either', async () => {
  writeFileSync(path.join(folder, 'secret'), 'whsec_dG9vIHNob3J0')
  world = await testWorld({ configuration: withDelivery(webhook()) })
  const bot = run('src/main.ts', { env: world.processEnvironment() })
  expect(await bot.ended).toBe(1)
  expect(bot.output()).toContain('delivery “siem”: its secret is not whsec_ and 24 to 64 bytes in base64')
  expect(bot.output()).not.toContain('dG9vIHNob3J0')
  writeFileSync(path.join(folder, 'secret'), siem.secret)
  writeFileSync(path.join(folder, 'url'), 'http://siem.example/token-of-siem')
  const other = run('src/main.ts', { env: world.processEnvironment() })
  expect(await other.ended).toBe(1)
  expect(other.output()).toContain('delivery “siem”: its address is not an https address')
  expect(other.output()).not.toContain('token-of-siem')
})
