/** The demo as a stranger starts it, and the commands of an operator. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from 'vitest'
import { approve } from '../support/asking.ts'
import { command } from '../support/command.ts'
import { faults, logins } from '../support/judge.ts'
import { freshDatabase, query } from '../support/postgres.ts'
import { finished, type Running, run } from '../support/process.ts'
import { ADA, BEN, configuration } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const running: Running[] = []
const place = mkdtempSync(path.join(tmpdir(), 'elevate-demos-'))

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGINT')))
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** Each demo has a directory for temporary files of its own, so that what it leaves behind can be seen. */
function startDemo(name: string, over: Record<string, string> = {}) {
  const home = mkdtempSync(path.join(place, `${name}-`))
  const env = { PATH: process.env.PATH ?? '', TMPDIR: home, ...over }
  const demo = run('src/cli/main.ts', { args: ['demo'], env })
  running.push(demo)
  return { demo, home }
}

async function ready(demo: Running): Promise<string> {
  const text = await demo.says('everything is removed')
  return /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? 'no address'
}

/** Processes that this one started, and theirs, by what the system knows of them. */
function offspring(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended while we looked.
    }
  }
  const below = (one: number): number[] =>
    [...parents].filter(([, parent]) => parent === one).flatMap(([child]) => [child, ...below(child)])
  return below(pid)
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('two demos at once say what to open and what to try, and leave nothing behind', async () => {
  const demos = [startDemo('one'), startDemo('two')]
  const urls = await Promise.all(demos.map(({ demo }) => ready(demo)))
  expect(new Set(urls).size).toBe(2)
  for (const [index, { demo, home }] of demos.entries()) {
    expect(demo.output()).toContain('/elevate orders-db read 30m fix INC-123')
    const page = await fetch(`${urls[index]}/?as=${ADA}&beside=${BEN}`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<html')
    const state = await fetch(`${urls[index]}/sim/state?as=${ADA}`)
    expect(await state.json()).toMatchObject({ me: { id: ADA }, bot: { connected: true } })
    const children = process.platform === 'linux' ? offspring(demo.child.pid ?? 0) : []
    if (process.platform === 'linux') expect(children.length).toBeGreaterThan(2)
    expect(await demo.end('SIGINT')).toBe(0)
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), 10_000)
    expect(readdirSync(home)).toEqual([])
  }
})

it('with DATABASE_URL the demo keeps its state in a database of its own there, and drops it', async () => {
  const server = inject('storeServerUrl')
  const names = async () =>
    (await query<{ datname: string }>(server, 'select datname from pg_database')).map((row) => row.datname)
  await using given = await freshDatabase()
  const before = new Set(await names())
  const { demo } = startDemo('three', { DATABASE_URL: given.url })
  await ready(demo)
  const added = (await names()).filter((name) => !before.has(name) && /^elevate_demo_/.test(name))
  expect(added).toHaveLength(1)
  const own = new URL(given.url)
  own.pathname = `/${added[0]}`
  expect(await query(own.href, "select from audit.body where type = 'config.loaded'")).toHaveLength(1)
  expect(await query(given.url, 'select from audit.body')).toEqual([])
  expect(await demo.end('SIGINT')).toBe(0)
  expect(await names()).not.toContain(added[0])
})

let world: TestWorld | undefined

const words = (args: string) => args.split(' ').filter(Boolean)
const environment = (env: Record<string, string> = {}) => ({
  ...(world ? world.processEnvironment() : { PATH: process.env.PATH ?? '' }),
  ...env,
})
const elevate = (args: string, env?: Record<string, string>) => command(environment(env), words(args))
/** As a process of its own, which also has to come to its end. */
const program = (args: string) => finished({ args: words(args), env: environment() })

it('check says whether a file is good: 0 when it is, 1 when not, 2 when misused', async () => {
  const file = path.join(place, 'elevate.yaml')
  writeFileSync(file, configuration)
  expect(await program(`check ${file}`)).toMatchObject({
    code: 0,
    output: expect.stringContaining('is good'),
  })
  const good = await elevate(`check ${file} --json`)
  expect([good.code, JSON.parse(good.output)]).toMatchObject([0, { ok: true, issues: [] }])
  writeFileSync(file, configuration.replace('count: 2', 'count: 0').replace('digest:', 'digets:'))
  const bad = await program(`check ${file} --json`)
  expect([bad.code, JSON.parse(bad.output).ok]).toEqual([1, false])
  expect(JSON.parse(bad.output).issues.length).toBeGreaterThan(1)
  expect(await elevate(`check ${file}`)).toMatchObject({ code: 1, output: expect.stringContaining('digets') })
  expect((await elevate(`check ${place}/nothing.yaml`)).code).toBe(1)
  expect((await program('check --nonsense')).code).toBe(2)
  expect((await elevate('nonsense')).code).toBe(2)
  expect((await elevate('revoke G-1')).code).toBe(2)
})

describeCommands()

function describeCommands() {
  beforeAll(async () => {
    world = await testWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  it('the commands show who has and had what, end it, and explain the rules', async () => {
    const here = world as TestWorld
    await here.bot()
    const before = new Date().toISOString()
    await here.simulator.as(ADA).command('orders-db read 30m for the commands')
    await approve(here.simulator, 'for the commands')
    await vi.waitFor(async () => expect(await logins(here)).toHaveLength(1), 10_000)
    await vi.waitFor(
      async () =>
        expect(await here.rows('select state from elevate.access_grant')).toEqual([{ state: 'active' }]),
      10_000,
    )

    const who = await program('who orders-db read')
    expect(who).toMatchObject({ code: 0, output: expect.stringContaining('G-1') })
    expect(who.output).toContain('for the commands')
    expect(JSON.parse((await elevate('who --json')).output).held).toMatchObject([
      { grant: { number: 1, person: ADA } },
    ])
    expect((await elevate(`who --at ${before}`)).output).toContain('nobody had elevated access')
    const around = await elevate(`who --around ${before.slice(0, 19)}Z --for 1h`)
    expect(around.output).toMatch(/^From [\s\S]*G-1 [\s\S]*Events:[\s\S]*request\.created .*for the commands/)
    const story = await elevate('who G-1')
    expect(story.output).toMatch(/^G-1 \(R-1\): [\s\S]*request\.created[\s\S]*grant\.activated/)
    expect(JSON.parse((await elevate('who G-1 --json')).output).events).toHaveLength(5)
    const page = path.join(place, 'who.html')
    expect(await elevate(`who orders-db --ever --html ${page}`)).toMatchObject({ code: 0 })
    expect(readFileSync(page, 'utf8')).toMatch(/<svg[\s\S]*G-1[\s\S]*for the commands/)
    expect(await elevate('who --at 2026-11-20 --ever')).toMatchObject({ code: 1 })
    expect(await elevate('who G-1 --ever')).toMatchObject({ code: 1 })
    expect(await elevate('who G-99')).toMatchObject({ code: 1 })
    expect(await elevate('who nowhere')).toMatchObject({ code: 1 })
    expect(await elevate('who --at yesterday-ish')).toMatchObject({ code: 1 })
    expect((await elevate('grants')).output).toMatch(/G-1 +active/)
    expect(JSON.parse((await elevate('grants --json')).output)).toMatchObject([
      { grant: { state: 'active' } },
    ])

    const explained = await elevate('explain orders-db write')
    expect(explained).toMatchObject({ code: 0, output: expect.stringContaining('write-needs-two') })
    expect(JSON.parse((await program('explain orders-db write --json')).output)).toMatchObject([
      { name: 'write-needs-two' },
    ])
    const typo = await elevate('explain orders-db wriet')
    expect([typo.code, typo.output]).toEqual([1, expect.stringContaining('Did you mean orders-db write?')])

    expect(JSON.parse((await program('migrate --json')).output)).toEqual({ applied: [] })
    expect((await elevate('migrate', { DATABASE_URL: '' })).code).toBe(1)

    expect(await elevate('revoke G-9 --reason nobody')).toMatchObject({ code: 1 })
    expect(await elevate('revoke nonsense --reason nobody')).toMatchObject({ code: 1 })
    expect(await program('revoke G-1 --reason done')).toMatchObject({ code: 0, output: 'G-1 is ending.\n' })
    await vi.waitFor(async () => expect(await logins(here)).toEqual([]), 10_000)
    await vi.waitFor(async () => expect((await elevate('grants')).output).toBe('No grant is live.\n'), 10_000)
    expect((await elevate('revoke G-1 --reason again')).code).toBe(1)
    expect(await faults(here)).toEqual([])
  })
}
