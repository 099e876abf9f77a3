// A real log in a real database, and what its owner can do to it.
import type { StoreHandle } from '../../../src/store/database/open-store.ts'
import { execute } from '../../support/postgres.ts'

let added = 0

/** One transaction each, with a private text in every second event. */
export async function addEvents(store: StoreHandle, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    added += 1
    await store.transaction(async (tx) =>
      tx.append({
        type: 'request.created',
        actor: { kind: 'person', id: `U${added % 3}` },
        subject: `U${added % 3}`,
        target: added % 2 ? 'orders-db' : 'github-acme',
        role: 'read',
        request: `R-${added}`,
        ...(added % 2 ? { private: { reason: `=1+1 "${added}" ü` } } : {}),
      }),
    )
  }
}

/** Very many, in transactions of a thousand; as large as those of a grant. */
export async function addManyEvents(
  url: string,
  count: number,
  rule = 'a-rule-of-the-policy',
): Promise<void> {
  const event = (
    n: string,
  ) => `'{"actor":{"id":"U' || ${n} % 50 || '","kind":"person"},"detail":{"expires_at":"2026-11-23T10:40:00.000Z",'
    || '"rule":"${rule}"},"grant":"G-' || ${n} || '","id":"' || gen_random_uuid() || '","index":"","policy":"'
    || repeat('ab', 32) || '","request":"R-' || ${n} || '","role":"read","subject":"U' || ${n} % 50
    || '","target":"orders-db","time":"","type":"grant.activated","v":1}'`
  for (let done = 0; done < count; done += 1_000)
    await execute(
      url,
      `select audit.append(array(select ${event('n')} from generate_series(${done + 1}, ${Math.min(done + 1_000, count)}) n), '[]')`,
    )
}

/** The owner of the database needs no permission: the guards are switched off, and afterwards all is as it was. */
export async function asSuperuser(url: string, statements: readonly string[]): Promise<void> {
  const tables = ['leaf', 'body', 'secret', 'checkpoint', 'cosignature']
  const guards = (state: string) => tables.map((table) => `alter table audit.${table} ${state}`)
  const on = [
    ...tables.map((table) => `alter table audit.${table} enable trigger all`),
    `do $$ declare one record; begin
      for one in select tgrelid::regclass as place, tgname from pg_trigger
        where not tgisinternal and tgrelid in (select oid from pg_class where relnamespace = 'audit'::regnamespace)
      loop execute format('alter table %s enable always trigger %I', one.place, one.tgname); end loop;
    end $$`,
  ]
  await execute(url, ['begin', ...guards('disable trigger all'), ...statements, ...on, 'commit'].join(';\n'))
}

/** Everything that follows from the events, made to come out again: all but the signatures. */
export const RECOMPUTE = [
  `create temp table renumbered as
    select index as old, row_number() over (order by index) - 1 as new from audit.body`,
  `create temp table anew as
    select new as index, time, type, actor, subject, target, role, request, "grant",
      replace(bytes, '"index":"' || old || '"', '"index":"' || new || '"') as bytes
    from audit.body join renumbered on old = index`,
  `create temp table texts as select new as index, field, salt, content from audit.secret join renumbered on old = index`,
  'truncate audit.leaf, audit.body, audit.secret',
  `insert into audit.body (index, bytes, time, type, actor, subject, target, role, request, "grant")
    select index, bytes, time, type, actor, subject, target, role, request, "grant" from anew`,
  `insert into audit.leaf select index, sha256('\\x00'::bytea || convert_to(bytes, 'UTF8')) from anew`,
  'insert into audit.secret select * from texts',
]
