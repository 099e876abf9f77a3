/** The record of a grant as it is read: its entries, what they add up to, and their hash. */
import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { type Grant, type GrantId, grantName } from '../../core/access/grant.ts'
import {
  type ActivityCounts,
  type ActivitySummary,
  activityKinds,
  type KeptEntry,
} from '../../core/activity/activity.ts'
import { type RecordCheck, type RecordErasure, recordLine } from '../../core/activity/activity-record.ts'
import { canonicalJson } from '../../core/log/canonical-json.ts'
import type { Database } from '../database/connection.ts'
import { timeOf } from '../database/rows.ts'

const PAGE = 1_000

export const BY_TIME = sql`at, number`
const BY_NUMBER = sql`number`

export async function entriesOf(
  db: Database,
  grant: GrantId,
  { after, limit }: { readonly after: number; readonly limit: number },
  order: RawBuilder<unknown>,
): Promise<KeptEntry[]> {
  const { rows } = await sql<KeptRow>`
    select number, source, at, kind, outcome, code, session, text, encode(salt, 'hex') as salt,
      encode(commitment, 'hex') as commitment
    from elevate.activity_entry where grant_id = ${grant} order by ${order} offset ${after} limit ${limit}`.execute(
    db,
  )
  return rows.map(({ salt, commitment, ...row }) => ({
    ...row,
    salt: salt ?? undefined,
    commitment: commitment ?? undefined,
  }))
}

type KeptRow = Omit<KeptEntry, 'salt' | 'commitment'> & {
  readonly salt: string | null
  readonly commitment: string | null
}

export async function hashOf(db: Database, grant: GrantId): Promise<string> {
  const hash = createHash('sha256')
  for (let after = 0; ; after += PAGE) {
    const page = await entriesOf(db, grant, { after, limit: PAGE }, BY_NUMBER)
    for (const entry of page) hash.update(`${canonicalJson(recordLine(entry))}\n`)
    if (page.length < PAGE) return hash.digest('hex')
  }
}

/** One snapshot: a record that is opened, added to or erased meanwhile is not half the one and half the other. */
export function checkOf(
  db: Database,
  { id, number }: Pick<Grant, 'id' | 'number'>,
): Promise<RecordCheck | undefined> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const { rows } = await sql<Counted>`
        select a.state, e.erased, e.wrong from elevate.activity a cross join lateral (
          select count(*) filter (where commitment is not null and text = '')::integer as erased,
            coalesce((array_agg(number order by number) filter
              (where text <> '' and sha256(salt || convert_to(text, 'UTF8')) is distinct from commitment))[1:20], '{}') as wrong
          from elevate.activity_entry where grant_id = a.grant_id) as e
        where a.grant_id = ${id}`.execute(trx)
      const [counted] = rows
      if (!counted) return undefined
      const { rows: named } = await sql<{ index: number; hash: string }>`
        select index, bytes::jsonb #>> '{detail,record_sha256}' as hash from audit.body
        where "grant" = ${grantName(number)} and type = 'activity.collected' order by index desc limit 1`.execute(
        trx,
      )
      const erasures = counted.erased > 0 ? await erasuresOf(trx, grantName(number)) : []
      return { ...counted, erasures, named: named[0], hash: await hashOf(trx, id) }
    })
}

type Counted = Pick<RecordCheck, 'state' | 'erased' | 'wrong'>

async function erasuresOf(trx: Database, name: string): Promise<readonly RecordErasure[]> {
  const { rows } = await sql<RecordErasure>`
    select index, (bytes::jsonb #>> array['detail', 'records', ${name}])::integer as count from audit.body
    where type in ('privacy.erased', 'retention.applied') and bytes::jsonb #>> array['detail', 'records', ${name}] is not null
    order by index`.execute(trx)
  return rows
}

export type SummaryRow = {
  readonly grant_id: GrantId
  readonly state: ActivitySummary['state']
  readonly entries: number
  readonly beyond: Readonly<Record<string, number>>
  readonly gaps: readonly string[]
  readonly unavailable: string | null
  readonly hash: string | null
  readonly counts: ActivityCounts
  readonly refused: number
  readonly failed: number
  readonly first: string | Date | null
  readonly last: string | Date | null
}

export const SUMMARY = sql`a.grant_id, a.state, a.entries, a.beyond, a.gaps, a.unavailable,
  encode(a.record_hash, 'hex') as hash, c.counts, c.refused, c.failed, c.first, c.last`

/** First and last of what was done: coming and going is not doing anything. */
export const COUNTED = sql`
  select coalesce(jsonb_object_agg(kind, n), '{}') as counts, coalesce(sum(refused), 0)::integer as refused,
    coalesce(sum(failed), 0)::integer as failed, min(first) as first, max(last) as last
  from (
    select kind, count(*) as n, count(*) filter (where outcome = 'refused') as refused,
      count(*) filter (where outcome = 'failed') as failed,
      min(at) filter (where kind not in ('connect', 'disconnect')) as first,
      max(at) filter (where kind not in ('connect', 'disconnect')) as last
    from elevate.activity_entry e where e.grant_id = a.grant_id group by kind) as by_kind`

export async function summaryOf(db: Database, grant: GrantId): Promise<ActivitySummary | undefined> {
  const { rows } = await sql<SummaryRow>`
    select ${SUMMARY} from elevate.activity a cross join lateral (${COUNTED}) as c where a.grant_id = ${grant}`.execute(
    db,
  )
  return rows[0] && toSummary(rows[0])
}

export function toSummary(row: SummaryRow): ActivitySummary {
  const counts: ActivityCounts = Object.fromEntries(
    activityKinds
      .map((kind) => [kind, (row.counts[kind] ?? 0) + (row.beyond[kind] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  )
  return {
    grant: row.grant_id,
    state: row.state,
    entries: row.entries,
    cut: activityKinds.reduce((sum, kind) => sum + (row.beyond[kind] ?? 0), 0),
    counts,
    refused: row.refused + (row.beyond.refused ?? 0),
    failed: row.failed + (row.beyond.failed ?? 0),
    first: timeOf(row.first),
    last: timeOf(row.last),
    gaps: row.gaps,
    unavailable: row.unavailable ?? undefined,
    hash: row.hash ?? undefined,
  }
}
