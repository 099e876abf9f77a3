/** One transaction: the verb's work, then the messages to send, then the events, then the commit. */
import { type CompiledQuery, sql } from 'kysely'
import pg from 'pg'
import type { GrantId } from '../../core/access/grant.ts'
import type { AuditEvent } from '../../core/log/audit-event.ts'
import { type DigestPeriod, keyOf, type OutboxMessage } from '../../core/notice.ts'
import type { PersonId } from '../../core/people/person.ts'
import { type ErasingEvent, nameText, type PrivateText } from '../../core/people/privacy.ts'
import { dueMoves } from '../access/dues.ts'
import { grantMoves } from '../access/grants.ts'
import { preApprovalMoves } from '../access/pre-approvals.ts'
import { questionMoves } from '../access/questions.ts'
import { requestMoves } from '../access/requests.ts'
import { reviewMoves } from '../access/reviews.ts'
import { activityMoves } from '../activity/activity.ts'
import { seal } from '../log/audit-log.ts'
import { deliveryMoves } from '../log/deliveries.ts'
import { type Known, quarantineMoves } from '../log/quarantine.ts'
import { privacyMoves } from '../people/privacy.ts'
import { standingMoves } from '../standing/standing-moves.ts'
import type { Connections, Database, Line } from './connection.ts'
import { whileCommitting, whileWorking } from './failure.ts'

/** A Home that was opened this long ago may still be looked at: Slack does not say when it is closed. */
const HOME_KEPT_HOURS = 8

const BEGIN = 'start transaction isolation level read committed'

export type Tx = ReturnType<Said['around']>

/** What a commit has left for others to do now. Losing this costs a second: the rows are found by the clock. */
export type Committed = {
  /** Messages wait to be sent. */
  readonly notified: boolean
  /** Grants to give now. */
  readonly opened: readonly GrantId[]
  /** Grants that were ended, or that a worker let go of. */
  readonly due: readonly GrantId[]
}

export function transactions(connections: Connections, known: Known, committed: (news: Committed) => void) {
  /**
   * Runs `work` in one transaction and commits. Events and notices are written last, because the log's index lock
   * is held until the commit. Throws `StoreDown`, `OutcomeUnknown` or, when there are events and the log is not
   * the one that was signed, `Quarantined`; any error rolls everything back.
   */
  return async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const line = await connections.line().catch((error) => {
      throw whileWorking(error)
    })
    let broken = false
    try {
      const said = new Said()
      let result: T
      try {
        await line.query(BEGIN)
        result = await work(said.around(line.db))
      } catch (error) {
        throw whileWorking(error)
      }
      await finish(line, said.lastStatement(line.db, known))
      committed(said.news())
      return result
    } catch (error) {
      // What went wrong first is what matters; a connection that is lost rolls back by itself.
      await line.query('rollback').catch(() => {
        broken = true
      })
      throw error
    } finally {
      line.release(broken)
    }
  }
}

/**
 * The last statement and the commit go out together: everybody else's last statement waits for this commit,
 * and should not wait for our next look at the network too. Should the statement fail, the commit rolls
 * back.
 */
async function finish(line: Line, last: CompiledQuery | undefined): Promise<void> {
  const written = last && line.query(last.sql, last.parameters)
  const committed = line.query('commit')
  const [writing, committing] = await Promise.allSettled([written, committed])
  // An error message means that the statement was answered, and so that the transaction was over before the
  // commit.
  if (writing.status === 'rejected' && writing.reason instanceof pg.DatabaseError)
    throw whileWorking(writing.reason)
  if (committing.status === 'rejected') throw whileCommitting(committing.reason)
  if (committing.value.command === 'ROLLBACK')
    throw new Error('a statement failed, and its error was swallowed')
}

/** What a transaction will have said, kept until its last statement. */
class Said {
  readonly #events: AuditEvent[] = []
  readonly #messages: OutboxMessage[] = []
  readonly #erasures: AuditEvent[] = []
  readonly #opened: GrantId[] = []
  readonly #ended: GrantId[] = []
  #written = false

  news(): Committed {
    return { notified: this.#messages.length > 0, opened: this.#opened, due: this.#ended }
  }

  around(trx: Database) {
    return {
      requests: requestMoves(trx),
      reviews: reviewMoves(trx),
      questions: questionMoves(trx),
      quarantine: quarantineMoves(trx),
      preApprovals: preApprovalMoves(trx),
      grants: grantMoves(trx, {
        opened: (id) => this.#opened.push(id),
        ended: (id) => this.#ended.push(id),
      }),
      deliveries: deliveryMoves(trx),
      dues: dueMoves(trx),
      standing: standingMoves(trx),
      activity: activityMoves(trx),
      privacy: privacyMoves(trx),
      /** People whose Home is open or was lately, so that it is kept true. */
      homes: () => homes(trx),
      /** True for the first of all replicas that asks for this stretch of time. */
      claimDigest: (from: Date, to: Date, period: DigestPeriod = 'daily') =>
        claimDigest(trx, from, to, period),
      /** Keeps a configuration's text under its hash. */
      keepPolicy: (hash: string, text: string) => keepPolicy(trx, hash, text),
      append: (event: AuditEvent): void => {
        this.#events.push(this.#inTime(event))
      },
      /**
       * Erases these private texts from the log, at most `ERASED_AT_ONCE`, and appends the event that names them: both
       * or neither. Fails when one of them is gone already.
       */
      erase: (event: ErasingEvent, texts: readonly PrivateText[]): void => {
        const detail = { ...event.detail, erased: texts.map(nameText) }
        this.#erasures.push(this.#inTime({ ...event, detail }))
      },
      tell: (message: OutboxMessage): void => {
        this.#messages.push(this.#inTime(message))
      },
    }
  }

  #inTime<T>(said: T): T {
    if (this.#written) throw new Error('the transaction is over: nothing can be added to it')
    return said
  }

  /**
   * One statement, notices first: `append` holds the log's lock until the commit, so it comes last. Lanes
   * and keys are taken in order, that two transactions never wait for each other. A notice that waits
   * already is locked, not repeated: the sender must not take it, and show what is true without us, before
   * we commit.
   *
   * What goes on record has changed something, and that needs a log that is the one that was signed.
   */
  lastStatement(trx: Database, known: Known): CompiledQuery | undefined {
    this.#written = true
    if (this.#events.length + this.#messages.length + this.#erasures.length === 0) return undefined
    const { events, secrets } = seal(this.#events)
    // What erases comes after what is erased: an event of the same transaction may be the first of two.
    const logged = sql.join([
      sql`audit.append(${events}::text[], ${JSON.stringify(secrets)}::jsonb)`,
      ...this.#erasures.map(erasing),
    ])
    if (this.#messages.length === 0) return sql`select ${logged} from ${known.admit}`.compile(trx)
    const messages = onePerKey(this.#messages)
    return sql`
      with said as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(messages)}::jsonb)
          as one (position integer, lane text, key text, notice jsonb, after timestamptz)
      ),
      lanes as (
        insert into elevate.outbox_lane (lane) select distinct lane from said order by lane
        on conflict do nothing returning lane
      ),
      notices as (
        insert into elevate.outbox (lane, key, notice, created_at, send_after)
        -- What waits for its time was not held up: it counts from then on.
        select lane, key, notice, greatest(after, clock_timestamp()), greatest(after, clock_timestamp())
        from said order by key, position
        on conflict (key) where taken_at is null and key is not null do update set key = excluded.key where false
        returning id
      )
      select ${logged}
      from (select count(*) from lanes) as lanes_first, (select count(*) from notices) as notices_next
      ${events.length + this.#erasures.length > 0 ? sql`, ${known.admit}` : sql``}`.compile(trx)
  }
}

function erasing(event: AuditEvent) {
  const { events, secrets } = seal([event])
  return sql`audit.erase(${events[0] ?? ''}::text, ${JSON.stringify(secrets)}::jsonb)`
}

/** One statement cannot meet the same key twice. */
function onePerKey(messages: readonly OutboxMessage[]) {
  const keyed = messages.map((one, position) => ({
    position,
    lane: one.lane,
    key: keyOf(one) ?? null,
    notice: one.notice,
    after: one.notBefore?.toISOString() ?? null,
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
async function claimDigest(trx: Database, from: Date, to: Date, period: DigestPeriod): Promise<boolean> {
  const { rows } = await sql`
    insert into elevate.digest (period, covers_from, covers_to, claimed_at)
    values (${period}, ${from}, ${to}, clock_timestamp())
    on conflict do nothing returning covers_from`.execute(trx)
  return rows.length === 1
}

async function keepPolicy(trx: Database, hash: string, text: string): Promise<void> {
  await sql`
    insert into elevate.policy_text (hash, content, first_loaded_at) values (${hash}, ${text}, clock_timestamp())
    on conflict do nothing`.execute(trx)
}
