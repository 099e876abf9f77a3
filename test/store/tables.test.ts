// The types in which the store writes its statements, held against the columns that a migrated database has.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { TIME_COLUMN, TRAVELLING } from '../../src/store/database/rows.ts'
import { freshDatabase, query } from '../support/postgres.ts'

const ROOM = path.join(import.meta.dirname, '../../src/store')
const source = ['access', 'activity', 'database', 'standing']
  .map((shelf) => readFileSync(path.join(ROOM, shelf, 'tables.ts'), 'utf8'))
  .join('\n')

type Column = {
  readonly base: string
  readonly nullable: boolean
  readonly written: 'by us' | 'or left out' | 'never'
}

/** What a column's type says, by the few words that tables.ts uses. */
function readColumn(type: string): Column {
  const written = /^(GeneratedAlways|ByFunction)</.test(type)
    ? 'never'
    : /^Generated(Json)?</.test(type)
      ? 'or left out'
      : 'by us'
  const bare = type.replace(/^(?:GeneratedAlways|ByFunction|Generated)<(.*)>$/, '$1')
  const nullable = / \| null$/.test(bare)
  const base = bare.replace(/ \| null$/, '')
  const known = ['number', 'boolean', 'Date', 'Buffer'].find((word) => word === base)
  const json = /^(JsonColumn|GeneratedJson)</.test(base) || base === 'readonly JsonObject[]'
  return {
    base: known ?? (json ? 'json' : base.startsWith('readonly ') ? 'list' : 'text'),
    nullable,
    written,
  }
}

function typedTables(): Record<string, Record<string, Column>> {
  const types = new Map(
    [...source.matchAll(/^(?:export )?type (\w+Table) = \{\n([\s\S]*?)^\}/gm)].map(
      ([, name = '', body = '']) => [
        name,
        Object.fromEntries(
          [...body.matchAll(/^ {2}(\w+): (.+)$/gm)].map(([, column = '', type = '']) => [
            column,
            readColumn(type),
          ]),
        ),
      ],
    ),
  )
  return Object.fromEntries(
    [...source.matchAll(/^ {2}'([\w.]+)': (\w+Table)$/gm)].map(([, table = '', type = '']) => [
      table,
      types.get(type) ?? {},
    ]),
  )
}

const BASES: Record<string, string> = {
  int4: 'number',
  int8: 'number',
  bool: 'boolean',
  timestamptz: 'Date',
  bytea: 'Buffer',
  jsonb: 'json',
  _text: 'list',
  text: 'text',
  uuid: 'text',
  tstzrange: 'text',
}

async function migratedTables(): Promise<Record<string, Record<string, Column>>> {
  await using database = await freshDatabase()
  const rows = await query<Record<'table' | 'column' | 'type' | 'written', string> & { nullable: boolean }>(
    database.url,
    `select table_schema || '.' || table_name as table, column_name as column, udt_name as type,
       is_nullable = 'YES' as nullable,
       case when table_schema = 'audit' or is_identity = 'YES' or is_generated = 'ALWAYS' then 'never'
         when column_default is not null then 'or left out' else 'by us' end as written
     from information_schema.columns
     where table_schema in ('elevate', 'audit') and table_name not in ('migration', 'migration_lock')`,
  )
  const tables: Record<string, Record<string, Column>> = {}
  for (const { table, column, type, nullable, written } of rows) {
    tables[table] ??= {}
    tables[table][column] = { base: BASES[type] ?? type, nullable, written: written as Column['written'] }
  }
  return tables
}

test('every column of every table has its type in the store, and no type is without its column', async () => {
  expect(typedTables()).toEqual(await migratedTables())
})

test('a column whose row travels as JSON is named like a time exactly when it is one', async () => {
  const tables = await migratedTables()
  for (const table of TRAVELLING) {
    const columns = Object.entries(tables[`elevate.${table}`] ?? {})
    const times = columns.filter(([, column]) => column.base === 'Date').map(([name]) => name)
    expect(columns.map(([name]) => name).filter((name) => TIME_COLUMN.test(name))).toEqual(times)
  }
})
