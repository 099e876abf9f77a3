/** What was done under grants: who collects, what is kept, and what is said of it. */
import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import {
  type ActivityClaim,
  type ActivityCounts,
  type ActivityEntry,
  type ActivityMoves,
  type ActivityReads,
  type ActivitySummary,
  type ActivityTurn,
  activityKinds,
  type KeptEntry,
  MOST_ENTRIES,
  MOST_GAPS,
  recordLine,
  TARGET_SOURCE,
} from '../core/activity.ts'
import { canonicalJson } from '../core/canonical-json.ts'
import type { Json } from '../core/connector.ts'
import type { GrantId } from '../core/grant.ts'
import type { Database } from './connection.ts'
import { type GrantColumns, isUuid, storable, theRow, timeOf, toGrant } from './rows.ts'

/** Longer than one call of a target may take; each page that is kept starts it anew. Seconds. */
const LEASE = 45
const PAGE = 1_000

/** A sub-select, unlike the bare function, is asked once and can be looked up in an index. */
const NOW = sql`(select clock_timestamp())`

type ClaimRow = {
  readonly grant: GrantColumns
  readonly fence: number
  readonly cursor: Json | null
  readonly attempts: number
  readonly target_done: boolean
  readonly now: Date
  readonly ended_for: number | null
}

export function activityReads(db: Database): ActivityReads {
  return {
    due: async (limit) => {
      const { rows } = await sql<ClaimRow>`
        with picked as materialized (
          select grant_id from elevate.activity
          where state = 'open' and wake_at <= ${NOW} and lease_until <= ${NOW}
          order by wake_at limit ${limit} for update skip locked
        ),
        leased as (
          update elevate.activity a set fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => ${LEASE})
          from picked where a.grant_id = picked.grant_id
          returning a.*
        )
        select to_jsonb(g) as "grant", a.fence, a.cursor, a.attempts, a.target_done, moment as now,
          extract(epoch from moment - a.ended_at)::float8 as ended_for
        from leased a join elevate.access_grant g on g.id = a.grant_id cross join clock_timestamp() as moment`.execute(
        db,
      )
      return rows.map((row) => ({
        grant: toGrant(row.grant),
        fence: row.fence,
        cursor: row.cursor ?? undefined,
        attempts: row.attempts,
        now: row.now,
        targetDone: row.target_done,
        endedFor: row.ended_for ?? undefined,
      }))
    },

    summary: async (grant) => (isUuid(grant) ? summaryOf(db, grant) : undefined),

    summaries: async (from, to) => {
      const { rows } = await sql<SummaryRow & { readonly about: GrantColumns }>`
        select ${SUMMARY}, to_jsonb(g) as about
        from elevate.access_grant g join elevate.activity a on a.grant_id = g.id cross join lateral (${COUNTED}) as c
        where g.held && tstzrange(${from}, ${to}, '[)')
        order by g.number`.execute(db)
      return rows.map((row) => ({ ...toSummary(row), about: toGrant(row.about) }))
    },

    entries: async (grant, { after, limit }) =>
      isUuid(grant) ? entriesOf(db, grant, { after, limit }, BY_TIME) : [],

    hashOf: (grant) => hashOf(db, grant),

    posted: async (grant, lane) => {
      if (!isUuid(grant)) return undefined
      const { rows } = await sql<{ channel: string; ts: string }>`
        select channel, ts from elevate.posted_ending where grant_id = ${grant} and lane = ${lane}`.execute(
        db,
      )
      return rows[0]
    },

    savePosted: async ({ grant, lane, channel, ts }) => {
      await sql`
        insert into elevate.posted_ending (grant_id, lane, channel, ts) values (${grant}, ${lane}, ${channel}, ${ts})
        on conflict (grant_id, lane) do update set channel = excluded.channel, ts = excluded.ts`.execute(db)
    },
  }
}

export function activityMoves(trx: Database): Pick<ActivityMoves, 'add' | 'postpone' | 'close'> {
  return {
    add: async (claim, { entries, turns, gaps, cursor }) => {
      const { rows } = await sql`
        update elevate.activity set cursor = ${JSON.stringify(cursor)}::jsonb, attempts = 0, unavailable = null,
          lease_until = clock_timestamp() + make_interval(secs => ${LEASE}), gaps = ${withGaps(gaps)}
        where ${held(claim)} returning grant_id`.execute(trx)
      if (rows.length === 0) return false
      await keepEntries(trx, claim.grant.id, TARGET_SOURCE, entries, turns)
      return true
    },

    postpone: async (claim, { seconds, failed, unavailable }) => {
      // Its end, should it have come meanwhile, is looked at when the last lines are in the log, not a minute later.
      const soon = claim.endedFor === undefined ? 3 : seconds
      await sql`
        update elevate.activity set lease_until = '-infinity', attempts = ${failed ? claim.attempts + 1 : 0},
          unavailable = ${unavailable === undefined ? null : storable(unavailable)},
          wake_at = clock_timestamp() + make_interval(secs => case when ended_at is null then ${seconds}::float8 else ${soon}::float8 end)
        where ${held(claim)} and state = 'open'`.execute(trx)
    },

    close: async (claim, { gaps, unavailable }) => {
      const { id } = claim.grant
      // Other sources wait for this lock, and then find the record closed.
      const { rows } = await sql`
        select from elevate.activity where ${held(claim)} and state = 'open' for update`.execute(trx)
      if (rows.length === 0) return undefined
      const hash = await hashOf(trx, id)
      await sql`
        update elevate.activity set state = 'closed', wake_at = null, lease_until = '-infinity', target_done = true,
          record_hash = decode(${hash}, 'hex'), gaps = ${withGaps(gaps)},
          unavailable = case when target_done then unavailable else ${unavailable === undefined ? null : storable(unavailable)} end
        where ${held(claim)}`.execute(trx)
      return summaryOf(trx, id)
    },
  }
}

const held = ({ grant, fence }: ActivityClaim) => sql<boolean>`grant_id = ${grant.id} and fence = ${fence}`

/** Each gap is said once, in the order in which they were found. */
function withGaps(gaps: readonly string[]): RawBuilder<unknown> {
  return sql`(select coalesce(array_agg(gap order by first), '{}') from (
    select gap, min(at) as first from unnest(gaps || ${gaps.map(storable)}::text[]) with ordinality as one (gap, at)
    group by gap order by first limit ${MOST_GAPS}) as one)`
}

/** Says how many entries were new. Entries beyond the limit are counted by kind, and always count as new. */
export async function keepEntries(
  trx: Database,
  grant: GrantId,
  source: string,
  entries: readonly ActivityEntry[],
  turns: readonly ActivityTurn[] = [],
): Promise<number> {
  if (entries.length === 0 && turns.length === 0) return 0
  const before = theRow(
    (
      await sql<{ entries: number; beyond: Record<string, number> }>`
        select entries, beyond from elevate.activity where grant_id = ${grant} for update`.execute(trx)
    ).rows,
  )
  const room = Math.max(0, MOST_ENTRIES - before.entries)
  const { rows: added } = await sql`
    insert into elevate.activity_entry (grant_id, number, source, key, at, kind, outcome, code, session, text)
    select ${grant}, ${before.entries} + row_number() over (order by position), ${source},
      key, at, kind, outcome, code, session, text
    from jsonb_to_recordset(${rowsOf(entries)}::jsonb) as one
      (position integer, key text, at timestamptz, kind text, outcome text, code text, session text, text text)
    where not exists (select from elevate.activity_entry e
      where e.grant_id = ${grant} and e.source = ${source} and e.key = one.key)
    order by position limit ${room}
    returning key`.execute(trx)
  const kept = new Set((added as { key: string }[]).map((row) => row.key))
  const over = await notThere(
    trx,
    grant,
    source,
    entries.filter((one) => !kept.has(one.key)),
  )
  const beyond = { ...before.beyond }
  const count = (what: string) => {
    beyond[what] = (beyond[what] ?? 0) + 1
  }
  for (const { kind, outcome } of over) {
    count(kind)
    if (outcome !== 'done') count(outcome)
  }
  const { rows: turned } = await sql<{ key: string }>`
    update elevate.activity_entry e set outcome = one.outcome, code = one.code
    from jsonb_to_recordset(${JSON.stringify(turns)}::jsonb) as one (key text, outcome text, code text)
    where e.grant_id = ${grant} and e.source = ${source} and e.key = one.key
    returning e.key`.execute(trx)
  const found = new Set(turned.map((row) => row.key))
  for (const { key, outcome } of turns) if (!found.has(key)) count(outcome)
  await sql`
    update elevate.activity set entries = entries + ${kept.size}, beyond = ${JSON.stringify(beyond)}::jsonb
    where grant_id = ${grant}`.execute(trx)
  return kept.size + over.length
}

async function notThere(
  trx: Database,
  grant: GrantId,
  source: string,
  entries: readonly ActivityEntry[],
): Promise<readonly ActivityEntry[]> {
  if (entries.length === 0) return []
  const { rows } = await sql<{ key: string }>`
    select key from elevate.activity_entry
    where grant_id = ${grant} and source = ${source} and key = any(${entries.map((one) => one.key)}::text[])`.execute(
    trx,
  )
  const there = new Set(rows.map((row) => row.key))
  return entries.filter((one) => !there.has(one.key))
}

export function rowsOf(entries: readonly ActivityEntry[]): string {
  return JSON.stringify(
    entries.map((one, position) => ({
      ...one,
      position,
      text: storable(one.text),
      session: storable(one.session),
      key: storable(one.key),
    })),
  )
}

const BY_TIME = sql`at, number`
const BY_NUMBER = sql`number`

async function entriesOf(
  db: Database,
  grant: GrantId,
  { after, limit }: { readonly after: number; readonly limit: number },
  order: RawBuilder<unknown>,
): Promise<KeptEntry[]> {
  const { rows } = await sql<KeptEntry>`
    select number, source, at, kind, outcome, code, session, text from elevate.activity_entry
    where grant_id = ${grant} order by ${order} offset ${after} limit ${limit}`.execute(db)
  return rows
}

async function hashOf(db: Database, grant: GrantId): Promise<string> {
  const hash = createHash('sha256')
  for (let after = 0; ; after += PAGE) {
    const page = await entriesOf(db, grant, { after, limit: PAGE }, BY_NUMBER)
    for (const entry of page) hash.update(`${canonicalJson(recordLine(entry))}\n`)
    if (page.length < PAGE) return hash.digest('hex')
  }
}

type SummaryRow = {
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

const SUMMARY = sql`a.grant_id, a.state, a.entries, a.beyond, a.gaps, a.unavailable,
  encode(a.record_hash, 'hex') as hash, c.counts, c.refused, c.failed, c.first, c.last`

/** First and last of what was done: coming and going is not doing anything. */
const COUNTED = sql`
  select coalesce(jsonb_object_agg(kind, n), '{}') as counts, coalesce(sum(refused), 0)::integer as refused,
    coalesce(sum(failed), 0)::integer as failed, min(first) as first, max(last) as last
  from (
    select kind, count(*) as n, count(*) filter (where outcome = 'refused') as refused,
      count(*) filter (where outcome = 'failed') as failed,
      min(at) filter (where kind not in ('connect', 'disconnect')) as first,
      max(at) filter (where kind not in ('connect', 'disconnect')) as last
    from elevate.activity_entry e where e.grant_id = a.grant_id group by kind) as by_kind`

async function summaryOf(db: Database, grant: GrantId): Promise<ActivitySummary | undefined> {
  const { rows } = await sql<SummaryRow>`
    select ${SUMMARY} from elevate.activity a cross join lateral (${COUNTED}) as c where a.grant_id = ${grant}`.execute(
    db,
  )
  return rows[0] && toSummary(rows[0])
}

function toSummary(row: SummaryRow): ActivitySummary {
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
