// What somebody did, read back from a real server's log, while that somebody tries to hide it.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { activityInstallSql } from '../../src/connectors/postgres/activity-install.ts'
import type { ActivityAsk, ActivityEntry, ActivityPage, ActivityTurn } from '../../src/core/activity.ts'
import type { Access, Connector, Json } from '../../src/core/connector.ts'
import { execute, query } from '../support/postgres.ts'
import { open, type PostgresWorld, settingsOf, temporaryWorld } from './postgres-world.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

let world: PostgresWorld
let numbers = 4000
const patient = () => AbortSignal.timeout(15_000)

beforeAll(async () => {
  world = await temporaryWorld({ set_role: false })
})
afterAll(async () => {
  await world?.close()
})

type Person = { readonly access: Access; readonly url: string; readonly from: Date }

async function granted(): Promise<Person> {
  const grantNumber = ++numbers
  const grantId = crypto.randomUUID()
  const { connector, subject, role, entitlement } = world
  const account = await connector.resolve({ subject, role, entitlement, grantId, grantNumber })
  const access: Access = {
    grantId,
    grantNumber,
    target: 'orders-db',
    role,
    account,
    entitlement,
    subject,
    notAfter: new Date(Date.now() + 3_600_000),
    preexisting: false,
  }
  const [{ now: from } = { now: new Date() }] = await query<{ now: Date }>(
    world.target.server.url,
    'select clock_timestamp() as now',
  )
  await connector.grant(access, patient())
  const shown = await connector.credential?.(access, patient())
  const password = shown?.fields.find((one) => one.label === 'Password')?.value ?? ''
  return { access, from, url: world.target.server.urlOf('orders', { user: account, password }) }
}

/** Runs each text as one message to the server, and goes on after errors. */
async function runs(url: string, ...texts: readonly (string | pg.QueryConfig)[]): Promise<void> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  for (const text of texts) await client.query(text).catch(() => {})
  await client.end()
}

type Seen = {
  entries: (ActivityEntry & { settled?: ActivityTurn })[]
  gaps: string[]
  cursor: Json | undefined
}

const askFor = ({ access, from }: Person, more: Partial<ActivityAsk> = {}): ActivityAsk => ({
  account: access.account,
  entitlement: access.entitlement,
  from,
  to: undefined,
  afterwards: true,
  now: new Date(),
  cursor: undefined,
  redact: 'literals',
  ...more,
})

async function page(ask: ActivityAsk, connector: Connector = world.connector) {
  const read = (await connector.activity?.(ask, patient())) as ActivityPage
  if (read.kind !== 'page') throw new Error(`unavailable: ${read.why}`)
  return read
}

/** All pages from the cursor on, with what was said later about entries of before. */
async function collect(ask: ActivityAsk, seen: Seen = { entries: [], gaps: [], cursor: undefined }) {
  for (;;) {
    const read = await page({ ...ask, cursor: seen.cursor })
    seen.entries.push(...read.entries)
    for (const turn of read.turns) {
      const entry = seen.entries.find((one) => one.key === turn.key)
      if (!entry) throw new Error(`nobody has heard of ${turn.key}`)
      seen.entries[seen.entries.indexOf(entry)] = { ...entry, ...turn }
    }
    seen.gaps = [...new Set([...seen.gaps, ...read.gaps])]
    seen.cursor = read.cursor
    if (!read.more) return seen
  }
}

/** The log is written a moment after the fact; waits until the person's last disconnection is in it. */
async function collectAll(person: Person, sessions = 1, more: Partial<ActivityAsk> = {}): Promise<Seen> {
  return vi.waitFor(
    async () => {
      const seen = await collect(askFor(person, more))
      const ended = seen.entries.filter((one) => one.kind === 'disconnect').length
      if (ended < sessions) throw new Error(`${ended} sessions have ended in the log`)
      return seen
    },
    { timeout: 10_000, interval: 50 },
  )
}

const told = (seen: Seen) => seen.entries.map(({ kind, outcome, text }) => [kind, outcome, text])

describe('what a temporary login did', () => {
  it('is read from the log: what was read, changed, refused and failed, and when somebody came and went', async () => {
    const person = await granted()
    await runs(
      person.url,
      "select item from orders where id = 1017 and item <> 'x'",
      { text: 'update orders set status = $1 where id = $2', values: ['shipped', 1001] },
      'drop table orders',
      'select * from no_such_table',
      'selec oops',
    )
    const seen = await collectAll(person)
    expect(told(seen)).toEqual([
      ['connect', 'done', ''],
      ['select', 'done', "select item from orders where id = ? and item <> '…'"],
      ['update', 'done', 'update orders set status = $1 where id = $2'],
      ['ddl', 'refused', 'drop table orders'],
      ['select', 'failed', 'select * from no_such_table'],
      ['other', 'failed', '… (the server could not read it)'],
      ['disconnect', 'done', ''],
    ])
    expect(seen.entries.find((one) => one.outcome === 'refused')?.code).toBe('42501')
    expect(seen.gaps).toEqual([])
    expect(new Set(seen.entries.map((one) => one.session)).size).toBe(1)
    for (const { at } of seen.entries) expect(at.getTime()).toBeGreaterThan(person.from.getTime() - 10)
  })

  it('also shows a wrong password, and what is tried after the end', async () => {
    const person = await granted()
    await runs(person.url, 'select 1')
    const wrong = new URL(person.url)
    wrong.password = 'wrong'
    await expect(runs(wrong.href, 'select 1')).rejects.toThrow()
    const over = new Date()
    await world.connector.revoke(person.access, patient())
    await expect(runs(person.url, 'select 1')).rejects.toThrow()
    const seen = await vi.waitFor(async () => {
      const all = await collectAll(person, 1, { to: over })
      expect(told(all).filter(([kind]) => kind === 'failed-login')).toHaveLength(2)
      return all
    })
    expect(seen.entries.filter((one) => one.kind === 'failed-login').map((one) => one.outcome)).toEqual([
      'refused',
      'refused',
    ])
    // A later grant that goes on with the login has that part for itself.
    const own = await collect(askFor(person, { to: over, afterwards: false }))
    expect(own.entries.filter((one) => one.at > over)).toEqual([])
  })

  it('is whole over several looks, each of which goes on where the one before ended', async () => {
    const person = await granted()
    const client = new pg.Client(person.url)
    await client.connect()
    const seen: Seen = { entries: [], gaps: [], cursor: undefined }
    for (let n = 0; n < 4; n++) {
      await client.query(`select ${n} as look_${n}`)
      await vi.waitFor(async () => {
        await collect(askFor(person), seen)
        expect(JSON.stringify(seen.entries)).toContain(`look_${n}`)
      })
    }
    // A statement that is under way at one look and refused at the next is one statement.
    await client.query('begin')
    await client.query('drop table orders').catch(() => {})
    await client.end()
    await vi.waitFor(async () => {
      await collect(askFor(person), seen)
      expect(seen.entries.at(-1)?.kind).toBe('disconnect')
    })
    expect(told(seen).filter(([kind]) => kind === 'select')).toHaveLength(4)
    expect(told(seen).filter(([kind]) => kind === 'ddl')).toEqual([['ddl', 'refused', 'drop table orders']])
    expect(seen.gaps).toEqual([])
    expect(new Set(seen.entries.map((one) => one.key)).size).toBe(seen.entries.length)
  })

  it('cannot be hidden, dressed up or taken for somebody else', async () => {
    const person = await granted()
    const line = `{"timestamp":"2026-01-01 00:00:00.000 UTC","user":"${person.access.account}","message":"statement: select 'forged'"}`
    await runs(
      person.url,
      `select 1 /* ${line} */`,
      `select '${line.replaceAll("'", "''")}'`,
      `select '\n${line.replaceAll("'", "''")}\n'`,
      'explain analyze delete from orders where id = -1',
      'with gone as (delete from orders where id = -2 returning 1) select * from gone',
      'select 1; delete from orders where id = -3',
      { name: "x: select 'a", text: "delete from orders where item = 'S3CRET'" },
      { name: '<unnamed>: select 1; x', text: 'delete from orders where id = -4' },
      { name: 'plain_name', text: `delete from orders where id = $1 and item <> '{"a": 1}'`, values: [-5] },
      "do $$ begin delete from orders where item = 'S3CRET'; end $$",
      'begin; declare c cursor for select * from customers; fetch 3 from c; commit',
      `set application_name = 'elv_somebody_else'`,
      `set standard_conforming_strings = off; select 'a\\', S3CRET, '`,
      `comment on table orders is 'S3CRET'`,
      `alter role current_user password 'S3CRET'`,
      'copy orders to stdout',
    )
    const seen = await collectAll(person)
    expect(JSON.stringify(seen.entries)).not.toContain('S3CRET')
    expect(JSON.stringify(seen.entries)).not.toContain('forged')
    const kinds = seen.entries.map((one) => one.kind).slice(1, -1)
    expect(kinds).toEqual([
      ...['select', 'select', 'select', 'delete', 'delete', 'delete', 'delete', 'delete', 'delete'],
      ...['delete', 'select', 'other', 'select', 'ddl', 'grant', 'select'],
    ])
    const texts = seen.entries.map((one) => one.text)
    expect(texts).toContain("delete from orders where item = '…'")
    expect(texts).toContain("delete from orders where id = $1 and item <> '…'")
    expect(texts).toContain('… (hidden: it cannot be told from the statement’s name)')
    expect(seen.gaps).toEqual([])
  })

  it('keeps as much of the text as the policy says', async () => {
    const person = await granted()
    await runs(person.url, { text: 'select $1::text', values: ['bound'] }, "select 'literal'")
    const texts = async (redact: ActivityAsk['redact']) =>
      (await collectAll(person, 1, { redact })).entries.map((one) => one.text).join('\n')
    expect(await texts('none')).toMatch(/bound[\s\S]*select 'literal'/)
    expect(await texts('literals')).toContain('select $1::text')
    expect(await texts('literals')).not.toMatch(/bound|literal/)
    expect((await texts('all')).trim()).toBe('')
  })

  it('finds letters of every alphabet, and lines that end in the middle of a chunk', async () => {
    const person = await granted()
    const long = 'é😀'.repeat(400_000)
    await runs(person.url, `select '${long}'`, 'select 1 as "größe"')
    const seen = await collectAll(person)
    expect(told(seen).slice(1, -1)).toEqual([
      ['select', 'done', 'select …'],
      ['select', 'done', 'select ? as "größe"'],
    ])
    expect(seen.gaps).toEqual([])
  })
})

describe('what cannot be known', () => {
  it('is said when the log was begun anew, or removed, before all of it was read', async () => {
    const person = await granted()
    await runs(person.url, 'select 1')
    const seen = await collectAll(person)
    const { cursor } = await collect(askFor(person))
    const { log } = cursor as { log: { files: Record<string, object> } }
    const [file = ''] = Object.keys(log.files)
    const gapsAfter = async (files: object) =>
      (
        await page(
          askFor(person, { cursor: { ...(cursor as object), log: { reached: true, files } } as Json }),
        )
      ).gaps
    expect(await gapsAfter(log.files)).toEqual([])
    expect(await gapsAfter({ [file]: { ...log.files[file], head: 'another' } })).toEqual([
      `The log file ${file} was begun anew before all of it was read.`,
    ])
    expect(await gapsAfter({ 'gone.json': { head: 'x', at: 5, ended: false } })).toEqual([
      'The log file gone.json was removed before all of it was read.',
    ])
    expect(await gapsAfter({ 'gone.json': { head: 'x', at: 5, ended: true } })).toEqual([])
    expect(seen.gaps).toEqual([])
  })

  it('is said when the log does not go back far enough', async () => {
    const person = await granted()
    const long = { ...person, from: new Date('2020-01-01') }
    expect((await collect(askFor(long))).gaps).toEqual(['The log does not go back to when the access began.'])
  })

  it('is said when lines of a session are missing', async () => {
    const person = await granted()
    const client = new pg.Client(person.url)
    await client.connect()
    await client.query('select 1 as before_it')
    const seen = await vi.waitFor(async () => {
      const all = await collect(askFor(person))
      expect(JSON.stringify(all.entries)).toContain('before_it')
      return all
    })
    await client.query('select 2 as lost')
    await client.query('select 3 as after_it')
    await client.end()
    const { sessions, ...rest } = seen.cursor as { sessions: Record<string, { line: number }> }
    const [[session = '', known = { line: 0 }] = []] = Object.entries(sessions)
    // As if the line in between had been cut out of the file.
    const cut = { ...rest, sessions: { [session]: { ...known, line: known.line - 1 } } } as Json
    await vi.waitFor(async () => {
      const { gaps, entries } = await page(askFor(person, { cursor: cut }))
      expect(JSON.stringify(entries)).toContain('after_it')
      expect(gaps).toEqual([`lines of the session ${session} are missing in the log`])
    })
  })
})

describe('the function that an administrator installs', () => {
  const unavailable = async (url: string, account = 'elv_x_g1') => {
    const connector = open(url, settingsOf({ mode: 'temporary-login' }))
    try {
      const read = await connector.activity?.(
        askFor({ access: { account, entitlement: world.entitlement } as Access, from: new Date(), url }),
        patient(),
      )
      return read?.kind === 'unavailable' ? read.why : read?.kind
    } finally {
      await connector.close()
    }
  }

  it('shows nothing of logins that are not listed, and nothing else of the server', async () => {
    const bot = world.target.orders.botUrl
    expect(await unavailable(bot, 'postgres')).toMatch(/has not listed the login postgres/)
    for (const attempt of [
      "select elevate_activity.read('postgres', '-infinity', 'infinity', null, 1000000)",
      "insert into elevate_activity.readable values ('postgres', 'login')",
      'select * from elevate_activity.readable',
      "select pg_read_file('postgresql.auto.conf')",
      "select pg_read_binary_file('global/1260', 0, 100, true)",
      'select * from pg_ls_logdir()',
      'set role elevate_log_reader',
      'grant elevate_log_reader to elevate_bot',
    ])
      await expect(execute(bot, attempt), attempt).rejects.toMatchObject({ code: '42501' })
    const other = new URL(world.target.orders.adaUrl)
    await expect(
      execute(other.href, "select elevate_activity.about('ada')"),
      'another login',
    ).rejects.toMatchObject({ code: '42501' })
  })

  it('is not called when it is absent, or when somebody else made it', async () => {
    const { server } = world.target
    await execute(server.url, 'create database elsewhere')
    const superuser = server.urlOf('elsewhere')
    const botUrl = new URL(world.target.orders.botUrl)
    botUrl.pathname = '/elsewhere'
    expect(await unavailable(botUrl.href)).toBe('the function that reads its log is not installed there')
    await execute(superuser, 'grant create on database elsewhere to ada')
    const adaUrl = new URL(world.target.orders.adaUrl)
    adaUrl.pathname = '/elsewhere'
    await execute(
      adaUrl.href,
      `create schema elevate_activity; grant usage on schema elevate_activity to public;
       create function elevate_activity.about(account text) returns jsonb language plpgsql as $$
         begin execute 'grant orders_admin to ada'; return '{}'; end $$;
       create function elevate_activity.read(a text, b timestamptz, c timestamptz, d jsonb, e integer)
         returns jsonb language sql as $$ select '{}'::jsonb $$`,
    )
    expect(await unavailable(botUrl.href)).toMatch(/are not the ones an administrator installs/)
    expect(await query(server.url, "select pg_has_role('ada', 'orders_admin', 'MEMBER') as holds")).toEqual([
      { holds: false },
    ])
    await expect(execute(superuser, activityInstallSql())).rejects.toThrow(
      /schema elevate_activity of somebody else/,
    )
    await execute(superuser, 'drop schema elevate_activity cascade')
    await execute(superuser, activityInstallSql())
    await execute(superuser, activityInstallSql({ prefix: 'tmp_' }))
    expect(await query(superuser, 'select account from elevate_activity.readable order by 1')).toEqual([
      { account: 'elv_' },
      { account: 'tmp_' },
    ])
  })
})
