/** What was done under grants: who collects, what is kept, and what is said of it. */
import { type RawBuilder, sql } from 'kysely'
import {
  type ActivityClaim,
  type ActivityMoves,
  type ActivityReads,
  MOST_GAPS,
  TARGET_SOURCE,
} from '../../core/activity/activity.ts'
import type { Json } from '../../core/connector.ts'
import type { Database } from '../database/connection.ts'
import { type GrantColumns, isUuid, storable, toGrant } from '../database/rows.ts'
import { keepEntries } from './activity-entries.ts'
import {
  BY_TIME,
  COUNTED,
  checkOf,
  entriesOf,
  hashOf,
  SUMMARY,
  type SummaryRow,
  summaryOf,
  toSummary,
} from './activity-record.ts'
import { reportedMoves, unmatchedLately } from './activity-reported.ts'

/** Longer than one call of a target may take; each page that is kept starts it anew. Seconds. */
const LEASE = 45

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

    check: async (grant) => (isUuid(grant.id) ? checkOf(db, grant) : undefined),

    unmatchedLately: (target, account) => unmatchedLately(db, target, account),

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

export function activityMoves(trx: Database): ActivityMoves {
  return {
    ...reportedMoves(trx),
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
