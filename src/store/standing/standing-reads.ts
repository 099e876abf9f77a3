/** Questions about standing access, and who looks at which target next. */
import { type RawBuilder, sql } from 'kysely'
import {
  type Backing,
  type Look,
  type Report,
  type StandingCopy,
  type StandingReads,
  type StandingSchedule,
  WHOLE,
} from '../../core/standing/standing.ts'
import type { Database } from '../database/connection.ts'
import { isUuid, timeOf } from '../database/rows.ts'
import { PRESENT, type StandingColumns, toStanding } from './standing-rows.ts'

/** Longer than a target may take to answer; whoever dies while looking keeps others out no longer. */
const LEASE_SECONDS = 300
/** A target that did not answer is asked again before its time. */
const RETRY_SECONDS = 300

export function standingReads(db: Database): StandingReads {
  const some = async (rest: RawBuilder<unknown>) =>
    (await sql<StandingColumns>`select * from elevate.standing_access ${rest}`.execute(db)).rows.map(
      toStanding,
    )
  const looks = async (rest: RawBuilder<unknown>): Promise<Look[]> => {
    const { rows } = await sql<{
      target: string
      tried_at: Date | null
      read_at: Date | null
      error: string | null
    }>`select target, tried_at, read_at, error from elevate.standing_look ${rest} order by target`.execute(db)
    return rows.map(({ target, tried_at, read_at, error }) => ({
      target,
      triedAt: timeOf(tried_at),
      readAt: timeOf(read_at),
      error: error ?? undefined,
    }))
  }
  return {
    claimDue: async (targets, schedule) => {
      const { rows } = await sql<{ target: string }>`
        with known as (
          insert into elevate.standing_look (target) select unnest(${targets}::text[]) on conflict do nothing
          returning target
        ), due as (
          select target from elevate.standing_look look, (select clock_timestamp() as now) as clock
          where target = any(${targets}::text[]) and lease_until <= now
            and (coalesce(asked_at > tried_at, asked_at is not null) or ${isDue(schedule)})
          order by tried_at nulls first limit 1 for update of look skip locked
        )
        update elevate.standing_look set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
        from due where standing_look.target = due.target returning standing_look.target`.execute(db)
      return rows[0]?.target
    },

    claim: async (target) => {
      const { rows } = await sql`
        insert into elevate.standing_look as look (target, lease_until)
        values (${target}, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
        on conflict (target) do update set lease_until = excluded.lease_until
          where look.lease_until <= clock_timestamp()
        returning target`.execute(db)
      return rows.length === 1
    },

    ask: async (targets) => {
      await sql`
        insert into elevate.standing_look as look (target, asked_at)
        select unnest(${targets}::text[]), clock_timestamp()
        on conflict (target) do update set asked_at = excluded.asked_at`.execute(db)
    },

    backing: async (targets, since) => {
      const { rows } = await sql<Omit<Backing, 'account'> & { account: string | null }>`
        select target, role, account, coalesce(account_for, id) as "accountFor" from elevate.access_grant
        where target = any(${targets}::text[]) and (state <> 'revoked' or revoked_at >= ${since})`.execute(db)
      return rows.map((row) => ({ ...row, account: row.account ?? undefined }))
    },

    looks: () => looks(sql``),

    present: (target) =>
      some(
        sql`where ${PRESENT} ${target === undefined ? sql`` : sql`and target = ${target}`}
          order by target, role, account`,
      ),

    one: async (id) => (isUuid(id) ? (await some(sql`where id = ${id}`))[0] : undefined),

    of: async (target, role, account) => {
      const found = await some(
        sql`where ${PRESENT} and target = ${target} and account = ${account} and role in (${role}, ${WHOLE})
          order by role desc limit 1`,
      )
      return found[0]
    },

    report: async (id) => {
      if (!isUuid(id)) return undefined
      const { rows } = await sql<Omit<Report, 'error'> & { error: string | null }>`
        select id, target, at, first, error from elevate.standing_report where id = ${id}`.execute(db)
      const [row] = rows
      if (!row) return undefined
      const [found, [look]] = await Promise.all([
        some(sql`where report_id = ${id} order by role, account`),
        looks(sql`where target = ${row.target}`),
      ])
      const report = { ...row, error: row.error ?? undefined }
      return {
        report,
        found,
        look: look ?? { target: row.target, triedAt: undefined, readAt: undefined, error: undefined },
      }
    },

    copies: async (report) => {
      const { rows } = await sql<StandingCopy>`
        select report_id as report, lane, channel, ts from elevate.standing_copy where report_id = ${report}`.execute(
        db,
      )
      return rows
    },

    saveCopy: async ({ report, lane, channel, ts }) => {
      await sql`insert into elevate.standing_copy (report_id, lane, channel, ts)
        values (${report}, ${lane}, ${channel}, ${ts})
        on conflict (report_id, lane) do update set channel = excluded.channel, ts = excluded.ts`.execute(db)
    },
  }
}

/** From the last look alone, so that another schedule counts at once. */
function isDue(schedule: StandingSchedule | undefined): RawBuilder<boolean> {
  if (!schedule) return sql<boolean>`false`
  const again = sql`(error is not null and tried_at <= now - make_interval(secs => ${RETRY_SECONDS}))`
  if ('every' in schedule)
    return sql<boolean>`(tried_at is null or ${again}
      or tried_at <= now - make_interval(secs => ${schedule.every}))`
  const today = sql`((date_trunc('day', now at time zone ${schedule.timezone}) + ${schedule.at}::time)
    at time zone ${schedule.timezone})`
  return sql<boolean>`(tried_at is null or ${again}
    or tried_at < case when ${today} <= now then ${today} else ${today} - interval '1 day' end)`
}
