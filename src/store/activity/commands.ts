/** What was done under grants, inside a transaction: pages that were collected, reports of other sources, the end. */
import { sql } from 'kysely'
import {
  type ActivityClaim,
  type ActivityEntry,
  type ActivityPage,
  type ActivitySummary,
  type Gap,
  MAX_GAPS,
  type ReportedEntry,
  TARGET_SOURCE,
  type Unmatched,
} from '../../core/activity/activity.ts'
import type { GrantId } from '../../core/ids.ts'
import type { Database } from '../database/connection.ts'
import { after, before, changedOne, insertFrom, NO_LEASE, NOW, recordset } from '../database/expressions.ts'
import { storable } from '../database/rows.ts'
import { keepEntries, toRow } from './entries.ts'
import { hashOf, LEASE, summaryOf, toUnmatched, UNMATCHED } from './queries.ts'

/** Tolerance for clocks that differ a little. Seconds. */
const TOLERANCE = 5
/** Pause between two notifications about the same account. Seconds. */
const TELL_EVERY = 600
/** A reopened record collects late entries for this long before it is closed again. Seconds. */
const CLOSE_AGAIN = 5

/** Every command needs the claim: an outdated fence changes nothing. */
export function activityCommands(trx: Database) {
  const claimed = ({ grant, fence }: ActivityClaim) =>
    trx.updateTable('elevate.activity').where('grant_id', '=', grant.id).where('fence', '=', fence)

  return {
    /** Adds a page. False when another process has taken over. */
    add: async (
      claim: ActivityClaim,
      {
        entries,
        turns,
        gaps,
        cursor,
      }: Pick<Extract<ActivityPage, { kind: 'page' }>, 'entries' | 'turns' | 'gaps' | 'cursor'>,
    ): Promise<boolean> => {
      const mine = await changedOne(
        claimed(claim).set({
          cursor: JSON.stringify(cursor),
          attempts: 0,
          unavailable: null,
          lease_until: after(NOW, LEASE),
          gaps: withGaps(gaps),
        }),
      )
      if (mine) await keepEntries(trx, claim.grant.id, TARGET_SOURCE, entries, turns)
      return mine
    },

    /** Collects again after so many seconds. `unavailable` is set while nothing can be collected. */
    postpone: async (
      claim: ActivityClaim,
      {
        seconds,
        failed,
        unavailable,
      }: { readonly seconds: number; readonly failed: boolean; readonly unavailable: string | undefined },
    ): Promise<void> => {
      // An end that has come meanwhile is looked at when the last lines are in the log, not a minute later.
      const soon = claim.endedFor === undefined ? 3 : seconds
      await claimed(claim)
        .set({
          lease_until: NO_LEASE,
          attempts: failed ? claim.attempts + 1 : 0,
          unavailable: unavailable === undefined ? null : storable(unavailable),
          wake_at: after(
            NOW,
            sql<number>`case when ended_at is null then ${seconds}::float8 else ${soon}::float8 end`,
          ),
        })
        .where('state', '=', 'open')
        .execute()
    },

    /** Closes the record with its hash. Undefined when another process has taken over. */
    close: async (
      claim: ActivityClaim,
      { gaps, unavailable }: { readonly gaps: readonly Gap[]; readonly unavailable: string | undefined },
    ): Promise<ActivitySummary | undefined> => {
      const { id } = claim.grant
      // Other sources wait for this lock, and then find the record closed.
      const open = await trx
        .selectFrom('elevate.activity')
        .select('grant_id')
        .where('grant_id', '=', id)
        .where('fence', '=', claim.fence)
        .where('state', '=', 'open')
        .forUpdate()
        .executeTakeFirst()
      if (!open) return undefined
      const hash = await hashOf(trx, id)
      await claimed(claim)
        .set(({ eb, ref }) => ({
          state: 'closed',
          wake_at: null,
          lease_until: NO_LEASE,
          target_done: true,
          record_hash: Buffer.from(hash, 'hex'),
          gaps: withGaps(gaps),
          unavailable: eb
            .case()
            .when('target_done', '=', true)
            .then(ref('unavailable'))
            .else(unavailable === undefined ? null : storable(unavailable))
            .end(),
        }))
        .execute()
      return summaryOf(trx, id)
    },

    /** The grants that each entry's account had at its moment, by the entry's place in the list. */
    match: async (
      entries: readonly ReportedEntry[],
    ): Promise<ReadonlyMap<number, readonly { readonly id: GrantId; readonly role: string }[]>> => {
      const one = recordset<{ position: number; target: string; account: string; at: Date }, 'one'>(
        'one',
        'position integer, target text, account text, at timestamptz',
        JSON.stringify(
          entries.map(({ target, account, at }, position) => ({ position, target, account, at })),
        ),
      )
      const rows = await trx
        .selectFrom(one)
        .innerJoin('elevate.access_grant as g', (join) =>
          join.onRef('g.target', '=', 'one.target').onRef('g.account', '=', 'one.account'),
        )
        .select(['one.position', 'g.id', 'g.role'])
        .where(({ eb, ref }) => eb('g.activated_at', '<=', after(ref('one.at'), TOLERANCE)))
        .where(({ eb, ref }) =>
          eb(sql<Date>`coalesce(g.revoked_at, 'infinity')`, '>=', before(ref('one.at'), TOLERANCE)),
        )
        .orderBy('one.position')
        .orderBy('g.number')
        .execute()
      const found = new Map<number, { id: GrantId; role: string }[]>()
      for (const { position, ...grant } of rows) found.set(position, [...(found.get(position) ?? []), grant])
      return found
    },

    /** Adds what another source reported, and reopens a closed record. Returns how many entries were new. */
    addFrom: async (grant: GrantId, source: string, entries: readonly ActivityEntry[]): Promise<number> => {
      await insertFrom(
        trx.insertInto('elevate.activity'),
        trx.selectFrom('elevate.access_grant as g').where('g.id', '=', grant),
        ({ ref }) => ({
          grant_id: ref('g.id'),
          wake_at: after(NOW, CLOSE_AGAIN),
          ended_at: ref('g.revoked_at'),
          target_done: sql<boolean>`g.revoked_at is not null`,
        }),
      )
        .onConflict((on) => on.doNothing())
        .execute()
      const added = await keepEntries(trx, grant, source, entries)
      if (added > 0)
        await trx
          .updateTable('elevate.activity')
          .set({ state: 'open', wake_at: after(NOW, CLOSE_AGAIN) })
          .where('grant_id', '=', grant)
          .where('state', '=', 'closed')
          .execute()
      return added
    },

    /** Stores entries without a grant; returns what is new, by account. */
    keepUnmatched: async (
      source: string,
      entries: readonly ReportedEntry[],
    ): Promise<readonly Unmatched[]> => {
      if (entries.length === 0) return []
      const reported = recordset<ReportedEntry, 'one'>(
        'one',
        'key text, target text, account text, at timestamptz, kind text, outcome text, session text, text text',
        JSON.stringify(entries.map(toRow)),
      )
      const last = trx
        .selectFrom('elevate.access_grant as a')
        .select('a.id')
        .where(sql<boolean>`a.target = one.target and a.account = one.account and a.revoked_at <= one.at`)
        .orderBy('a.revoked_at', 'desc')
        .limit(1)
      const rows = await trx
        .with('added', (db) =>
          insertFrom(db.insertInto('elevate.activity_unmatched'), db.selectFrom(reported), ({ ref }) => ({
            source,
            key: ref('one.key'),
            target: ref('one.target'),
            account: ref('one.account'),
            at: ref('one.at'),
            kind: ref('one.kind'),
            outcome: ref('one.outcome'),
            session: ref('one.session'),
            text: ref('one.text'),
            after_grant: last,
            received_at: NOW,
          }))
            .onConflict((on) => on.doNothing())
            .returning(['target', 'account', 'at', 'after_grant']),
        )
        .selectFrom('added as u')
        .leftJoin('elevate.access_grant as g', 'g.id', 'u.after_grant')
        .select(['u.target', 'u.account', ...UNMATCHED])
        .groupBy(['u.target', 'u.account'])
        .orderBy('u.target')
        .orderBy('u.account')
        .execute()
      return rows.map(toUnmatched)
    },

    /** True when security was not notified of this account lately; then it counts as notified. */
    mayTell: async (target: string, account: string): Promise<boolean> => {
      const row = await trx
        .insertInto('elevate.activity_told')
        .values({ target, account, told_at: NOW })
        .onConflict((on) =>
          on
            .columns(['target', 'account'])
            .doUpdateSet(({ ref }) => ({ told_at: ref('excluded.told_at') }))
            .where(({ eb, ref }) =>
              eb('elevate.activity_told.told_at', '<', before(ref('excluded.told_at'), TELL_EVERY)),
            ),
        )
        .returning('target')
        .executeTakeFirst()
      return row !== undefined
    },
  }
}

/** Each gap once, in the order in which they were found. */
function withGaps(gaps: readonly string[]) {
  return sql<readonly string[]>`(select coalesce(array_agg(gap order by first), '{}') from (
    select gap, min(at) as first from unnest(gaps || ${gaps.map(storable)}::text[]) with ordinality as one (gap, at)
    group by gap order by first limit ${MAX_GAPS}) as one)`
}
