/** Configuration and environment as an operator meets them: taken when good, refused with every fault when not. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { approve, said } from '../support/asking.ts'
import { logins } from '../support/judge.ts'
import { query } from '../support/postgres.ts'
import { type Running, run } from '../support/process.ts'
import { ADA, BEN, CHO, configuration, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let world: TestWorld
const running: Running[] = []
const folders: string[] = []

beforeAll(async () => {
  world = await testWorld()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  writeFileSync(world.configFile, configuration)
})
afterAll(() => world?.[Symbol.asyncDispose]())

function start(over: Record<string, string> = {}, without: readonly string[] = [], cwd?: string): Running {
  const env = Object.fromEntries(
    Object.entries({ ...world.processEnvironment(), LOG_LEVEL: 'info', ...over }).filter(
      ([name]) => !without.includes(name),
    ),
  )
  const bot = run('src/main.ts', { env, ...(cwd ? { cwd } : {}) })
  running.push(bot)
  return bot
}

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'elevate-reload-'))
  folders.push(made)
  return made
}

const until = (check: () => Promise<unknown>) => vi.waitFor(check, { timeout: 15_000, interval: 50 })
const states = async () =>
  (await world.rows<{ state: string }>('select state from elevate.access_grant order by number')).map(
    (row) => row.state,
  )
const loaded = async () =>
  (await world.events())
    .filter((event) => event.type === 'config.loaded')
    .map((event) => JSON.parse(event.bytes))
const ownWords = (person: string) =>
  world.simulator
    .as(person)
    .messages()
    .filter((one) => one.ephemeral)
    .map((one) => one.text)

/** The same without the role `admin`, which the new file brings. */
const modest = configuration
  .split('\n')
  .filter((line) => !line.includes('admin: {'))
  .join('\n')
  .replace(/ {2}- name: admin-by-oneself[\s\S]*?(?= {2}- name:)/, '')

const spoiled = configuration.replace('count: 2', 'count: 0').replace('digest:', 'digets:')

it('a good file is taken on SIGHUP; a faulty one, and one that leaves live access behind, is not', async () => {
  writeFileSync(world.configFile, modest)
  const bot = start()
  await bot.says('elevate is ready')
  const ben = world.simulator.as(BEN)
  await ben.command('orders-db admin 30m before the new file')
  await ben.see(() => ownWords(BEN).some((text) => text.includes('admin')), { what: 'a refusal' })
  expect(await world.rows('select from elevate.request')).toEqual([])

  writeFileSync(world.configFile, configuration)
  bot.child.kill('SIGHUP')
  await bot.says('configuration reloaded')
  await said(world.simulator, SAM, SECURITY, 'New configuration')
  const [first, second] = await loaded()
  expect(second).toMatchObject({ outcome: 'reload', detail: { replaces: first.policy } })
  expect(second.policy).not.toBe(first.policy)
  expect(await ben.command('orders-db admin 30m after the new file')).toEqual({ ok: true })
  await approve(world.simulator, 'after the new file', CHO)
  await until(async () => expect(await states()).toEqual(['active']))
  expect(await logins(world)).toMatchObject([{ open: true, roles: ['orders_admin'] }])

  writeFileSync(world.configFile, spoiled)
  bot.child.kill('SIGHUP')
  await bot.says('was not taken')
  expect(bot.output()).toMatch(/digets/)
  expect(bot.output()).toMatch(/count/)
  const notice = await said(world.simulator, SAM, SECURITY, 'A new configuration was refused')
  expect(JSON.stringify(notice.blocks)).toMatch(/digets/)
  expect((await loaded()).at(-1)).toMatchObject({ outcome: 'refused', policy: second.policy })

  writeFileSync(world.configFile, withoutTarget(configuration, 'orders-db'))
  bot.child.kill('SIGHUP')
  await bot.says('orders-db still has live grants')
  await until(async () => expect((await loaded()).filter((one) => one.outcome === 'refused')).toHaveLength(2))

  // The old one is still what counts: the role it has can be given back, and asked for again.
  await ben.command('end')
  await until(async () => expect(await states()).toEqual(['revoked']))
  expect(await logins(world)).toEqual([])
  expect(await ben.command('orders-db admin 30m still in force')).toEqual({ ok: true })
  await until(async () => expect(await world.rows('select from elevate.request')).toHaveLength(2))
  await ben.command('withdraw')
  expect(await bot.end()).toBe(0)
})

/** Only the second target stays, with its policy. */
function withoutTarget(text: string, target: string): string {
  const [top = '', rest = ''] = text.split(`  ${target}:`)
  const targets = rest.slice(rest.indexOf('  orders-own:'), rest.indexOf('policies:'))
  const policy = rest.slice(rest.indexOf('  - name: own-login'))
  return `${top}${targets}policies:\n${policy}`
}

it('elevate does not start without a target in which access lives', async () => {
  const bot = start()
  await bot.says('elevate is ready')
  await world.simulator.as(ADA).command('orders-db read 30m lives on')
  await approve(world.simulator, 'lives on')
  await until(async () => expect((await states()).at(-1)).toBe('active'))
  expect(await bot.end()).toBe(0)

  writeFileSync(world.configFile, withoutTarget(configuration, 'orders-db'))
  const second = start()
  expect(await second.ended).toBe(1)
  expect(second.output()).toContain('orders-db')
  expect(await logins(world)).toHaveLength(1)

  writeFileSync(world.configFile, configuration)
  await start().says('elevate is ready')
  await world.simulator.as(ADA).command('end')
  await until(async () => expect((await states()).at(-1)).toBe('revoked'))
})

it('a faulty file stops the start, with every fault and its line', async () => {
  writeFileSync(world.configFile, spoiled)
  const bot = start()
  expect(await bot.ended).toBe(1)
  expect(bot.output()).toMatch(/elevate cannot start/)
  const lineOf = (text: string) => configuration.split('\n').findIndex((line) => line.includes(text)) + 1
  expect(bot.output()).toMatch(new RegExp(`:${lineOf('digest:')}:.*digets`))
  expect(bot.output()).toMatch(new RegExp(`:${lineOf('count: 2')}:`))
  expect(bot.output()).not.toMatch(/ at .*\\.ts:/)
})

it('missing tokens stop the start, and all of them are listed', async () => {
  const bot = start({ LOG_LEVEL: 'loud' }, ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'])
  expect(await bot.ended).toBe(1)
  for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'LOG_LEVEL']) expect(bot.output()).toContain(name)
})

it('without DATABASE_URL the state is kept under .elevate, which is said, and outlives kill -9', async () => {
  const home = folder()
  const first = start({}, ['DATABASE_URL'], home)
  await first.says('elevate is ready')
  expect(first.output()).toContain(path.join('.elevate', 'postgres'))
  await world.simulator.as(ADA).command('orders-db read 30m kept at home')
  await world.simulator.as(ADA).see(() => ownWords(ADA).at(0), { what: 'an answer' })
  const url = () => readFileSync(path.join(home, '.elevate', 'database.url'), 'utf8').trim()
  const kept = 'select r.number::int, r.state, r.reason from elevate.request r'
  expect(existsSync(path.join(home, '.elevate', 'postgres'))).toBe(true)
  await until(async () => expect(await query(url(), kept)).toHaveLength(1))
  const rows = await query(url(), kept)
  expect(await first.end('SIGKILL')).toBe('SIGKILL')

  const second = start({}, ['DATABASE_URL'], home)
  await second.says('elevate is ready')
  expect(await query(url(), kept)).toEqual(rows)
  expect(rows).toMatchObject([{ state: 'pending', reason: 'kept at home' }])
  await approve(world.simulator, 'kept at home')
  await until(async () =>
    expect(await query(url(), 'select state from elevate.access_grant')).toEqual([{ state: 'active' }]),
  )
  await world.simulator.as(ADA).command('end')
  await until(async () => expect(await logins(world)).toEqual([]))
  expect(await second.end()).toBe(0)
})
