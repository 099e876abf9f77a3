/** One transaction: the verb's work, then what is to be told, then what goes on record, then the commit. */
import { sql } from 'kysely'
import type { AuditEvent } from '../core/audit-event.ts'
import { keyOf, type Told } from '../core/notice.ts'
import type { PersonId } from '../core/person.ts'
import type { Store, Tx } from '../core/ports.ts'
import { seal } from './audit-log.ts'
import type { Database } from './connection.ts'
import { whileCommitting, whileWorking } from './failure.ts'
import { grantMoves } from './grants.ts'
import { requestMoves } from './requests.ts'

/** A Home that was opened this long ago may still be looked at: Slack does not say when it is closed. */
const HOME_KEPT_HOURS = 8

export function transactions(db: Database): Store['transaction'] {
  return async (work) => {
    const trx = await begin(db)
    const record = new Record()
    let result: Awaited<ReturnType<typeof work>>
    try {
      result = await work(record.around(trx))
      await record.write(trx)
    } catch (error) {
      // What went wrong first is what matters; a connection that is lost rolls back by itself.
      await trx
        .rollback()
        .execute()
        .catch(() => {})
      throw whileWorking(error)
    }
    try {
      await trx.commit().execute()
    } catch (error) {
      await trx
        .rollback()
        .execute()
        .catch(() => {})
      throw whileCommitting(error)
    }
    return result
  }
}

async function begin(db: Database) {
  try {
    return await db.startTransaction().setIsolationLevel('read committed').execute()
  } catch (error) {
    throw whileWorking(error)
  }
}

/** What a transaction will have said, kept until its last statement. */
class Record {
  readonly #events: AuditEvent[] = []
  readonly #told: Told[] = []
  #written = false

  around(trx: Database): Tx {
    return {
      requests: requestMoves(trx),
      grants: grantMoves(trx),
      homes: () => homes(trx),
      claimDigest: (from, to) => claimDigest(trx, from, to),
      append: (event) => {
        this.#events.push(this.#inTime(event))
      },
      tell: (told) => {
        this.#told.push(this.#inTime(told))
      },
    }
  }

  #inTime<T>(said: T): T {
    if (this.#written) throw new Error('the transaction is over: nothing can be added to it')
    return said
  }

  /**
   * One statement, notices first: `append` holds the log's lock until the commit, so it comes last. Lanes and keys
   * are taken in order, that two transactions never wait for each other. A notice that waits already is locked, not
   * repeated: the sender must not take it, and show what is true without us, before we commit.
   */
  async write(trx: Database): Promise<void> {
    this.#written = true
    if (this.#events.length === 0 && this.#told.length === 0) return
    const { events, secrets } = seal(this.#events)
    if (this.#told.length === 0) {
      await sql`select audit.append(${events}::text[], ${JSON.stringify(secrets)}::jsonb)`.execute(trx)
      return
    }
    const told = onePerKey(this.#told)
    await sql`
      with said as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(told)}::jsonb)
          as one (position integer, lane text, key text, notice jsonb)
      ),
      lanes as (
        insert into elevate.outbox_lane (lane) select distinct lane from said order by lane
        on conflict do nothing returning lane
      ),
      notices as (
        insert into elevate.outbox (lane, key, notice, created_at, send_after)
        select lane, key, notice, clock_timestamp(), clock_timestamp() from said order by key, position
        on conflict (key) where taken_at is null and key is not null do update set key = excluded.key where false
        returning id
      )
      select audit.append(${events}::text[], ${JSON.stringify(secrets)}::jsonb)
      from (select count(*) from lanes) as lanes_first, (select count(*) from notices) as notices_next`.execute(
      trx,
    )
  }
}

/** One statement cannot meet the same key twice. */
function onePerKey(told: readonly Told[]) {
  const keyed = told.map((one, position) => ({
    position,
    lane: one.lane,
    key: keyOf(one) ?? null,
    notice: one.notice,
  }))
  return keyed.filter(({ key }, index) => key === null || keyed.findIndex((one) => one.key === key) === index)
}

async function homes(trx: Database): Promise<readonly PersonId[]> {
  const { rows } = await sql<{ person: PersonId }>`
    select person from elevate.home_viewer
    where seen_at > clock_timestamp() - make_interval(hours => ${HOME_KEPT_HOURS}) order by person`.execute(
    trx,
  )
  return rows.map((row) => row.person)
}

/** The second replica waits here for the first one's commit, and then finds the stretch taken. */
async function claimDigest(trx: Database, from: Date, to: Date): Promise<boolean> {
  const { rows } = await sql`
    insert into elevate.digest (covers_from, covers_to, claimed_at) values (${from}, ${to}, clock_timestamp())
    on conflict do nothing returning covers_from`.execute(trx)
  return rows.length === 1
}
