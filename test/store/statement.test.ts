// Statements that are built once and given their values each time, and rows in the words of core.
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import { expect, test } from 'vitest'
import { named } from '../../src/store/database/rows.ts'
import { statement } from '../../src/store/database/statement.ts'
import type { Tables } from '../../src/store/database/tables.ts'

const db = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (of) => new PostgresIntrospector(of),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

test('a statement is built once, and has the values of each call in their places', () => {
  let built = 0
  const lanes = statement((of, given: { readonly lane: 'home:U1' | 'home:U2'; readonly most: number }) => {
    built += 1
    return of
      .selectFrom('elevate.outbox')
      .select('id')
      .where('lane', '=', given.lane)
      .where(sql<boolean>`attempts < ${given.most}`)
      .where('lane', '<>', given.lane)
      .limit(3)
  })
  const first = lanes.compile(db, { lane: 'home:U1', most: 5 })
  const second = lanes.compile(db, { lane: 'home:U2', most: 0 })
  expect(built).toBe(1)
  expect(second.sql).toBe(first.sql)
  expect(first.parameters).toEqual(['home:U1', 5, 'home:U1', 3])
  expect(second.parameters).toEqual(['home:U2', 0, 'home:U2', 3])
})

test('a row has names in camel case, undefined for null, and times as dates wherever it came from', () => {
  const text = '2026-11-30T20:15:05.123456+00:00'
  expect(named({ closed_at: text, created_at: new Date(0), policy_name: text, closed_by: null })).toEqual({
    closedAt: new Date('2026-11-30T20:15:05.123Z'),
    createdAt: new Date(0),
    policyName: text,
    closedBy: undefined,
  })
})
