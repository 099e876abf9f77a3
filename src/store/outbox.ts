/** Messages that wait for the sender, lane by lane. */
import { type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import { LEASE_SECONDS } from '../core/access/retry.ts'
import { keyOf, type Lane, type OutboxMessage } from '../core/notice.ts'
import type { Delivered, Waiting } from '../core/ports.ts'
import type { Database } from './database/connection.ts'
import { after, NOW, NOW_ONCE, recordset } from './database/expressions.ts'
import { storable } from './database/rows.ts'
import { statement } from './database/statement.ts'
import type { OutboxTable, Tables } from './database/tables.ts'
import { admitted, type Known, type SignedLeaf } from './log/quarantine.ts'

type O = ExpressionBuilder<Tables & { o: OutboxTable }, 'o'>

/** A restored outbox has messages that were sent long ago: while the restore lock is on only messages about it are sent. */
const sendable = (given: SignedLeaf) => (is: O) =>
  is.and([
    is('o.send_after', '<=', NOW_ONCE),
    is.or([
      admitted(given),
      sql<SqlBool>`o.notice ->> 'kind' in ('quarantine', 'log-refused', 'witness-refused')`,
    ]),
  ])

/**
 * Finds the lanes in which something waits by jumping from lane to lane through the index, because
 * lanes are many (everybody's Home is one) and few of them have work. The lane that was free longest
 * goes first. A notice that another transaction relies on, because it would queue the same, is locked,
 * and left for the next time.
 */
const claimLane = statement((db, given: { readonly limit: number } & SignedLeaf) =>
  db
    .withRecursive('busy', (cte) =>
      cte
        .selectFrom(cte.selectFrom('elevate.outbox').select('lane').orderBy('lane').limit(1).as('lowest'))
        .select(sql<Lane | null>`lane`.as('lane'))
        .unionAll(
          cte
            .selectFrom('busy')
            .select(({ selectFrom }) =>
              selectFrom('elevate.outbox as o')
                .select('o.lane')
                .whereRef('o.lane', '>', 'busy.lane')
                .orderBy('o.lane')
                .limit(1)
                .as('lane'),
            )
            .where('busy.lane', 'is not', null),
        ),
    )
    .with(
      (cte) => cte('free').materialized(),
      (cte) =>
        cte
          .selectFrom('busy')
          .innerJoin('elevate.outbox_lane as l', 'l.lane', 'busy.lane')
          .select('l.lane')
          .where('l.next_at', '<=', NOW_ONCE)
          .where(({ exists, selectFrom }) =>
            exists(
              selectFrom('elevate.outbox as o').whereRef('o.lane', '=', 'l.lane').where(sendable(given)),
            ),
          )
          .orderBy('l.next_at')
          .limit(1)
          .forUpdate('l')
          .skipLocked(),
    )
    .with(
      (cte) => cte('due').materialized(),
      (cte) =>
        cte
          .selectFrom('free')
          .innerJoin('elevate.outbox as o', 'o.lane', 'free.lane')
          .select('o.id')
          .where(sendable(given))
          .orderBy('o.id')
          .limit(given.limit)
          .forUpdate('o')
          .skipLocked(),
    )
    .with('leased', (cte) =>
      cte
        .updateTable('elevate.outbox_lane as l')
        .from('free')
        .set({ next_at: after(NOW, LEASE_SECONDS) })
        .whereRef('l.lane', '=', 'free.lane')
        .where(({ exists, selectFrom }) => exists(selectFrom('due'))),
    )
    .with('taken', (cte) =>
      cte
        .updateTable('elevate.outbox as o')
        .from('due')
        .set({ taken_at: NOW })
        .whereRef('o.id', '=', 'due.id')
        .returning(['o.id', 'o.lane', 'o.notice', 'o.attempts']),
    )
    .selectFrom('taken')
    .selectAll()
    .orderBy('id'),
)

/** A failed notice is dropped when a newer one with the same key waits. */
const outdated = ({ exists, selectFrom }: O) =>
  exists(
    selectFrom('elevate.outbox as younger')
      .whereRef('younger.key', '=', 'o.key')
      .where('younger.taken_at', 'is', null),
  )

type Settled = {
  readonly lane: Lane
  readonly done: readonly string[]
  /** JSON. */
  readonly failures: string
  readonly pauseSeconds: number
}

const settleLane = statement((db, given: Settled) =>
  db
    .with('failure', (cte) =>
      cte
        .selectFrom(
          recordset<{ id: number; error: string; retry_s: number }, 'one'>(
            'one',
            'id bigint, error text, retry_s float8',
            given.failures,
          ),
        )
        .selectAll(),
    )
    .with('gone', (cte) =>
      cte
        .deleteFrom('elevate.outbox as o')
        .where('o.lane', '=', given.lane)
        .where((is) =>
          is.or([
            is('o.id', '=', sql<number>`any(${given.done}::bigint[])`),
            is.and([is('o.id', 'in', is.selectFrom('failure').select('failure.id')), outdated(is)]),
          ]),
        ),
    )
    .with('kept', (cte) =>
      cte
        .updateTable('elevate.outbox as o')
        .from('failure')
        .set(({ eb, ref }) => ({
          attempts: eb('o.attempts', '+', 1),
          last_error: ref('failure.error'),
          send_after: after(NOW, ref('failure.retry_s')),
        }))
        .whereRef('o.id', '=', 'failure.id')
        .where('o.lane', '=', given.lane)
        .where((is) => is.not(outdated(is))),
    )
    .updateTable('elevate.outbox_lane')
    .set({ next_at: after(NOW, given.pauseSeconds) })
    .where('lane', '=', given.lane),
)

export function outbox(db: Database, known: Known) {
  return {
    /** Claims one lane that may be used now, with its waiting notices (oldest first), until `settle`. */
    claim: async (
      limit: number,
    ): Promise<{ readonly lane: Lane; readonly waiting: readonly Waiting[] } | undefined> => {
      const rows = await claimLane.rows(db, { limit, ...known.leaf })
      const waiting = rows.map((row) => ({ ...row, id: String(row.id) }))
      return waiting[0] && { lane: waiting[0].lane, waiting }
    },

    /** Keeps a claimed lane while its delivery takes long. */
    renew: async (lane: Lane): Promise<void> => {
      await db
        .updateTable('elevate.outbox_lane')
        .set({ next_at: after(NOW, LEASE_SECONDS) })
        .where('lane', '=', lane)
        .execute()
    },

    /** Removes what was delivered, notes what failed, and lets the lane be used again after `pause` milliseconds. */
    settle: async (lane: Lane, { done, failed, pause }: Delivered): Promise<void> => {
      const failures = failed.map(({ id, error, retryMs }) => ({
        id,
        error: storable(error),
        retry_s: retryMs / 1000,
      }))
      await settleLane.rows(db, {
        lane,
        done,
        failures: JSON.stringify(failures),
        pauseSeconds: pause / 1000,
      })
    },

    /** True while a notice with the same key waits. */
    waits: async (message: OutboxMessage): Promise<boolean> => {
      const key = keyOf(message)
      if (key === undefined) return false
      const same = await db
        .selectFrom('elevate.outbox')
        .select('id')
        .where('key', '=', key)
        .limit(1)
        .executeTakeFirst()
      return same !== undefined
    },

    /** Seconds the oldest notice has waited; 0 when none. */
    age: async (): Promise<number> => {
      const { age } = await db
        .selectFrom('elevate.outbox')
        .select(
          sql<number>`coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8`.as('age'),
        )
        .executeTakeFirstOrThrow()
      return Math.max(0, age)
    },
  }
}
