import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { packageRoot } from '../src/binaries.ts'
import { startLocalPostgres } from '../src/server.ts'

const program = join(import.meta.dirname, 'child.ts')
/** A stopped cluster to begin as a copy of, for tests of what comes after a cluster is made. */
let kept: string
const quick = () => ({ fast: true, copyOf: kept })
const asRoot = process.getuid?.() === 0

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'local-postgres-test-'))
  await chmod(scratch, 0o755)
  kept = join(scratch, 'kept-for-copies')
  await using made = await startLocalPostgres({ dataDir: kept, scramIterations: 1 })
  await ask(made.url, 'create table things as select 7 as n')
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Another Node process with a server of its own. */
async function elsewhere(options: object): Promise<{ child: ChildProcess; url: string; home: string }> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines = createInterface({ input: child.stdout })
  const [line] = (await once(lines, 'line')) as [string]
  const { url } = JSON.parse(line) as { url: string }
  const [row] = await ask<{ setting: string }>(url, 'show data_directory', 'data_directory')
  return { child, url, home: dirname(row?.setting ?? '') }
}

async function ask<T>(url: string, sql: string, rename?: string): Promise<T[]> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query(sql)
    return rename ? rows.map((row) => ({ ...row, setting: row[rename] })) : rows
  } finally {
    await client.end()
  }
}

async function killed(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

const processesAt = (home: string) =>
  execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(home))

const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 20 })

describe('a temporary server', () => {
  it('leaves no process and no directory when its owner is killed', async () => {
    const { child, home } = await elsewhere(quick())
    expect(processesAt(home)).not.toEqual([])
    await killed(child)
    await eventually(() => {
      expect(processesAt(home)).toEqual([])
      expect(existsSync(home)).toBe(false)
    })
  })

  it('leaves nothing when its owner is killed while the cluster is being made', async () => {
    const mine = join(scratch, 'while-made')
    await mkdir(mine)
    await chmod(mine, 0o1777)
    const env = { ...process.env, TMPDIR: mine }
    const child = spawn(process.execPath, [program, '{"scramIterations":1}'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.push(child)
    await eventually(() => expect(processesAt(mine).some((line) => line.includes('initdb'))).toBe(true))
    await killed(child)
    await eventually(async () => {
      expect(processesAt(mine)).toEqual([])
      expect((await readdir(mine)).filter((name) => name.startsWith('local-postgres-'))).toEqual([])
    })
  })

  it('begins as a copy of one that was kept', async () => {
    await using one = await startLocalPostgres(quick())
    await using two = await startLocalPostgres(quick())
    await ask(one.url, 'drop table things')
    expect(await ask(two.url, 'select n from things')).toEqual([{ n: 7 }])
    expect(two.superuserPassword).toBe((await readFile(join(kept, 'password'), 'utf8')).trim())
  })

  it('is gone when stop() has returned', async () => {
    const server = await startLocalPostgres({ fast: true, scramIterations: 1 })
    const [row] = await ask<{ setting: string }>(server.url, 'show data_directory', 'data_directory')
    const home = dirname(row?.setting ?? '')
    await server.stop()
    expect(existsSync(home)).toBe(false)
    expect(processesAt(home)).toEqual([])
  })

  it('lives beside a second one on the same machine', async () => {
    await using one = await startLocalPostgres(quick())
    await using two = await startLocalPostgres(quick())
    expect(one.port).not.toBe(two.port)
    expect(await ask(one.url, 'select 1 as n')).toEqual(await ask(two.url, 'select 1 as n'))
  })

  it('refuses a wrong password and listens on the loopback address only', async () => {
    await using server = await startLocalPostgres(quick())
    const wrong = server.urlOf('postgres', { user: 'postgres', password: 'guess' })
    await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    const sql =
      "select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories')"
    expect(await ask(server.url, `${sql} order by 1`)).toEqual([
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'unix_socket_directories', setting: '' },
    ])
  })

  it('writes its own log where it is told, and starts with the logging collector too', async () => {
    const logFile = join(scratch, 'target.log')
    await using server = await startLocalPostgres({ ...quick(), logFile, settings: { log_statement: 'all' } })
    await ask(server.url, "select 'seen by the server'")
    await eventually(async () => expect(await readFile(logFile, 'utf8')).toContain('seen by the server'))
    await using collected = await startLocalPostgres({ ...quick(), settings: { logging_collector: 'on' } })
    expect(await ask(collected.url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it('says so when the port that it was told to use is taken', async () => {
    await using first = await startLocalPostgres(quick())
    const second = startLocalPostgres({ ...quick(), settings: { port: first.port } })
    await expect(second).rejects.toThrow(/found its port taken/)
  })

  it('says what is wrong when the server does not start, and leaves nothing', async () => {
    await expect(startLocalPostgres({ ...quick(), settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
      /invalid value for parameter "shared_buffers"/,
    )
  })
})

describe('a durable server', () => {
  it('keeps a committed row when its owner is killed, and is found again', { timeout: 30_000 }, async () => {
    const dataDir = join(scratch, 'kept')
    const first = await elsewhere({ dataDir, scramIterations: 1 })
    await ask(first.url, 'create table kept as select 42 as answer')
    await killed(first.child)
    // At once: the first server may still be shutting down.
    await using second = await startLocalPostgres({ dataDir, scramIterations: 1 })
    expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    expect(await ask(second.url, "select current_setting('fsync') as fsync")).toEqual([{ fsync: 'on' }])
    expect((await lstat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600)
    await second.stop()
    expect(processesAt(first.home)).toEqual([])
    expect(existsSync(join(dataDir, 'data', 'PG_VERSION'))).toBe(true)
  })

  it('keeps a committed row when the server itself is killed too', { timeout: 30_000 }, async () => {
    const dataDir = join(scratch, 'crashed')
    const first = await elsewhere({ dataDir, scramIterations: 1 })
    await ask(first.url, 'create table kept as select 42 as answer')
    const pid = Number((await readFile(join(dataDir, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
    process.kill(pid, 'SIGKILL')
    await killed(first.child)
    await eventually(() => expect(processesAt(first.home)).toEqual([]))
    await using second = await startLocalPostgres({ dataDir, scramIterations: 1 })
    expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  it('refuses a second start in the same directory and does not disturb the first', {
    timeout: 30_000,
  }, async () => {
    const dataDir = join(scratch, 'once')
    await using first = await startLocalPostgres({ dataDir, scramIterations: 1 })
    await expect(startLocalPostgres({ dataDir, scramIterations: 1 })).rejects.toThrow(
      /in use by another process/,
    )
    expect(await ask(first.url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it('does not take a half-made cluster for a cluster', { timeout: 30_000 }, async () => {
    const dataDir = join(scratch, 'half')
    const child = spawn(process.execPath, [program, JSON.stringify({ dataDir, scramIterations: 1 })], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.push(child)
    await eventually(() => expect(processesAt(dataDir).some((line) => line.includes('initdb'))).toBe(true))
    // All of it at once, as when the machine stops.
    await killed(child)
    for (const line of processesAt(dataDir)) process.kill(Number.parseInt(line, 10), 'SIGKILL')
    await eventually(() => expect(processesAt(dataDir)).toEqual([]))
    expect(await readdir(dataDir)).not.toContain('data')
    await using server = await startLocalPostgres({ dataDir, scramIterations: 1 })
    expect(await ask(server.url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it('works below a directory that only its owner may enter', { timeout: 30_000 }, async () => {
    const closed = join(scratch, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const dataDir = join(closed, '.state', 'postgres')
    await using server = await startLocalPostgres({ dataDir, scramIterations: 1 })
    const [row] = await ask<{ setting: string }>(server.url, 'show data_directory', 'data_directory')
    if (asRoot) {
      onTestFinished(() => rm(dirname(row?.setting ?? ''), { recursive: true, force: true }))
      expect((await lstat(dataDir)).isSymbolicLink()).toBe(true)
    }
    await ask(server.url, 'create table kept as select 42 as answer')
    await server.stop()
    await using again = await startLocalPostgres({ dataDir, scramIterations: 1 })
    expect(await ask(again.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    await again.stop()
  })
})

describe('the programs', () => {
  it('that are not installed are named, with what to do', () => {
    expect(() => packageRoot('file:///nowhere/')).toThrow(/is not installed\. .* without --omit=optional/)
  })

  it.runIf(asRoot)(
    'are copied when the checkout cannot be entered, and never taken from a stranger',
    async () => {
      const closed = join(scratch, 'checkout')
      await mkdir(closed, { mode: 0o700 })
      execFileSync('cp', ['-R', join(packageRoot(), 'native'), join(closed, 'native')])
      const { copyOf } = await import('../src/binaries.ts')
      const nobody = { uid: 65534, gid: 65534 }
      const version = `test-${process.pid}`
      const copies = await Promise.all([1, 2, 3].map(() => copyOf(join(closed, 'native'), version, nobody)))
      const [copy = ''] = copies
      onTestFinished(() => rm(copy, { recursive: true, force: true }))
      expect(new Set(copies).size).toBe(1)
      expect(
        execFileSync(join(copy, 'bin/postgres'), ['--version'], { ...nobody, encoding: 'utf8' }),
      ).toMatch(/^postgres/)
      expect((await lstat(copy)).mode & 0o022).toBe(0)
      expect((await readdir(dirname(copy))).filter((name) => name.includes(`${version}-0.`))).toEqual([])

      await writeFile(join(copy, 'planted'), '')
      execFileSync('chown', ['65534', copy])
      await expect(copyOf(join(closed, 'native'), version, nobody)).rejects.toThrow(
        /belongs to somebody else/,
      )
    },
  )
})
