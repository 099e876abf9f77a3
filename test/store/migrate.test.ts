// Migrations: once, together, by whom, and what they say when they cannot.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LocalPostgres } from 'local-postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateToLatest, pendingMigrations } from '../../src/store/database/migrate.ts'
import { openStore } from '../../src/store/database/open-store.ts'
import { execute, freshDatabase, query, startTestServer } from '../support/postgres.ts'
import { anEvent } from './samples.ts'

let server: LocalPostgres
let made = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function emptyDatabase(owner = 'postgres') {
  const name = `empty_${++made}`
  await execute(server.url, `create database ${name} owner ${owner}`)
  return name
}

const folder = join(import.meta.dirname, '../../migrations')
const files = async () => (await readdir(folder)).map((file) => file.replace(/\.ts$/, '')).sort()

test('several databases of a new cluster migrate at once, each by two processes', async () => {
  const databases = await Promise.all([emptyDatabase(), emptyDatabase(), emptyDatabase()])
  const all = await files()
  expect(await pendingMigrations(server.urlOf(databases[0]))).toEqual(all)
  for (const applied of await Promise.all(
    databases.map((name) =>
      Promise.all([migrateToLatest(server.urlOf(name)), migrateToLatest(server.urlOf(name))]),
    ),
  ))
    expect(applied.flat().sort()).toEqual(all)
  for (const name of databases) {
    expect(await pendingMigrations(server.urlOf(name))).toEqual([])
    expect(await migrateToLatest(server.urlOf(name))).toEqual([])
  }
})

test('an owner who may create roles can migrate a new cluster, and does not stay owner of the log', async () => {
  await using own = await startTestServer()
  await execute(own.url, `create role installer login createrole password 'x'`)
  await execute(own.url, 'create database elevate owner installer')
  const url = own.urlOf('elevate', { user: 'installer', password: 'x' })
  expect(await migrateToLatest(url)).toEqual(await files())
  await expect(execute(url, 'delete from audit.leaf')).rejects.toThrow('permission denied')
  await expect(execute(url, 'set role elevate_audit_owner')).rejects.toThrow('permission denied')
  const store = await openStore({ url })
  await store.transaction(async (tx) => tx.append(anEvent))
  expect(await store.audit.size()).toBe(1)
  const found = (await store.checkRights())
    .filter((one) => !one.text.includes('PostgreSQL runs'))
    .map((one) => one.text)
  expect(found).toEqual([
    expect.stringContaining('may become elevate_audit_owner'),
    expect.stringContaining('owns elevate'),
    expect.stringContaining('may create roles'),
  ])
  await store.close()
})

test('a login that may not create what is missing is told what to do', async () => {
  await using own = await startTestServer()
  await execute(own.url, `create role plain login password 'x'`)
  await execute(own.url, 'create database elevate owner plain')
  const url = own.urlOf('elevate', { user: 'plain', password: 'x' })
  await expect(migrateToLatest(url)).rejects.toThrow(
    /role elevate_app is missing.*\n.*CREATEROLE.*create role/s,
  )
  expect(await pendingMigrations(url)).toEqual(await files())

  await execute(own.url, 'create role elevate_app; create role elevate_audit_owner')
  await expect(migrateToLatest(url)).rejects.toThrow(
    /may not act as.*\n.*grant elevate_app, elevate_audit_owner to plain/s,
  )

  await execute(own.url, `create role guest login password 'x'`)
  await expect(migrateToLatest(own.urlOf('elevate', { user: 'guest', password: 'x' }))).rejects.toThrow(
    'CREATE',
  )
})

test('a database in another encoding is refused, because the log is hashed as UTF-8', async () => {
  await execute(
    server.url,
    `create database latin encoding 'LATIN1' locale_provider 'libc' locale 'C' template template0`,
  )
  await expect(migrateToLatest(server.urlOf('latin'))).rejects.toThrow('needs a database in UTF8')
})

test('the application can read which migrations ran, and change none', async () => {
  await using database = await freshDatabase()
  const asApp = (sql: string) => execute(database.url, `set role elevate_app; ${sql}`)
  await asApp('select * from elevate.migration')
  for (const attack of [
    'delete from elevate.migration',
    'create table elevate.mine (x int)',
    'drop table elevate.outbox',
    'alter table elevate.request disable trigger guard_request',
    'delete from elevate.access_grant',
    'truncate elevate.outbox',
    `update elevate.decision set verdict = 'deny'`,
  ])
    await expect(asApp(attack), attack).rejects.toThrow(/permission denied|must be owner/)
})

test('every table has a comment, every constraint a name that was chosen', async () => {
  await using database = await freshDatabase()
  const bare = await query<{ name: string }>(
    database.url,
    `select oid::regclass::text as name from pg_class
     where relkind = 'r' and relnamespace in ('elevate'::regnamespace, 'audit'::regnamespace)
       and relname not like 'migration%' and obj_description(oid) is null`,
  )
  expect(bare).toEqual([])
  const unnamed = await query<{ name: string }>(
    database.url,
    `select conname as name from pg_constraint
     where connamespace in ('elevate'::regnamespace, 'audit'::regnamespace) and contype <> 'n'
       and conrelid::regclass::text not like '%migration%'
       and conname ~ '_(pkey|key|fkey|check)[0-9]*$'`,
  )
  expect(unnamed).toEqual([])
})

test('migrations import nothing but kysely, so that later code cannot change what they did', async () => {
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8')
    const imports = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1])
    expect(new Set(imports), file).toEqual(new Set(['kysely']))
  }
})
