/** How far each receiver has the audit log, and whose turn it is to send to it. */
import { sql } from 'kysely'
import { LEASE_SECONDS } from '../../core/access/retry.ts'
import { type DeliveryClaim, type DeliveryState, LAG_ALARM_SECONDS } from '../../core/log/delivery.ts'
import type { Database } from '../database/connection.ts'
import { after, before, changedOne, insertFrom, NO_LEASE, NOW, NOW_ONCE } from '../database/expressions.ts'
import { named } from '../database/rows.ts'
import { LOG_SIZE } from './audit-log.ts'
import { admitted, type Known } from './quarantine.ts'

/** Seconds; an event waits since it happened, but no longer than a process was there to deliver it. */
const LAG = sql<number>`coalesce((
  select greatest(0, extract(epoch from ${NOW_ONCE} - greatest(body.time, delivery.watched_since)))
  from audit.body where body.index >= delivery.next_index order by body.index limit 1), 0)::float8`

const held = (db: Database, { name, fence }: Pick<DeliveryClaim, 'name' | 'fence'>) =>
  db.updateTable('elevate.delivery').where('name', '=', name).where('fence', '=', fence)

/** While the restore lock is on nothing is delivered: the receiver may have more than the log has now. */
export function deliveryQueue(db: Database, known: Known) {
  return {
    /** Undefined when there is nothing new, it is too early to try again, or another process delivers. */
    claim: async (name: string): Promise<DeliveryClaim | undefined> => {
      const takenAt = performance.now()
      const there = db.selectFrom('elevate.delivery').where('name', '=', name)
      await insertFrom(
        db.insertInto('elevate.delivery'),
        db.selectNoFrom([]).where(({ not, exists }) => not(exists(there))),
        () => ({ name, claimed_at: NOW_ONCE, watched_since: NOW_ONCE }),
      )
        .onConflict((on) => on.doNothing())
        .execute()
      const row = await db
        .updateTable('elevate.delivery')
        .set(({ eb, ref }) => ({
          fence: eb('fence', '+', 1),
          lease_until: after(NOW_ONCE, LEASE_SECONDS),
          claimed_at: NOW_ONCE,
          watched_since: eb
            .case()
            .when(eb('claimed_at', '<', before(NOW_ONCE, LAG_ALARM_SECONDS)).and('attempts', '=', 0))
            .then(NOW_ONCE)
            .else(ref('watched_since'))
            .end(),
        }))
        .where('name', '=', name)
        .where('lease_until', '<=', NOW_ONCE)
        .where('retry_at', '<=', NOW_ONCE)
        .where('next_index', '<', LOG_SIZE)
        .where(admitted(known.leaf))
        .returning(['fence', 'next_index as from', 'batch_until as until', 'attempts', 'alarms'])
        .returning([
          LOG_SIZE.as('size'),
          sql<number>`floor(extract(epoch from ${NOW_ONCE}))::float8`.as('at'),
        ])
        .executeTakeFirst()
      return row && { name, takenAt, ...row, until: row.until ?? undefined }
    },

    /** Fixes what the next message holds, before it is sent. False when a process with a higher fence has taken over. */
    begin: (claim: DeliveryClaim, until: number): Promise<boolean> =>
      changedOne(held(db, claim).set({ batch_until: until })),

    renew: (claim: DeliveryClaim): Promise<boolean> =>
      changedOne(
        held(db, claim)
          .set({ lease_until: after(NOW, LEASE_SECONDS) })
          .where('lease_until', '>', NO_LEASE),
      ),

    /** Of these receivers; one that nothing was ever sent to counts from the log's beginning. */
    states: async (names: readonly string[]): Promise<readonly DeliveryState[]> => {
      const rows = await db
        .selectFrom(sql<{ name: string }>`unnest(${names}::text[])`.as<'wanted'>(sql`wanted(name)`))
        .leftJoin('elevate.delivery as delivery', 'delivery.name', 'wanted.name')
        .select(({ fn, val }) => [
          'wanted.name',
          'delivery.last_error',
          'delivery.delivered_at',
          fn.coalesce('delivery.next_index', sql.lit(0)).as('next'),
          sql<number>`greatest(0, ${LOG_SIZE} - coalesce(next_index, 0))`.as('waiting'),
          sql<number>`case when delivery.name is null then 0 else ${LAG} end`.as('lag'),
          fn.coalesce('delivery.attempts', val(0)).as('attempts'),
        ])
        .orderBy('wanted.name')
        .execute()
      return rows.map(named)
    },
  }
}

export function deliveryCommands(trx: Database) {
  /** Ends the claim, and says what lag is left. */
  const ending = (claim: DeliveryClaim) =>
    held(trx, claim).set({ lease_until: NO_LEASE }).returning(LAG.as('lag'))
  return {
    /** Everything before `until` has arrived. Gives the lag that is left, in seconds; undefined when another process has taken over. */
    arrived: async (claim: DeliveryClaim, until: number): Promise<number | undefined> => {
      const row = await ending(claim)
        .set({
          next_index: until,
          batch_until: null,
          attempts: 0,
          last_error: null,
          retry_at: NO_LEASE,
          delivered_at: NOW_ONCE,
        })
        .executeTakeFirst()
      return row?.lag
    },

    /** To be tried again after `delaySeconds`; `until` makes the batch smaller. Gives the lag; undefined when another process has taken over. */
    failed: async (
      claim: DeliveryClaim,
      {
        error,
        delaySeconds,
        until,
      }: { readonly error: string; readonly delaySeconds: number; readonly until: number | undefined },
    ): Promise<number | undefined> => {
      const failing = ending(claim).set(({ eb }) => ({
        attempts: eb('attempts', '+', 1),
        last_error: error,
        retry_at: after(NOW_ONCE, delaySeconds),
      }))
      const row = await (until === undefined
        ? failing
        : failing.set({ batch_until: until })
      ).executeTakeFirst()
      return row?.lag
    },

    /** Notes how many alarms were raised. */
    raised: async (claim: DeliveryClaim, alarms: number): Promise<void> => {
      await held(trx, claim).set({ alarms }).execute()
    },
  }
}
