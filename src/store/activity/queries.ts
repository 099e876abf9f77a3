/** What was done under grants, as it is read: who collects next, the record, what it adds up to, and its hash. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { type Grant, grantName } from '../../core/access/grant.ts'
import {
  type ActivityClaim,
  type ActivityCounts,
  type ActivityKind,
  type ActivitySummary,
  activityKinds,
  type KeptEntry,
  type RecordCheck,
  type RecordErasure,
  type Unmatched,
} from '../../core/activity/activity.ts'
import { recordLine } from '../../core/activity/activity-record.ts'
import type { GrantId } from '../../core/ids.ts'
import { canonicalJson } from '../../core/json.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { Database } from '../database/connection.ts'
import { after, CLOCK, NOW, NOW_ONCE } from '../database/expressions.ts'
import { isUuid, named, toGrant } from '../database/rows.ts'

/** Longer than one call to a target may take; each stored page restarts it. Seconds. */
export const LEASE = 45
const ENTRIES_PER_PAGE = 1_000

type Place = { readonly channel: string; readonly ts: string }

export function activityQueries(db: Database) {
  return {
    /** Claims what is due to be collected; no two workers get the same. */
    due: async (limit: number): Promise<readonly ActivityClaim[]> => {
      const rows = await db
        .with(
          (cte) => cte('picked').materialized(),
          (cte) =>
            cte
              .selectFrom('elevate.activity')
              .select('grant_id')
              .where('state', '=', sql.lit('open'))
              .where('wake_at', '<=', NOW_ONCE)
              .where('lease_until', '<=', NOW_ONCE)
              .orderBy('wake_at')
              .limit(limit)
              .forUpdate()
              .skipLocked(),
        )
        .with('leased', (cte) =>
          cte
            .updateTable('elevate.activity as a')
            .from('picked')
            .set(({ eb }) => ({ fence: eb('a.fence', '+', 1), lease_until: after(NOW, LEASE) }))
            .whereRef('a.grant_id', '=', 'picked.grant_id')
            .returningAll('a'),
        )
        .selectFrom('leased as a')
        .innerJoin('elevate.access_grant as g', 'g.id', 'a.grant_id')
        .crossJoin(CLOCK)
        .select(({ fn }) => [
          fn.toJson('g').as('grant'),
          'a.fence',
          'a.cursor',
          'a.attempts',
          'a.target_done',
          'clock.moment as now',
          sql<number | null>`extract(epoch from moment - a.ended_at)::float8`.as('ended_for'),
        ])
        .execute()
      return rows.map(({ grant, ...claim }) => ({ ...named(claim), grant: toGrant(grant) }))
    },

    summary: async (grant: GrantId): Promise<ActivitySummary | undefined> =>
      isUuid(grant) ? summaryOf(db, grant) : undefined,

    /** What is known about every grant that was active in the period; for the digest and reports. */
    summaries: async (
      from: Date,
      to: Date,
    ): Promise<readonly (ActivitySummary & { readonly about: Grant })[]> => {
      const rows = await summaries(db)
        .innerJoin('elevate.access_grant as g', 'g.id', 'a.grant_id')
        .select(({ fn }) => fn.toJson('g').as('about'))
        .where(sql<boolean>`g.held && tstzrange(${from}, ${to}, '[)')`)
        .orderBy('g.number')
        .execute()
      return rows.map(({ about, ...row }) => ({ ...toSummary(row), about: toGrant(about) }))
    },

    /** In the order of time, then of arrival. `after` is how many to skip. */
    entries: async (
      grant: GrantId,
      page: { readonly after: number; readonly limit: number },
    ): Promise<readonly KeptEntry[]> => (isUuid(grant) ? entriesOf(db, grant, page, 'by time') : []),

    /** The record computed from its rows, beside what the audit log says of it; all of one moment. */
    check: async (grant: Pick<Grant, 'id' | 'number'>): Promise<RecordCheck | undefined> =>
      isUuid(grant.id) ? checkOf(db, grant) : undefined,

    /** What was reported in the last hour of an account that had no grant. */
    unmatchedLately: async (target: string, account: string): Promise<Unmatched | undefined> => {
      const row = await db
        .selectFrom('elevate.activity_unmatched as u')
        .leftJoin('elevate.access_grant as g', 'g.id', 'u.after_grant')
        .select(['u.target', 'u.account', ...UNMATCHED])
        .where('u.target', '=', target)
        .where('u.account', '=', account)
        .where('u.received_at', '>', sql<Date>`clock_timestamp() - interval '1 hour'`)
        .groupBy(['u.target', 'u.account'])
        .executeTakeFirst()
      return row && toUnmatched(row)
    },

    /** Slack messages that close the grant in some lane, to be redrawn when the record is complete. */
    posted: async (grant: GrantId, lane: string): Promise<Place | undefined> =>
      isUuid(grant)
        ? db
            .selectFrom('elevate.posted_ending')
            .select(['channel', 'ts'])
            .where('grant_id', '=', grant)
            .where('lane', '=', lane)
            .executeTakeFirst()
        : undefined,

    savePosted: async ({
      grant,
      ...place
    }: Place & { readonly grant: GrantId; readonly lane: string }): Promise<void> => {
      await db
        .insertInto('elevate.posted_ending')
        .values({ grant_id: grant, ...place })
        .onConflict((on) =>
          on.columns(['grant_id', 'lane']).doUpdateSet(({ ref }) => ({
            channel: ref('excluded.channel'),
            ts: ref('excluded.ts'),
          })),
        )
        .execute()
    },
  }
}

async function entriesOf(
  db: Database,
  grant: GrantId,
  { after, limit }: { readonly after: number; readonly limit: number },
  order: 'by time' | 'by number',
): Promise<KeptEntry[]> {
  const rows = await db
    .selectFrom('elevate.activity_entry')
    .select(['number', 'source', 'at', 'kind', 'outcome', 'code', 'session', 'text'])
    .select([
      sql<string | null>`encode(salt, 'hex')`.as('salt'),
      sql<string | null>`encode(commitment, 'hex')`.as('commitment'),
    ])
    .where('grant_id', '=', grant)
    .$if(order === 'by time', (query) => query.orderBy('at'))
    .orderBy('number')
    .offset(after)
    .limit(limit)
    .execute()
  return rows.map(named)
}

export async function hashOf(db: Database, grant: GrantId): Promise<string> {
  const hash = createHash('sha256')
  for (let after = 0; ; after += ENTRIES_PER_PAGE) {
    const page = await entriesOf(db, grant, { after, limit: ENTRIES_PER_PAGE }, 'by number')
    for (const entry of page) hash.update(`${canonicalJson(recordLine(entry))}\n`)
    if (page.length < ENTRIES_PER_PAGE) return hash.digest('hex')
  }
}

/** One snapshot: a record that is opened, added to or erased meanwhile is not half the one and half the other. */
function checkOf(
  db: Database,
  { id, number }: Pick<Grant, 'id' | 'number'>,
): Promise<RecordCheck | undefined> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const entries = trx
        .selectFrom('elevate.activity_entry')
        .select([
          sql<number>`count(*) filter (where commitment is not null and text = '')::integer`.as('erased'),
          sql<readonly number[]>`coalesce((array_agg(number order by number) filter (where text <> ''
            and sha256(salt || convert_to(text, 'UTF8')) is distinct from commitment))[1:20], '{}')`.as(
            'wrong',
          ),
        ])
        .where('grant_id', '=', id)
      const counted = await trx
        .selectFrom('elevate.activity as a')
        .innerJoin(entries.as('e'), (join) => join.onTrue())
        .select(['a.state', 'e.erased', 'e.wrong'])
        .where('a.grant_id', '=', id)
        .executeTakeFirst()
      if (!counted) return undefined
      const named = await trx
        .selectFrom('audit.body')
        .select(['index', sql<string>`bytes::jsonb #>> '{detail,record_sha256}'`.as('hash')])
        .where('grant', '=', grantName(number))
        .where('type', '=', 'activity.collected')
        .orderBy('index', 'desc')
        .limit(1)
        .executeTakeFirst()
      const erasures = counted.erased > 0 ? await erasuresOf(trx, grantName(number)) : []
      return { ...counted, erasures, named, hash: await hashOf(trx, id) }
    })
}

function erasuresOf(trx: Database, name: string): Promise<readonly RecordErasure[]> {
  const erased = sql<number>`(bytes::jsonb #>> array['detail', 'records', ${name}])::integer`
  return trx
    .selectFrom('audit.body')
    .select(['index', erased.as('count')])
    .where('type', 'in', ['privacy.erased', 'retention.applied'])
    .where(erased, 'is not', null)
    .orderBy('index')
    .execute()
}

const summaries = (db: Database) =>
  db
    .selectFrom('elevate.activity as a')
    .select(['a.grant_id as grant', 'a.state', 'a.entries', 'a.beyond', 'a.gaps', 'a.unavailable'])
    .select(sql<string | null>`encode(a.record_hash, 'hex')`.as('hash'))
    .innerJoinLateral(
      ({ selectFrom }) => {
        const byKind = selectFrom('elevate.activity_entry as e')
          .select(({ fn }) => [
            'kind',
            fn.countAll<number>().as('n'),
            fn.countAll<number>().filterWhere('outcome', '=', 'refused').as('refused'),
            fn.countAll<number>().filterWhere('outcome', '=', 'failed').as('failed'),
            // First and last action: connecting and disconnecting do not count.
            fn.min('at').filterWhere('kind', 'not in', ['connect', 'disconnect']).as('first'),
            fn.max('at').filterWhere('kind', 'not in', ['connect', 'disconnect']).as('last'),
          ])
          .whereRef('e.grant_id', '=', 'a.grant_id')
          .groupBy('kind')
        return selectFrom(byKind.as('k'))
          .select(({ fn }) => [
            sql<ActivityCounts>`coalesce(jsonb_object_agg(kind, n), '{}')`.as('counts'),
            sql<number>`coalesce(sum(refused), 0)::integer`.as('refused'),
            sql<number>`coalesce(sum(failed), 0)::integer`.as('failed'),
            fn.min<Date | null>('k.first').as('first'),
            fn.max<Date | null>('k.last').as('last'),
          ])
          .as('c')
      },
      (join) => join.onTrue(),
    )
    .select(['c.counts', 'c.refused', 'c.failed', 'c.first', 'c.last'])

export async function summaryOf(db: Database, grant: GrantId): Promise<ActivitySummary | undefined> {
  const row = await summaries(db).where('a.grant_id', '=', grant).executeTakeFirst()
  return row && toSummary(row)
}

type SummaryRow = Awaited<ReturnType<ReturnType<typeof summaries>['execute']>>[number]

function toSummary({ beyond, ...row }: SummaryRow): ActivitySummary {
  const kept = (kind: ActivityKind) => (row.counts[kind] ?? 0) + (beyond[kind] ?? 0)
  return {
    ...named(row),
    cut: activityKinds.reduce((sum, kind) => sum + (beyond[kind] ?? 0), 0),
    counts: Object.fromEntries(
      activityKinds.map((kind) => [kind, kept(kind)] as const).filter(([, count]) => count > 0),
    ),
    refused: row.refused + (beyond.refused ?? 0),
    failed: row.failed + (beyond.failed ?? 0),
  }
}

const newest = sql`order by g.number desc nulls last`

/** What entries `u` of one account add up to, and the last grant `g` of theirs. */
export const UNMATCHED = [
  sql<number>`count(*)::integer`.as('count'),
  sql<Date>`min(u.at)`.as('first'),
  sql<Date>`max(u.at)`.as('last'),
  sql<GrantId | null>`(array_agg(g.id ${newest}))[1]`.as('grant'),
  sql<number | null>`max(g.number)`.as('number'),
  sql<PersonId | null>`(array_agg(g.person ${newest}))[1]`.as('person'),
] as const

type UnmatchedRow = Omit<Unmatched, 'after'> & {
  readonly grant: GrantId | null
  readonly number: number | null
  readonly person: PersonId | null
}

export function toUnmatched({ grant, number, person, ...row }: UnmatchedRow): Unmatched {
  return {
    ...row,
    after: grant !== null && number !== null && person !== null ? { grant, number, person } : undefined,
  }
}
