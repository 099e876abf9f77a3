// What somebody can do to the log who has the application's database login, and what a superuser has to do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrateToLatest } from '../../src/store/database/migrate.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { execute, type FreshDatabase, freshDatabase, query, startTestServer } from '../support/postgres.ts'
import { anEvent } from './samples.ts'

const tables = ['leaf', 'body', 'secret', 'checkpoint', 'cosignature'] as const
let database: FreshDatabase
let store: StoreHandle
let thief: string

beforeAll(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url })
  await store.transaction(async (tx) => {
    tx.append({ ...anEvent, private: { reason: 'because' } })
  })
  await execute(database.url, `select audit.keep_checkpoint(1, 'signed')`)
  await execute(database.url, `select audit.keep_cosignature('signed', 'w1', '— w1 …')`)
  // The application's own login in a production set-up.
  const login = `thief_${new URL(database.url).pathname.slice(1)}`
  await execute(database.url, `create role ${login} login password 'x' in role elevate_app`)
  const url = new URL(database.url)
  url.username = login
  url.password = 'x'
  thief = url.href
})
afterAll(async () => {
  await store.close()
  await execute(database.url, `drop role ${new URL(thief).username}`)
  await database.drop()
})

describe('the application role cannot update, delete or truncate the log', () => {
  const column = {
    leaf: 'leaf_hash',
    body: 'bytes',
    secret: 'content',
    checkpoint: 'note',
    cosignature: 'signature',
  } as const
  const all = {
    leaf: 'index, leaf_hash',
    body: 'index, bytes, time, type, actor',
    secret: 'index, field, salt, content',
    checkpoint: 'size, note',
    cosignature: 'line, size, witness, signature, kept_at',
  }
  for (const table of tables) {
    const attacks = {
      update: `update audit.${table} set ${column[table]} = ${column[table]}`,
      delete: `delete from audit.${table}`,
      truncate: `truncate audit.${table}`,
      'insert by hand': `insert into audit.${table} (${all[table]}) select ${all[table]} from audit.${table}`,
      'insert … on conflict do update': `insert into audit.checkpoint (size, note) values (1, 'forged')
        on conflict (line, size) do update set note = excluded.note`,
      'disable trigger': `alter table audit.${table} disable trigger all`,
      session_replication_role: `set session_replication_role = replica; delete from audit.${table}`,
      'drop the trigger’s function': 'drop function audit.refuse_change() cascade',
      'replace the function': `create or replace function audit.append(events text[], secrets jsonb) returns bigint[]
        language sql as 'select null::bigint[]'`,
      'merge into': `merge into audit.${table} as t using (select 1) s on true when matched then delete`,
      'a table of its own in between': 'create table audit.mine (x int)',
    }
    for (const [name, attack] of Object.entries(attacks)) {
      test(`${table}: ${name}`, async () => {
        const before = await query(database.url, `select * from audit.${table}`)
        const denied = /permission denied|must be owner/
        await expect(execute(thief, attack)).rejects.toThrow(denied)
        // The same through a superuser's login, as the store uses one: the role it works in is what counts.
        await expect(execute(database.url, `set role elevate_app; ${attack}`)).rejects.toThrow(denied)
        expect(await query(database.url, `select * from audit.${table}`)).toEqual(before)
      })
    }
  }
})

test('the application’s login cannot become anybody else', async () => {
  for (const role of ['elevate_audit_owner', 'postgres'])
    await expect(execute(thief, `set role ${role}`)).rejects.toThrow('permission denied')
})

test('the triggers stop a superuser too, also one who plays a replica', async () => {
  for (const table of tables) {
    for (const attack of [`delete from audit.${table}`, `truncate audit.${table}`]) {
      // Texts may be erased, by the log's owner and nobody else.
      if (attack === 'delete from audit.secret') continue
      for (const replica of ['', 'set session_replication_role = replica;'])
        await expect(execute(database.url, replica + attack)).rejects.toThrow('only grows')
    }
    const [row] = await query<{ updates: string }>(
      database.url,
      `select count(*) as updates from pg_trigger where tgrelid = 'audit.${table}'::regclass
       and not tgisinternal and tgenabled = 'A'`,
    )
    expect(Number(row?.updates)).toBeGreaterThanOrEqual(2)
  }
  await expect(execute(database.url, `update audit.body set bytes = '{}'`)).rejects.toThrow('only grows')
  await expect(execute(database.url, `update audit.checkpoint set note = 'x'`)).rejects.toThrow(
    'as it was signed',
  )
})

test('a checkpoint is kept once, never ahead of the log, and gathers the places where it was posted', async () => {
  const app = (sql: string) => execute(thief, sql)
  await expect(app(`select audit.keep_checkpoint(1, 'another')`)).rejects.toThrow(
    'one_checkpoint_per_line_and_size',
  )
  await expect(app(`select audit.keep_checkpoint(99, 'too big')`)).rejects.toThrow('ahead of the log')
  await app(`select audit.note_posted(1, '{"channel":"C1","ts":"1.2"}')`)
  await app(`select audit.note_posted(1, '{"channel":"C2","ts":"3.4"}')`)
  const [row] = await query<{ posted: unknown[] }>(
    database.url,
    'select posted from audit.checkpoint where size = 1',
  )
  expect(row?.posted).toHaveLength(2)
})

test('the store works as elevate_app, and the log takes its events', async () => {
  const production = await openStore({ url: thief })
  const size = await production.audit.size()
  await production.transaction(async (tx) => {
    tx.append(anEvent)
  })
  expect(await production.audit.size()).toBe(size + 1)
  await production.close()
})

test('at start: a login that could undo the protection is reported, a plain one is not', async () => {
  const levels = (findings: readonly { level: string; text: string }[]) =>
    findings.filter((one) => !one.text.startsWith('PostgreSQL runs with'))
  const asSuperuser = levels(await store.checkRights())
  expect(asSuperuser).toEqual([{ level: 'warning', text: expect.stringContaining('is a superuser') }])
  const production = await openStore({ url: thief })
  expect(levels(await production.checkRights())).toEqual([])
  await production.close()
})

test('at start: a server that forgets what it acknowledged is a fault', async () => {
  const faults = async (url: string) => {
    const asked = await openStore({ url })
    const found = (await asked.checkRights()).filter((one) => one.level === 'fault').map((one) => one.text)
    await asked.close()
    return found
  }
  expect(await faults(database.url)).toEqual([])
  await using forgetful = await startTestServer({ fsync: 'off', synchronous_commit: 'off' })
  await migrateToLatest(forgetful.url)
  expect(await faults(forgetful.url)).toEqual([
    expect.stringContaining('fsync = off'),
    expect.stringContaining('synchronous_commit = off'),
  ])
})

test('at start: a trigger that somebody switched off is a fault', async () => {
  await execute(database.url, 'alter table audit.body disable trigger body_does_not_change')
  const texts = (await store.checkRights()).map((one) => one.text)
  await execute(database.url, 'alter table audit.body enable always trigger body_does_not_change')
  expect(texts).toContainEqual(expect.stringContaining('is disabled'))
})
