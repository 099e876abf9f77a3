/** How far each receiver has the audit log, and whose turn it is to send to it. */
import { sql } from 'kysely'
import { LEASE } from '../../core/access/retry.ts'
import type { Deliveries, DeliveryClaim, DeliveryMoves } from '../../core/log/delivery.ts'
import { LAG_ALARM } from '../../core/log/delivery.ts'
import type { Database } from '../database/connection.ts'
import type { Known } from './quarantine.ts'

/** A sub-select, unlike the bare function, is asked once. */
const NOW = sql`(select clock_timestamp())`

const SIZE = sql<number>`(select coalesce(max(index) + 1, 0) from audit.leaf)`

/** Seconds; an event waits since it happened, but no longer than somebody was there to deliver it. */
const LAG = sql<number>`coalesce((
  select greatest(0, extract(epoch from ${NOW} - greatest(body.time, delivery.watched_since)))
  from audit.body where body.index >= delivery.next_index order by body.index limit 1), 0)::float8`

/** In quarantine nothing is delivered: what the receiver has may be more than what the log has now. */
export function deliveries(db: Database, known: Known): Deliveries {
  return {
    claim: async (name) => {
      const takenAt = performance.now()
      await sql`insert into elevate.delivery (name, claimed_at, watched_since)
        select ${name}, ${NOW}, ${NOW} where not exists (select from elevate.delivery where name = ${name})
        on conflict do nothing`.execute(db)
      const { rows } = await sql<{
        fence: number
        from: number
        until: number | null
        size: number
        attempts: number
        alarms: number
        at: number
      }>`
        update elevate.delivery set
          fence = fence + 1,
          lease_until = ${NOW} + make_interval(secs => ${LEASE}),
          claimed_at = ${NOW},
          watched_since = case when claimed_at < ${NOW} - make_interval(secs => ${LAG_ALARM}) and attempts = 0
            then ${NOW} else watched_since end
        where name = ${name} and lease_until <= ${NOW} and retry_at <= ${NOW} and next_index < ${SIZE}
          and ${known.admitted}
        returning fence, next_index as from, batch_until as until, ${SIZE} as size, attempts, alarms,
          floor(extract(epoch from ${NOW}))::float8 as at`.execute(db)
      const [row] = rows
      return row && { name, takenAt, ...row, until: row.until ?? undefined }
    },

    begin: ({ name, fence }, until) =>
      changed(
        db,
        sql`update elevate.delivery set batch_until = ${until} where name = ${name} and fence = ${fence} returning name`,
      ),

    renew: ({ name, fence }) =>
      changed(
        db,
        sql`update elevate.delivery set lease_until = clock_timestamp() + make_interval(secs => ${LEASE})
          where name = ${name} and fence = ${fence} and lease_until > '-infinity' returning name`,
      ),

    states: async (names) => {
      const { rows } = await sql<{
        name: string
        next: number
        waiting: number
        lag: number
        attempts: number
        last_error: string | null
        delivered_at: Date | null
      }>`
        select wanted.name, coalesce(next_index, 0) as next, greatest(0, ${SIZE} - coalesce(next_index, 0)) as waiting,
          case when delivery.name is null then 0 else ${LAG} end as lag, coalesce(attempts, 0) as attempts,
          last_error, delivered_at
        from unnest(${[...names]}::text[]) as wanted (name) left join elevate.delivery using (name)
        order by wanted.name`.execute(db)
      return rows.map(({ last_error, delivered_at, ...row }) => ({
        ...row,
        lastError: last_error ?? undefined,
        deliveredAt: delivered_at ?? undefined,
      }))
    },
  }
}

async function changed(db: Database, update: ReturnType<typeof sql>): Promise<boolean> {
  return (await update.execute(db)).rows.length > 0
}

export function deliveryMoves(trx: Database): DeliveryMoves {
  const lagAfter = async ({ name, fence }: DeliveryClaim, set: ReturnType<typeof sql>) => {
    const { rows } = await sql<{ lag: number }>`
      update elevate.delivery set lease_until = '-infinity', ${set} where name = ${name} and fence = ${fence}
      returning ${LAG} as lag`.execute(trx)
    return rows[0]?.lag
  }
  return {
    arrived: (claim, until) =>
      lagAfter(
        claim,
        sql`next_index = ${until}, batch_until = null, attempts = 0, last_error = null, retry_at = '-infinity',
          delivered_at = ${NOW}`,
      ),
    failed: (claim, { error, delay, until }) =>
      lagAfter(
        claim,
        sql`attempts = attempts + 1, last_error = ${error}, retry_at = ${NOW} + make_interval(secs => ${delay}::float8),
          batch_until = coalesce(${until ?? null}::bigint, batch_until)`,
      ),
    raised: async ({ name, fence }, alarms) => {
      await sql`update elevate.delivery set alarms = ${alarms} where name = ${name} and fence = ${fence}`.execute(
        trx,
      )
    },
  }
}
