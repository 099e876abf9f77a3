// What somebody did, read back from a real server's log, while that somebody tries to hide it.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ActivityAsk } from '../../src/core/activity/activity.ts'
import { revokeBy } from './contract.ts'
import {
  askFor,
  closeWorld,
  collect,
  collectAll,
  granted,
  openWorld,
  runs,
  type Seen,
  told,
  world,
} from './postgres-activity-desk.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })
beforeAll(() => openWorld())
afterAll(closeWorld)

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
    await revokeBy(world.connector, person.access)
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
