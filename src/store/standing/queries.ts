/** Questions about standing access, and which target's holders are read next. */
import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import type { ReportId, StandingId } from '../../core/ids.ts'
import {
  type Backing,
  type Look,
  type Report,
  type Standing,
  type StandingCopy,
  type StandingSchedule,
  WHOLE,
} from '../../core/standing/standing.ts'
import type { Database } from '../database/connection.ts'
import { after, anyOf, before, NOW, NOW_ONCE } from '../database/expressions.ts'
import { isUuid, named } from '../database/rows.ts'
import type { Tables } from '../database/tables.ts'
import type { StandingAccessTable, StandingLookTable } from './tables.ts'

/** Lease of a check: longer than a target may take to answer; after a crash others wait no longer than this. */
const LEASE_SECONDS = 300
/** A target that did not answer is asked again before its time. */
const RETRY_SECONDS = 300

/** What is there according to the last look, accepted or not. Written out, so that its index serves. */
export const PRESENT = [sql.lit('open' as const), sql.lit('accepted' as const)]

export function toStanding({ report_id, ...row }: Selectable<StandingAccessTable>): Standing {
  return { ...named(row), report: report_id }
}

export function standingQueries(db: Database) {
  const standing = () => db.selectFrom('elevate.standing_access').selectAll()
  const present = () => standing().where('state', 'in', PRESENT)
  const looks = () =>
    db.selectFrom('elevate.standing_look').select(['target', 'tried_at', 'read_at', 'error'])

  return {
    /** Claims a target that is due to be checked or was requested to be. */
    claimDue: async (
      targets: readonly string[],
      schedule: StandingSchedule | undefined,
    ): Promise<string | undefined> => {
      const row = await db
        .with('known', (cte) =>
          cte
            .insertInto('elevate.standing_look')
            .columns(['target'])
            .expression(cte.selectNoFrom(sql`unnest(${targets}::text[])`.as('target')))
            .onConflict((on) => on.doNothing())
            .returning('target'),
        )
        .with('due', (cte) =>
          cte
            .selectFrom('elevate.standing_look as look')
            .select('look.target')
            .where('look.target', '=', anyOf(targets))
            .where('look.lease_until', '<=', NOW_ONCE)
            .where((is) =>
              is.or([
                is.and([
                  is('look.asked_at', 'is not', null),
                  is.or([is('look.tried_at', 'is', null), is('look.asked_at', '>', is.ref('look.tried_at'))]),
                ]),
                isDue(is, schedule),
              ]),
            )
            .orderBy('look.tried_at', (order) => order.asc().nullsFirst())
            .limit(1)
            .forUpdate('look')
            .skipLocked(),
        )
        .updateTable('elevate.standing_look as taken')
        .from('due')
        .set({ lease_until: after(NOW, LEASE_SECONDS) })
        .whereRef('taken.target', '=', 'due.target')
        .returning('taken.target')
        .executeTakeFirst()
      return row?.target
    },

    /** Claims this target, due or not; false while another process checks it. */
    claim: async (target: string): Promise<boolean> => {
      const row = await db
        .insertInto('elevate.standing_look')
        .values({ target, lease_until: after(NOW, LEASE_SECONDS) })
        .onConflict((on) =>
          on
            .column('target')
            .doUpdateSet(({ ref }) => ({ lease_until: ref('excluded.lease_until') }))
            .where('elevate.standing_look.lease_until', '<=', NOW),
        )
        .returning('target')
        .executeTakeFirst()
      return row !== undefined
    },

    /** Requests an early check, by any process. */
    ask: async (targets: readonly string[]): Promise<void> => {
      await db
        .insertInto('elevate.standing_look')
        .columns(['target', 'asked_at'])
        .expression(db.selectNoFrom([sql`unnest(${targets}::text[])`.as('target'), NOW.as('asked_at')]))
        .onConflict((on) =>
          on.column('target').doUpdateSet(({ ref }) => ({ asked_at: ref('excluded.asked_at') })),
        )
        .execute()
    },

    /** Grants on these targets that were live at some moment since. */
    backing: async (targets: readonly string[], since: Date): Promise<readonly Backing[]> => {
      const rows = await db
        .selectFrom('elevate.access_grant')
        .select(({ fn }) => ['target', 'role', 'account', fn.coalesce('account_for', 'id').as('account_for')])
        .where('target', '=', anyOf(targets))
        .where((is) => is.or([is('state', '<>', 'revoked'), is('revoked_at', '>=', since)]))
        .execute()
      return rows.map(named)
    },

    looks: async (): Promise<readonly Look[]> => (await looks().orderBy('target').execute()).map(named),

    /** What is there now, accepted or not: by target, role and account. */
    present: async (target?: string): Promise<readonly Standing[]> => {
      const sorted = present().orderBy('target').orderBy('role').orderBy('account')
      const rows = await (target === undefined ? sorted : sorted.where('target', '=', target)).execute()
      return rows.map(toStanding)
    },

    one: async (id: StandingId): Promise<Standing | undefined> => {
      if (!isUuid(id)) return undefined
      const row = await standing().where('id', '=', id).executeTakeFirst()
      return row && toStanding(row)
    },

    /** What this account is known to have of an entitlement now, without a grant. */
    of: async (target: string, role: string, account: string): Promise<Standing | undefined> => {
      const row = await present()
        .where('target', '=', target)
        .where('account', '=', account)
        .where('role', 'in', [role, WHOLE])
        .orderBy('role', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && toStanding(row)
    },

    report: async (
      id: ReportId,
    ): Promise<
      { readonly report: Report; readonly found: readonly Standing[]; readonly look: Look } | undefined
    > => {
      if (!isUuid(id)) return undefined
      const row = await db
        .selectFrom('elevate.standing_report')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) return undefined
      const { target } = row
      const [found, look] = await Promise.all([
        standing().where('report_id', '=', id).orderBy('role').orderBy('account').execute(),
        looks().where('target', '=', target).executeTakeFirst(),
      ])
      return {
        report: named(row),
        found: found.map(toStanding),
        look: named(look ?? { target, tried_at: null, read_at: null, error: null }),
      }
    },

    copies: (report: ReportId): Promise<readonly StandingCopy[]> =>
      db
        .selectFrom('elevate.standing_copy')
        .select(['report_id as report', 'lane', 'channel', 'ts'])
        .where('report_id', '=', report)
        .execute(),

    saveCopy: async ({ report, ...copy }: StandingCopy): Promise<void> => {
      await db
        .insertInto('elevate.standing_copy')
        .values({ report_id: report, ...copy })
        .onConflict((on) =>
          on.columns(['report_id', 'lane']).doUpdateSet(({ ref }) => ({
            channel: ref('excluded.channel'),
            ts: ref('excluded.ts'),
          })),
        )
        .execute()
    },
  }
}

type L = ExpressionBuilder<Tables & { look: StandingLookTable }, 'look'>

/** Depends only on the last check, so that a new schedule counts immediately. */
function isDue(is: L, schedule: StandingSchedule | undefined) {
  if (!schedule) return is.lit(false)
  const latest = 'every' in schedule ? before(NOW_ONCE, schedule.every) : lastTimeOfDay(schedule)
  return is.or([
    is('look.tried_at', 'is', null),
    is.and([is('look.error', 'is not', null), is('look.tried_at', '<=', before(NOW_ONCE, RETRY_SECONDS))]),
    is('look.tried_at', 'every' in schedule ? '<=' : '<', latest),
  ])
}

function lastTimeOfDay({ at, timezone }: { readonly at: string; readonly timezone: string }) {
  const today = sql<Date>`((date_trunc('day', ${NOW_ONCE} at time zone ${timezone}) + ${at}::time)
    at time zone ${timezone})`
  return sql<Date>`case when ${today} <= ${NOW_ONCE} then ${today} else ${today} - interval '1 day' end`
}
