/** Messages that wait for the sender, lane by lane. */
import { sql } from 'kysely'
import { LEASE } from '../core/access/retry.ts'
import { keyOf } from '../core/notice.ts'
import type { Outbox, Waiting } from '../core/outbox.ts'
import type { Database } from './database/connection.ts'
import { storable, theRow } from './database/rows.ts'
import type { Known } from './log/quarantine.ts'

/** A sub-select, unlike the bare function, is asked once and can be looked up in an index. */
const NOW = sql`(select clock_timestamp())`

/** A restored outbox has what was sent long ago: in quarantine nothing is sent but news of the quarantine itself. */
export function outbox(db: Database, known: Known): Outbox {
  const tellable = () =>
    sql`(${known.admitted} or o.notice ->> 'kind' in ('quarantine', 'log-refused', 'witness-refused'))`
  return {
    /**
     * Finds the lanes in which something waits by jumping from lane to lane through the index, because
     * lanes are many (everybody's Home is one) and few of them have work. The lane that was free longest
     * goes first. A notice on which another transaction leans, because it has the same to tell, is locked,
     * and left for the next time.
     */
    claim: async (limit) => {
      const { rows } = await sql<Waiting>`
        with recursive busy as (
          (select lane from elevate.outbox order by lane limit 1)
          union all
          select (select o.lane from elevate.outbox o where o.lane > busy.lane order by o.lane limit 1)
          from busy where busy.lane is not null
        ),
        free as materialized (
          select l.lane from busy join elevate.outbox_lane l using (lane)
          where l.next_at <= ${NOW}
            and exists (select from elevate.outbox o
              where o.lane = l.lane and o.send_after <= ${NOW} and ${tellable()})
          order by l.next_at limit 1
          for update of l skip locked
        ),
        due as materialized (
          select o.id from free join elevate.outbox o using (lane)
          where o.send_after <= ${NOW} and ${tellable()}
          order by o.id limit ${limit}
          for update of o skip locked
        ),
        leased as (
          update elevate.outbox_lane l set next_at = clock_timestamp() + make_interval(secs => ${LEASE})
          from free where l.lane = free.lane and exists (select from due)
        ),
        taken as (
          update elevate.outbox o set taken_at = clock_timestamp() from due where o.id = due.id
          returning o.id, o.lane, o.notice, o.attempts
        )
        select id::text, lane, notice, attempts from taken order by taken.id`.execute(db)
      return rows[0] && { lane: rows[0].lane, waiting: rows }
    },

    renew: async (lane) => {
      await sql`
        update elevate.outbox_lane set next_at = clock_timestamp() + make_interval(secs => ${LEASE})
        where lane = ${lane}`.execute(db)
    },

    settle: async (lane, { done, failed, pause }) => {
      const failures = failed.map(({ id, error, retryMs }) => ({
        id,
        error: storable(error),
        retry: retryMs,
      }))
      // A failed notice for which a younger one waits has nothing left to say.
      await sql`
        with failure as (
          select * from jsonb_to_recordset(${JSON.stringify(failures)}::jsonb)
            as one (id bigint, error text, retry float8)
        ),
        gone as (
          delete from elevate.outbox o where o.lane = ${lane} and (
            o.id = any(${done}::bigint[])
            or o.id in (select id from failure) and exists (
              select from elevate.outbox younger where younger.key = o.key and younger.taken_at is null)
          )
        ),
        kept as (
          update elevate.outbox o set attempts = o.attempts + 1, last_error = failure.error,
            send_after = clock_timestamp() + make_interval(secs => failure.retry / 1000)
          from failure where o.id = failure.id and o.lane = ${lane} and not exists (
            select from elevate.outbox younger where younger.key = o.key and younger.taken_at is null)
        )
        update elevate.outbox_lane set next_at = clock_timestamp() + make_interval(secs => ${pause}::float8 / 1000)
        where lane = ${lane}`.execute(db)
    },

    waits: async (message) => {
      const key = keyOf(message)
      if (key === undefined) return false
      const { rows } = await sql<{ waits: boolean }>`
        select exists (select from elevate.outbox where key = ${key}) as waits`.execute(db)
      return theRow(rows).waits
    },

    age: async () => {
      const { rows } = await sql<{ age: number }>`
        select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as age
        from elevate.outbox`.execute(db)
      return Math.max(0, theRow(rows).age)
    },
  }
}
