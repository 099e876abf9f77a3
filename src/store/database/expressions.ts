/** SQL that Kysely's builder cannot express, for all statements. */
import {
  type Expression,
  type ExpressionBuilder,
  expressionBuilder,
  type InsertObject,
  type InsertQueryBuilder,
  type InsertResult,
  type SelectQueryBuilder,
  sql,
} from 'kysely'

/** The database's clock, for what is written and for what a change depends on. */
export const NOW = sql<Date>`clock_timestamp()`
/** The same to search by: a sub-select, unlike the bare function, is asked once and can be looked up in an index. */
export const NOW_ONCE = sql<Date>`(select clock_timestamp())`

/** To select from where several columns need the same moment: `clock.moment`. */
export const CLOCK = sql<{ moment: Date }>`clock_timestamp()`.as<'clock'>(sql`clock(moment)`)

/** A lease that nobody has. */
export const NO_LEASE = sql<Date>`'-infinity'`

/** Null where there are no seconds. */
type Seconds = number | undefined | Expression<number | null>

export const after = (moment: Expression<Date | null>, seconds: Seconds) =>
  sql<Date>`(${moment} + make_interval(secs => ${seconds ?? null}::float8))`
export const before = (moment: Expression<Date | null>, seconds: Seconds) =>
  sql<Date>`(${moment} - make_interval(secs => ${seconds ?? null}::float8))`

/** For `where`: one of these. The statement stays the same however many there are. */
export const anyOf = <T extends string>(these: readonly T[]) => sql<T>`any(${these}::text[])`
export const anyIdOf = (ids: readonly string[]) => sql<string>`any(${ids}::uuid[])`

// A parameter among the columns of a select is a text unless it says otherwise.
export const uuid = (id: string | undefined) => sql<string>`${id ?? null}::uuid`
export const integer = (count: number | undefined) => sql<number>`${count ?? null}::integer`
export const texts = <T extends string>(list: readonly T[]) => sql<readonly T[]>`${list}::text[]`
export const jsonb = (json: string) => sql<string>`${json}::jsonb`

/** This moment where it is after `clock.moment`, else null. */
export const inFuture = (
  moment: Date | undefined,
) => sql<Date | null>`case when ${moment ?? null}::timestamptz
  > clock.moment then ${moment ?? null}::timestamptz end`

/** A list in JSON to select from: `columns` are names and types, as in `key text, at timestamptz`. */
export function recordset<Row, Alias extends string>(alias: Alias, columns: string, json: string) {
  return sql<Row>`jsonb_to_recordset(${json}::jsonb)`.as<Alias>(sql`${sql.ref(alias)}(${sql.raw(columns)})`)
}

/** `insert … select` with each value beside its column; the builder alone would match them by position. */
export function insertFrom<DB, Table extends keyof DB & string, From, Tables extends keyof From>(
  insert: InsertQueryBuilder<DB, Table, InsertResult>,
  from: SelectQueryBuilder<From, Tables, unknown>,
  row: (of: ExpressionBuilder<From, Tables>) => InsertObject<DB, Table>,
) {
  const values = Object.entries(row(expressionBuilder<From, Tables>()))
  return insert
    .columns(values.map(([column]) => column as keyof DB[Table] & string))
    .expression(from.select(values.map(([column, value]) => sql`${value}`.as(column))))
}

/** True when the update changed its one row: nobody was first, and the row was as it was expected to be. */
export async function changedOne(update: {
  executeTakeFirst(): Promise<{ readonly numUpdatedRows: bigint }>
}): Promise<boolean> {
  return (await update.executeTakeFirst()).numUpdatedRows === 1n
}
