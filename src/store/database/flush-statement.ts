/** The last statement of a transaction: its messages to send, then its events. Built once for each shape of it. */
import { sql } from 'kysely'
import { keyOf, type Lane, type OutboxMessage } from '../../core/notice.ts'
import { admit, type SignedLeaf } from '../log/quarantine.ts'
import { insertFrom, recordset } from './expressions.ts'
import { statement } from './statement.ts'

type Shape = { readonly notifies: boolean; readonly records: boolean; readonly erasures: number }
type Written = {
  /** JSON, as the secrets. */
  readonly messages: string
  readonly events: readonly string[]
  readonly secrets: string
  readonly erasures: readonly string[]
  readonly erasureSecrets: string
} & SignedLeaf

const lastStatements = new Map<string, ReturnType<typeof buildLast>>()

export function flushStatement(shape: Shape): ReturnType<typeof buildLast> {
  const name = JSON.stringify(shape)
  const known = lastStatements.get(name) ?? buildLast(shape)
  lastStatements.set(name, known)
  return known
}

function buildLast({ notifies, records, erasures }: Shape) {
  return statement((trx, given: Written) => {
    // Erasures come last: a text of an event in this very transaction may be erased by another.
    const logged = [
      sql`audit.append(${given.events}::text[], ${given.secrets}::jsonb)`.as('appended'),
      ...Array.from({ length: erasures }, (_, n) =>
        sql`audit.erase((${given.erasures}::text[])[${sql.lit(n + 1)}], ${given.erasureSecrets}::jsonb -> ${sql.lit(n)})`.as(
          `erased_${n}`,
        ),
      ),
    ]
    if (!notifies) return trx.selectFrom(admit(given)).select(logged)
    // A message with a later send time counts as waiting only from that time on.
    const since = sql<Date>`greatest(after, clock_timestamp())`
    return trx
      .with(
        (cte) => cte('messages').materialized(),
        (db) =>
          db
            .selectFrom(
              recordset<MessageRow, 'one'>(
                'one',
                'position integer, lane text, key text, notice jsonb, after timestamptz',
                given.messages,
              ),
            )
            .selectAll(),
      )
      .with('lanes', (db) =>
        insertFrom(
          db.insertInto('elevate.outbox_lane'),
          db.selectFrom('messages').distinct().orderBy('lane'),
          ({ ref }) => ({ lane: ref('messages.lane') }),
        )
          .onConflict((on) => on.doNothing())
          .returning('lane'),
      )
      .with('notices', (db) =>
        insertFrom(
          db.insertInto('elevate.outbox'),
          db.selectFrom('messages').orderBy('key').orderBy('position'),
          ({ ref }) => ({
            lane: ref('messages.lane'),
            key: ref('messages.key'),
            notice: ref('messages.notice'),
            created_at: since,
            send_after: since,
          }),
        )
          .onConflict((on) =>
            on
              .column('key')
              .where('taken_at', 'is', null)
              .where('key', 'is not', null)
              .doUpdateSet(({ ref }) => ({ key: ref('excluded.key') }))
              .where(sql.lit(false)),
          )
          .returning('id'),
      )
      .with('written', (db) =>
        db
          .selectFrom([
            db
              .selectFrom('lanes')
              .select(({ fn }) => fn.countAll().as('lanes'))
              .as('lanes_first'),
            db
              .selectFrom('notices')
              .select(({ fn }) => fn.countAll().as('notices'))
              .as('notices_next'),
          ])
          .selectAll(),
      )
      .selectFrom('written')
      .$if(records, (query) => query.crossJoin(admit(given)))
      .select(logged)
  })
}

type MessageRow = { position: number; lane: Lane; key: string | null; notice: string; after: Date | null }

/** One statement cannot meet the same key twice. */
export function onePerKey(messages: readonly OutboxMessage[]) {
  const keyed = messages.map((one, position) => ({
    position,
    lane: one.lane,
    key: keyOf(one) ?? null,
    notice: one.notice,
    after: one.notBefore?.toISOString() ?? null,
  }))
  return keyed.filter(({ key }, index) => key === null || keyed.findIndex((one) => one.key === key) === index)
}
