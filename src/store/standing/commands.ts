/** Standing access inside a transaction: what a check found, who accepts it, who removes it. */
import { sql } from 'kysely'
import type { ReportId, StandingId } from '../../core/ids.ts'
import type { PersonId } from '../../core/people/person.ts'
import { type Holding, type Standing, WHOLE } from '../../core/standing/standing.ts'
import type { Database } from '../database/connection.ts'
import { anyIdOf, anyOf, CLOCK, insertFrom, NO_LEASE, NOW, recordset } from '../database/expressions.ts'
import { isUuid, storable } from '../database/rows.ts'
import { PRESENT, toStanding } from './queries.ts'

export function standingCommands(trx: Database) {
  const newReport = async (target: string, first: boolean, error: string | null): Promise<ReportId> => {
    const { id } = await trx
      .insertInto('elevate.standing_report')
      .values({ target, at: NOW, first, error })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }

  /** Under the target's row lock, so that two checks of one target are stored one after the other. */
  const before = (target: string): Promise<{ readonly first: boolean; readonly failed: boolean }> =>
    trx
      .selectFrom('elevate.standing_look')
      .select([sql<boolean>`read_at is null`.as('first'), sql<boolean>`error is not null`.as('failed')])
      .where('target', '=', target)
      .forUpdate()
      .executeTakeFirstOrThrow()

  const lookDone = async (target: string, error: string | null): Promise<void> => {
    await trx
      .updateTable('elevate.standing_look')
      .set({ tried_at: NOW, error, lease_until: NO_LEASE, ...(error === null ? { read_at: NOW } : {}) })
      .where('target', '=', target)
      .execute()
  }

  const changing = () =>
    trx
      .updateTable('elevate.standing_access')
      .set(({ eb }) => ({ version: eb('version', '+', 1) }))
      .returningAll()

  return {
    /**
     * Stores a check. `roles` are those that were read; others are left alone. `again` was accepted until
     * a moment that has passed; `report` is the one that the new ones stand in, `changed` are older ones in which
     * something changed.
     */
    record: async (
      target: string,
      roles: readonly string[],
      holdings: readonly Holding[],
    ): Promise<{
      readonly found: readonly Standing[]
      readonly again: readonly Standing[]
      readonly over: readonly Standing[]
      readonly report: ReportId | undefined
      readonly changed: readonly ReportId[]
    }> => {
      const { first, failed } = await before(target)
      const seen = recordset<Holding, 'seen'>(
        'seen',
        'role text, account text, via text, how text, beyond text, leftover boolean',
        JSON.stringify(
          holdings.map((one) => ({ ...one, account: storable(one.account), how: storable(one.how) })),
        ),
      )
      const known = trx
        .selectFrom('elevate.standing_access as a')
        .where('a.target', '=', target)
        .where('a.state', 'in', PRESENT)
      const seenAs = known.where(sql<boolean>`a.role = seen.role and a.account = seen.account`)

      const over = await changing()
        .set(({ ref }) => ({
          state: sql`case when taking_by is null then 'gone' else 'removed' end`,
          closed_by: ref('taking_by'),
          closed_at: NOW,
        }))
        .where('target', '=', target)
        .where('state', 'in', PRESENT)
        .where('role', '=', anyOf([...roles, WHOLE]))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom(seen)
                .whereRef('seen.role', '=', 'elevate.standing_access.role')
                .whereRef('seen.account', '=', 'elevate.standing_access.account'),
            ),
          ),
        )
        .execute()
      const oldAgain = await known
        .innerJoin(seen, (join) =>
          join.onRef('seen.role', '=', 'a.role').onRef('seen.account', '=', 'a.account'),
        )
        .select(['a.id', 'a.report_id'])
        .where('a.state', '=', 'accepted')
        .where('a.accepted_until', '<=', NOW)
        .execute()
      await trx
        .updateTable('elevate.standing_access as a')
        .from(seen)
        .set(({ eb, ref }) => ({
          via: ref('seen.via'),
          how: ref('seen.how'),
          beyond: ref('seen.beyond'),
          leftover: ref('seen.leftover'),
          seen_at: NOW,
          taking_by: null,
          version: eb('a.version', '+', 1),
        }))
        .where('a.target', '=', target)
        .where('a.state', 'in', PRESENT)
        .whereRef('a.role', '=', 'seen.role')
        .whereRef('a.account', '=', 'seen.account')
        .execute()
      const unknown = () => trx.selectFrom(seen).where(({ not, exists }) => not(exists(seenAs)))
      const news = oldAgain.length > 0 || (await unknown().select('seen.role').limit(1).execute()).length > 0
      const report = news ? await newReport(target, first, null) : undefined
      const again =
        report !== undefined && oldAgain.length > 0
          ? await changing()
              .set({ state: 'open', report_id: report })
              .where('id', '=', anyIdOf(oldAgain.map((one) => one.id)))
              .execute()
          : []
      const found =
        report !== undefined
          ? await insertFrom(
              trx.insertInto('elevate.standing_access'),
              unknown()
                .innerJoin(CLOCK, (join) => join.onTrue())
                .orderBy('seen.role')
                .orderBy('seen.account'),
              ({ ref }) => ({
                target,
                role: ref('seen.role'),
                account: ref('seen.account'),
                via: ref('seen.via'),
                how: ref('seen.how'),
                beyond: ref('seen.beyond'),
                leftover: ref('seen.leftover'),
                report_id: sql<string>`${report}::uuid`,
                found_at: ref('clock.moment'),
                seen_at: ref('clock.moment'),
              }),
            )
              .returningAll()
              .execute()
          : []
      await lookDone(target, null)
      const silent = failed ? await lastSilent(trx, target) : []
      return {
        found: found.map(toStanding),
        again: again.map(toStanding),
        over: over.map(toStanding),
        report,
        changed: [...new Set([...[...over, ...oldAgain].map((one) => one.report_id), ...silent])],
      }
    },

    /** The report to make of a target that did not answer, when it had answered the time before. */
    unread: async (target: string, error: string): Promise<ReportId | undefined> => {
      const { failed } = await before(target)
      await lookDone(target, storable(error))
      return failed ? undefined : newReport(target, false, storable(error))
    },

    /** Compare and set from `open`; undefined when somebody was first. */
    accept: async (
      id: StandingId,
      { by, why, until }: { readonly by: PersonId; readonly why: string; readonly until: Date | undefined },
    ): Promise<Standing | undefined> => {
      if (!isUuid(id)) return undefined
      const row = await changing()
        .set({
          state: 'accepted',
          accepted_by: by,
          accepted_at: NOW,
          accepted_until: until ?? null,
          accepted_why: storable(why),
        })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirst()
      return row && toStanding(row)
    },

    /** Notes who is about to take it; undefined when it is over. */
    taking: async (id: StandingId, by: PersonId): Promise<Standing | undefined> => {
      if (!isUuid(id)) return undefined
      const row = await changing()
        .set({ taking_by: by })
        .where('id', '=', id)
        .where('state', 'in', PRESENT)
        .executeTakeFirst()
      return row && toStanding(row)
    },

    removed: async (id: StandingId, by: PersonId): Promise<Standing | undefined> => {
      const row = await changing()
        .set({ state: 'removed', closed_by: by, closed_at: NOW })
        .where('id', '=', id)
        .where('state', 'in', PRESENT)
        .executeTakeFirst()
      return row && toStanding(row)
    },
  }
}

/** The report that said the target could not be read; it now says that it was. */
async function lastSilent(trx: Database, target: string): Promise<ReportId[]> {
  const rows = await trx
    .selectFrom('elevate.standing_report')
    .select('id')
    .where('target', '=', target)
    .where('error', 'is not', null)
    .orderBy('at', 'desc')
    .limit(1)
    .execute()
  return rows.map((row) => row.id)
}
