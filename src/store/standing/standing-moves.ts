/** Standing access inside a transaction: what a look found, who accepted it, who takes it. */
import { type RawBuilder, sql } from 'kysely'
import { type StandingMoves, WHOLE } from '../../core/standing/standing.ts'
import type { Database } from '../database/connection.ts'
import { isUuid, storable, theRow } from '../database/rows.ts'
import { PRESENT, type StandingColumns, toStanding } from './standing-rows.ts'

export function standingMoves(trx: Database): StandingMoves {
  const changed = async (statement: RawBuilder<StandingColumns>) =>
    (await statement.execute(trx)).rows.map(toStanding)
  const newReport = async (target: string, first: boolean, error: string | null) => {
    const { rows } = await sql<{ id: string }>`
      insert into elevate.standing_report (target, at, first, error)
      values (${target}, clock_timestamp(), ${first}, ${error}) returning id`.execute(trx)
    return theRow(rows).id
  }
  /** Under the look's row lock, so that two readings of one target are written down one after the other. */
  const before = async (target: string): Promise<{ readonly first: boolean; readonly failed: boolean }> => {
    const { rows } = await sql<{ first: boolean; failed: boolean }>`
      select read_at is null as first, error is not null as failed
      from elevate.standing_look where target = ${target} for update`.execute(trx)
    return theRow(rows)
  }

  return {
    record: async (target, roles, holdings) => {
      const { first, failed } = await before(target)
      const read = JSON.stringify(
        holdings.map((one) => ({ ...one, account: storable(one.account), how: storable(one.how) })),
      )
      const reading = sql`jsonb_to_recordset(${read}::jsonb)
        as seen (role text, account text, via text, how text, beyond text, leftover boolean)`
      const here = sql`standing_access.target = ${target} and ${PRESENT}`
      const over = await changed(sql`
        update elevate.standing_access set
          state = case when taking_by is null then 'gone' else 'removed' end, closed_by = taking_by,
          closed_at = clock_timestamp(), version = version + 1
        where ${here} and role = any(${[...roles, WHOLE]}::text[])
          and not exists (select from ${reading} where seen.role = standing_access.role
            and seen.account = standing_access.account)
        returning *`)
      const oldAgain = await changed(sql`
        select standing_access.* from elevate.standing_access join ${reading} using (role, account)
        where ${here} and state = 'accepted' and accepted_until <= clock_timestamp()`)
      await sql`
        update elevate.standing_access set via = seen.via, how = seen.how, beyond = seen.beyond,
          leftover = seen.leftover, seen_at = clock_timestamp(), taking_by = null, version = version + 1
        from ${reading}
        where ${here} and standing_access.role = seen.role and standing_access.account = seen.account`.execute(
        trx,
      )
      const unknown = await sql<{ some: boolean }>`
        select exists (select from ${reading} where not exists (select from elevate.standing_access
          where ${here} and standing_access.role = seen.role and standing_access.account = seen.account)) as some`.execute(
        trx,
      )
      const news = theRow(unknown.rows).some || oldAgain.length > 0
      const report = news ? await newReport(target, first, null) : undefined
      const again =
        oldAgain.length > 0
          ? await changed(sql`
              update elevate.standing_access set state = 'open', report_id = ${report}::uuid, version = version + 1
              where id = any(${oldAgain.map((one) => one.id)}::uuid[]) returning *`)
          : []
      const found = report
        ? await changed(sql`
            insert into elevate.standing_access
              (target, role, account, via, how, beyond, leftover, report_id, found_at, seen_at)
            select ${target}, role, account, via, how, beyond, leftover, ${report}::uuid, moment, moment
            from ${reading}, (select clock_timestamp() as moment) as clock
            where not exists (select from elevate.standing_access
              where ${here} and standing_access.role = seen.role and standing_access.account = seen.account)
            order by role, account
            returning *`)
        : []
      await sql`
        update elevate.standing_look set tried_at = clock_timestamp(), read_at = clock_timestamp(), error = null,
          lease_until = '-infinity' where target = ${target}`.execute(trx)
      const silent = failed ? await lastSilent(trx, target) : []
      return {
        found,
        again,
        over,
        report,
        changed: [
          ...new Set([...over.map((one) => one.report), ...oldAgain.map((one) => one.report), ...silent]),
        ],
      }
    },

    unread: async (target, error) => {
      const { failed } = await before(target)
      await sql`
        update elevate.standing_look set tried_at = clock_timestamp(), error = ${storable(error)},
          lease_until = '-infinity' where target = ${target}`.execute(trx)
      return failed ? undefined : newReport(target, false, storable(error))
    },

    accept: async (id, { by, why, until }) => {
      if (!isUuid(id)) return undefined
      const [row] = await changed(sql`
        update elevate.standing_access set state = 'accepted', accepted_by = ${by},
          accepted_at = clock_timestamp(), accepted_until = ${until ?? null}::timestamptz,
          accepted_why = ${storable(why)}, version = version + 1
        where id = ${id} and state = 'open' returning *`)
      return row
    },

    taking: async (id, by) => {
      if (!isUuid(id)) return undefined
      const [row] = await changed(sql`
        update elevate.standing_access set taking_by = ${by}, version = version + 1
        where id = ${id} and ${PRESENT} returning *`)
      return row
    },

    removed: async (id, by) => {
      const [row] = await changed(sql`
        update elevate.standing_access set state = 'removed', closed_by = ${by},
          closed_at = clock_timestamp(), version = version + 1
        where id = ${id} and ${PRESENT} returning *`)
      return row
    },
  }
}

/** The report that said the target could not be read; it now says that it was. */
async function lastSilent(trx: Database, target: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from elevate.standing_report where target = ${target} and error is not null
    order by at desc limit 1`.execute(trx)
  return rows.map((row) => row.id)
}
