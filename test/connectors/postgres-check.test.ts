import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { postgres } from '../../src/connectors/postgres/connector.ts'
import type { Connector, Finding } from '../../src/core/connector.ts'
import { execute, query, startTestServer } from '../support/postgres.ts'
import { accessFor, patient, revokeBy } from './contract.ts'
import { connect } from './postgres-sessions.ts'
import { accepted, open, type PostgresWorld, settingsOf, temporaryWorld } from './postgres-world.ts'

let world: PostgresWorld
beforeAll(async () => {
  world = await temporaryWorld()
})
afterAll(() => world?.close())

const superuser = () => world.target.orders.superuserUrl
const temporary = settingsOf({ mode: 'temporary-login' })

async function check(url: string, databaseRole: string, more: object = {}): Promise<readonly Finding[]> {
  const role = accepted(postgres.parseRole({ database_role: databaseRole, ...more }, temporary))
  const connector = open(url, temporary, { some: role })
  try {
    return await connector.check(patient())
  } finally {
    await connector.close()
  }
}

/** Breaks the target, looks, and mends it. */
async function broken(breaking: string, mending: string, role = 'orders_admin', more: object = {}) {
  await execute(superuser(), breaking)
  try {
    return await check(world.target.orders.botUrl, role, more)
  } finally {
    await execute(superuser(), mending)
  }
}

const finding = (level: Finding['level'], text: RegExp) => ({ level, text: expect.stringMatching(text) })

describe('checking a target', () => {
  it('is content after what the documentation says was run, word for word', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/targets/postgres.md'), 'utf8')
    const [bootstrap = ''] = /(?<=```sql\n)[^`]+/.exec(page) ?? []
    await using server = await startTestServer()
    await execute(server.url, 'create database orders; ')
    await execute(server.url, 'create role orders_read; create role orders_write')
    await execute(server.urlOf('orders'), bootstrap.replace("'choose-a-long-one'", "'it-was-chosen'"))
    const bot = server.urlOf('orders', { user: 'elevate_bot', password: 'it-was-chosen' })
    const findings = await check(bot, 'orders_write', { statement_log: 'all' })
    expect(findings.filter(({ level }) => level !== 'info')).toEqual([])
  })

  it('is content with the documented set-up', async () => {
    const findings = await check(world.target.orders.botUrl, 'orders_admin', { statement_log: 'all' })
    expect(findings.map(({ level }) => level)).not.toContain('fault')
    expect(findings.map(({ level }) => level)).not.toContain('warning')
    expect(findings).toContainEqual(finding('info', /^PostgreSQL 18/))
  })

  it.each([
    ['fault', /no role "orders_gone"/, 'select 1', 'select 1', 'orders_gone'],
    [
      'fault',
      /GRANT pg_signal_backend TO elevate_bot/,
      'revoke pg_signal_backend from elevate_bot',
      'grant pg_signal_backend to elevate_bot',
    ],
    [
      'fault',
      /elevate_bot CREATEROLE/,
      'alter role elevate_bot nocreaterole',
      'alter role elevate_bot createrole',
    ],
    ['fault', /the bot may not give it; run: GRANT "orders_owner"/, 'select 1', 'select 1', 'orders_owner'],
    ['warning', /owns \d+ object/, 'select 1', 'select 1', 'orders_owner'],
    ['fault', /is a superuser/, 'alter role orders_admin superuser', 'alter role orders_admin nosuperuser'],
    ['fault', /CREATEROLE\)/, 'alter role orders_admin createrole', 'alter role orders_admin nocreaterole'],
    ['fault', /REPLICATION/, 'alter role orders_admin replication', 'alter role orders_admin noreplication'],
    [
      'fault',
      /includes "pg_write_server_files".*allow_predefined_roles/,
      'grant pg_write_server_files to orders_admin',
      'revoke pg_write_server_files from orders_admin',
    ],
    [
      'warning',
      /use it itself/,
      'grant orders_admin to elevate_bot with admin option, set true',
      'grant orders_admin to elevate_bot with admin option, set false',
    ],
    [
      'warning',
      /may not connect/,
      'revoke connect on database orders from orders_admin',
      'grant connect on database orders to orders_admin',
    ],
    [
      'fault',
      /"elevate_quarantine" is a member of orders_read/,
      'grant orders_read to elevate_quarantine',
      'revoke orders_read from elevate_quarantine',
    ],
  ] as [Finding['level'], RegExp, string, string, string?][])(
    'reports a %s: %s',
    async (level, text, breaking, mending, role = 'orders_admin') => {
      expect(await broken(breaking, mending, role)).toContainEqual(finding(level, text))
    },
  )

  it('refuses a statement log that the bot may not set, and else does without', async () => {
    const [take, give] = [
      'revoke set on parameter log_statement from elevate_bot',
      'grant set on parameter log_statement to elevate_bot',
    ]
    expect(await broken(take, give, 'orders_admin', { statement_log: 'all' })).toContainEqual(
      finding('fault', /statement_log needs/),
    )
    expect(await broken(take, give)).toContainEqual(finding('info', /statements are not logged/))
  })

  it('refuses to work as a superuser', async () => {
    expect(await check(superuser(), 'orders_admin')).toContainEqual(finding('fault', /superuser "postgres"/))
  })

  it('warns of ways in that do not look at VALID UNTIL, where it may look', async () => {
    const read = 'select on pg_hba_file_rules'
    const run = 'execute on function pg_hba_file_rules()'
    const grant = `grant ${read} to elevate_bot; grant ${run} to elevate_bot`
    const findings = await broken(grant, `revoke ${read} from elevate_bot; revoke ${run} from elevate_bot`)
    expect(findings.filter(({ text }) => text.includes('pg_hba'))).toEqual([])
    expect(await check(world.target.orders.botUrl, 'orders_admin')).toContainEqual(
      finding('info', /cannot be seen/),
    )
  })

  it('says what to do about a wrong password, without repeating it', async () => {
    const url = new URL(world.target.orders.botUrl)
    url.password = 'hunter2'
    const findings = await check(url.href, 'orders_admin')
    expect(findings).toEqual([finding('fault', /refused the bot's password. Check the connection secret/)])
    expect(JSON.stringify(findings)).not.toContain('hunter2')
    expect(() => open('hunter2', temporary)).toThrow(/not a URL like/)
    expect(() => open('hunter2', temporary)).not.toThrow(/hunter2/)
  })
})

/** Between the bot and the server: passes a statement on, and hangs up before the answer comes back. */
async function hangingUpAfter(statement: string): Promise<Connector> {
  const { server } = world.target
  const sockets: Socket[] = []
  const middle = createServer((near) => {
    const far = dial(server.port, '127.0.0.1')
    sockets.push(near, far)
    for (const socket of [near, far]) socket.on('error', () => {})
    let hungUp = false
    near.on('data', (chunk) => {
      hungUp ||= chunk.includes(`${statement}\0`)
      far.write(chunk)
    })
    far.on('data', (chunk) => (hungUp ? near.destroy() : near.write(chunk)))
    near.on('close', () => far.end())
    far.on('close', () => near.end())
  }).listen(0, '127.0.0.1')
  await once(middle, 'listening')
  const url = new URL(world.target.orders.botUrl)
  url.port = String((middle.address() as { port: number }).port)
  const connector = open(url.href, temporary)
  onTestFinished(async () => {
    await connector.close()
    for (const socket of sockets) socket.destroy()
    middle.close()
  })
  return connector
}

describe('a lost connection', () => {
  it('leaves the outcome unknown when it was lost during the commit, and the next call finds out', async () => {
    const access = await accessFor(world)
    const cut = await hangingUpAfter('commit')
    await expect(cut.grant(access, patient())).rejects.toMatchObject({ kind: 'unknown-outcome' })
    expect(await world.connector.grant(access, patient())).toMatchObject({ was: 'already-there' })
    expect(await revokeBy(cut, access)).toMatchObject({ was: 'taken' })
    expect(await revokeBy(world.connector, access)).toMatchObject({ leftBehind: [] })
    expect(await world.holds(access.account)).toBe(false)
  })

  it('means that nothing happened when it was lost before the commit', async () => {
    const access = await accessFor(world)
    const cut = await hangingUpAfter('begin')
    await expect(cut.grant(access, patient())).rejects.toMatchObject({ kind: 'retryable' })
    expect(await query(superuser(), `select from pg_roles where rolname = '${access.account}'`)).toEqual([])
  })

  it('is survived by the connector when the server ends idle connections', async () => {
    await world.connector.inspect('admin', world.entitlement, patient())
    await execute(
      superuser(),
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'elevate_bot'",
    )
    const access = await accessFor(world)
    await world.connector.grant(access, patient()).catch(() => world.connector.grant(access, patient()))
    expect(await revokeBy(world.connector, access)).toMatchObject({ was: 'taken' })
  })
})

describe('a caller that aborts', () => {
  it('does not wait for a server that waits for a lock', async () => {
    const access = await accessFor(world)
    await world.connector.grant(access, patient())
    const administrator = await connect(superuser())
    await administrator.query(`begin; alter role "${access.account}" connection limit 4`)
    expect(await revokeBy(world.connector, access, AbortSignal.timeout(200))).toMatchObject({ was: 'held' })
    await administrator.query('rollback')
    await revokeBy(world.connector, access)
    expect(await world.holds(access.account)).toBe(false)
  })
})
