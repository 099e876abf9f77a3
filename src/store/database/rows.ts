/**
 * Rows as `core`'s types: names in camel case, undefined for null, and times as dates, also for rows that
 * travelled inside another one as JSON.
 */
import { expressionBuilder, type Selectable } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Grant } from '../../core/access/grant.ts'
import type { Request } from '../../core/access/request.ts'
import type { RequestId } from '../../core/ids.ts'
import type { GrantRow } from '../../core/reads.ts'
import type { GrantTable, RequestTable, ReviewTable } from '../access/tables.ts'
import type { Database } from './connection.ts'
import { statement } from './statement.ts'
import type { Tables } from './tables.ts'

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name

type TimeColumn = 'at' | `${string}_at` | 'provision_by' | 'not_after' | 'goes_on_from' | 'stuck_since'
/** Which columns of {@link TRAVELLING} are times; a name has to say so, because JSON has only texts. */
export const TIME_COLUMN = /^(at|.*_at|provision_by|not_after|goes_on_from|stuck_since)$/

type Named<Row> = {
  readonly [Column in keyof Row & string as Camel<Column>]:
    | (Column extends TimeColumn ? Date : Exclude<Row[Column], null>)
    | (null extends Row[Column] ? undefined : never)
}

/** Tables whose rows are read inside another row. */
export const TRAVELLING = ['request', 'decision', 'review', 'access_grant'] as const

/** A row that may have travelled as JSON, where times are texts. */
type Travelled<Row> = {
  readonly [Column in keyof Row]: Date extends Row[Column] ? Row[Column] | string : Row[Column]
}

type GrantColumns = Travelled<Selectable<GrantTable>>

const spellings = new Map<string, { readonly name: string; readonly isTime: boolean }>()

function spellingOf(column: string) {
  let spelling = spellings.get(column)
  if (!spelling) {
    const name = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    spelling = { name, isTime: TIME_COLUMN.test(column) }
    spellings.set(column, spelling)
  }
  return spelling
}

export function named<Row extends object>(row: Row): Named<Row> {
  const result: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(row)) {
    const { name, isTime } = spellingOf(column)
    result[name] = value === null ? undefined : isTime && typeof value === 'string' ? new Date(value) : value
  }
  return result as Named<Row>
}

export function toGrant({ duration_s, account_for, wake_at, warn_at, held, ...row }: GrantColumns): Grant {
  return { ...named(row), duration: duration_s, accountFor: account_for ?? row.id }
}

const of = expressionBuilder<Tables & { r: RequestTable }, 'r'>()

const DECISIONS = jsonArrayFrom(
  of
    .selectFrom('elevate.decision as d')
    .leftJoin('elevate.pre_approval as p', 'p.id', 'd.pre_approval')
    .select([
      'd.approver',
      'd.verdict',
      'd.self',
      'd.note',
      'd.at',
      'd.duration_s as duration',
      'd.starts_at',
      'd.pre_approval as pre_approval_id',
    ])
    .select('p.number as pre_approval')
    .whereRef('d.request_id', '=', 'r.id')
    .orderBy('d.at')
    .orderBy('d.approver'),
).as('decisions')

const REVIEW = jsonObjectFrom(
  of
    .selectFrom('elevate.review as v')
    .select(['v.state', 'v.opened_at', 'v.closed_at', 'v.reviewer', 'v.note'])
    .whereRef('v.request_id', '=', 'r.id'),
).as('review')

const RULE = of
  .selectFrom('elevate.rule_approval as a')
  .select('a.rule')
  .whereRef('a.request_id', '=', 'r.id')
  .as('rule')

/** Requests as `r`, for {@link toRequest}. */
export const requestsIn = (db: Database) =>
  db.selectFrom('elevate.request as r').selectAll('r').select([DECISIONS, REVIEW, RULE])

/** Grants as `g` with their requests as `r`, for {@link toGrantRow}. */
export const grantsIn = (db: Database) =>
  db
    .selectFrom('elevate.access_grant as g')
    .innerJoin('elevate.request as r', 'r.id', 'g.request_id')
    .selectAll('g')
    .select(({ fn }) => [fn.toJson('r').as('request'), DECISIONS, REVIEW, RULE])

const decisions = statement((db, given: { readonly request: RequestId }) =>
  db.selectFrom('elevate.request as r').select(DECISIONS).where('r.id', '=', given.request),
)

export async function decisionsOn(db: Database, request: RequestId) {
  const [row] = await decisions.rows(db, { request })
  return row?.decisions ?? []
}

type RequestColumns = Travelled<Selectable<RequestTable>> & {
  readonly decisions?: Awaited<ReturnType<typeof decisionsOn>>
  readonly review?: Travelled<
    Pick<Selectable<ReviewTable>, 'state' | 'opened_at' | 'closed_at' | 'reviewer' | 'note'>
  > | null
  readonly rule?: string | null
}

export function toRequest(row: RequestColumns): Request {
  const { duration_s, cards, remind_every_s, remind_at, fallback_at, decisions, review, rule, ...rest } = row
  return {
    ...named(rest),
    duration: duration_s,
    decisions: decisions?.map(named) ?? [],
    ...(review ? { review: named(review) } : {}),
    ...(rule ? { rule } : {}),
  }
}

type GrantRowColumns = GrantColumns & { readonly request: Travelled<Selectable<RequestTable>> } & Pick<
    RequestColumns,
    'decisions' | 'review' | 'rule'
  >

export function toGrantRow({
  request,
  decisions = [],
  review = null,
  rule = null,
  ...grant
}: GrantRowColumns): GrantRow {
  return { grant: toGrant(grant), request: toRequest({ ...request, decisions, review, rule }) }
}

/** Ids come from buttons and may be anything; what is not a UUID matches nothing. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
}

/** Numbers are typed by people and may be too large: `R-99999999999999999999` matches nothing. */
export function isNumber(number: number): boolean {
  return Number.isSafeInteger(number) && number > 0
}

/**
 * Text as PostgreSQL can keep it: no NUL, no lone surrogates. A failure's text must never be a failure
 * itself.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}
