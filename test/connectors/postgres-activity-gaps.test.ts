// What a log cannot tell, and the function that an administrator installs to let it be read.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDemoOrders } from '../../demo/orders.ts'
import { activityInstallSql } from '../../src/connectors/postgres/activity-install.ts'
import type { Access } from '../../src/core/connector.ts'
import type { Json } from '../../src/core/json.ts'
import { execute, query, startTestServer } from '../support/postgres.ts'
import {
  askFor,
  closeWorld,
  collect,
  collectAll,
  granted,
  openWorld,
  page,
  patient,
  runs,
  type Seen,
  world,
} from './postgres-activity-desk.ts'
import { open, settingsOf } from './postgres-world.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })
// A file of its own for each second, so that a rotation begins another one.
beforeAll(() => openWorld({ log_filename: 'server-%Y%m%d-%H%M%S.log' }))
afterAll(closeWorld)

describe('what cannot be known', () => {
  it('is reported when the log was truncated or removed before all of it was read', async () => {
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

  it('is none when the server goes on in another file, and one when a file went away unread', async () => {
    const { server, orders } = world.target
    const person = await granted()
    const current = async () => {
      const [row] = await query<{ file: string }>(server.url, "select pg_current_logfile('jsonlog') as file")
      return path.basename(row?.file ?? '')
    }
    const turnsTheLog = async (): Promise<string> => {
      const before = await current()
      await vi.waitFor(
        async () => {
          await execute(server.url, 'select pg_rotate_logfile()')
          expect(await current()).not.toBe(before)
        },
        { timeout: 10_000, interval: 100 },
      )
      return current()
    }
    const seen: Seen = { entries: [], gaps: [], cursor: undefined }
    const looksFor = (words: string) =>
      vi.waitFor(async () => {
        await collect(askFor(person), seen)
        expect(JSON.stringify(seen.entries)).toContain(words)
      })
    // A session that stays open over all of it; the numbers of its lines tell when some are missing.
    const client = new pg.Client(person.url)
    await client.connect()
    await client.query('select 1 as first')
    await looksFor('first')
    await client.query('select 2 as second')
    const later = await turnsTheLog()
    await client.query('select 3 as third')
    await looksFor('third')
    expect(JSON.stringify(seen.entries)).toContain('second')
    expect(seen.gaps).toEqual([])

    await client.query('select 4 as lost')
    await turnsTheLog()
    await rm(path.join(path.dirname(orders.log), later))
    await client.query('select 5 as fifth')
    await looksFor('fifth')
    expect(JSON.stringify(seen.entries)).not.toContain('lost')
    expect(seen.gaps).toEqual([
      `The log file ${later} was removed before all of it was read.`,
      expect.stringMatching(/^lines of the session \S+ are missing in the log$/),
    ])
    await client.end()
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

describe('elevate check', () => {
  const findings = async (url: string, target: object = {}) => {
    const connector = open(url, settingsOf({ mode: 'temporary-login', ...target }))
    try {
      return (await connector.check(patient())).filter(({ text }) => /what people do/.test(text))
    } finally {
      await connector.close()
    }
  }

  it('says whether it can be seen what people do, and what is missing', async () => {
    const { orders, server } = world.target
    expect(await findings(orders.botUrl)).toEqual([
      { level: 'info', text: 'what people do here can be read from the log' },
    ])
    expect(await findings(orders.botUrl, { login_prefix: 'tmp_' })).toEqual([
      {
        level: 'warning',
        text: expect.stringMatching(/logins beginning with "tmp_" are not in elevate_activity/),
      },
    ])
    const blank = new URL(orders.botUrl)
    blank.pathname = '/postgres'
    expect(await findings(blank.href)).toEqual([
      { level: 'info', text: expect.stringMatching(/not installed there; elevate activity install-sql/) },
    ])
    await execute(server.urlOf('postgres'), activityInstallSql())
    await execute(server.urlOf('postgres'), 'alter function elevate_activity.about(text) owner to ada')
    expect(await findings(blank.href)).toEqual([
      { level: 'warning', text: expect.stringMatching(/are not the ones an administrator installs/) },
    ])
    await execute(server.urlOf('postgres'), 'drop schema elevate_activity cascade')

    await using plain = await startTestServer({ log_connections: 'off' })
    const elsewhere = await createDemoOrders(plain.url)
    expect((await findings(elsewhere.botUrl)).map(({ text }) => text)).toEqual([
      expect.stringMatching(/cannot be seen: logging_collector is off/),
      expect.stringMatching(/cannot be seen: log_destination lacks jsonlog/),
      expect.stringMatching(/cannot all be seen: logins and their ends are not logged/),
    ])
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
