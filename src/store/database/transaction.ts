/** One transaction: the verb's work, then the messages to send, then the events, then the commit. */
import type { CompiledQuery } from 'kysely'
import pg from 'pg'
import { HOUR } from '../../core/access/duration.ts'
import type { GrantId } from '../../core/ids.ts'
import type { AuditEvent } from '../../core/log/audit-event.ts'
import type { DigestPeriod, OutboxMessage } from '../../core/notice.ts'
import type { PersonId } from '../../core/people/person.ts'
import { type ErasingEvent, nameText, type PrivateText } from '../../core/people/privacy.ts'
import { questionCommands, reviewCommands } from '../access/about-requests.ts'
import { dueCommands } from '../access/dues.ts'
import { grantCommands } from '../access/grants.ts'
import { preApprovalCommands } from '../access/pre-approvals.ts'
import { requestCommands } from '../access/requests.ts'
import { activityCommands } from '../activity/commands.ts'
import { seal } from '../log/audit-log.ts'
import { deliveryCommands } from '../log/deliveries.ts'
import { type Known, quarantineCommands } from '../log/quarantine.ts'
import { privacyCommands } from '../people/commands.ts'
import { standingCommands } from '../standing/commands.ts'
import type { Connections, Database, PooledConnection } from './connection.ts'
import { before, NOW } from './expressions.ts'
import { whileCommitting, whileWorking } from './failure.ts'
import { flushStatement, onePerKey } from './flush-statement.ts'

/** A Home that was opened this long ago may still be looked at: Slack does not say when it is closed. */
const HOME_KEPT = 8 * HOUR

const BEGIN = 'start transaction isolation level read committed'

export type Tx = ReturnType<UnitOfWork['around']>

/** What other jobs can do right after a commit. If this is lost, the sweeper finds the rows within a second. */
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
    const connection = await connections.take().catch((error) => {
      throw whileWorking(error)
    })
    let broken = false
    try {
      const unit = new UnitOfWork()
      let result: T
      try {
        await connection.query(BEGIN)
        result = await work(unit.around(connection.db))
      } catch (error) {
        throw whileWorking(error)
      }
      await finish(connection, unit.flushStatement(connection.db, known))
      committed(unit.news())
      return result
    } catch (error) {
      // What went wrong first is what matters; a connection that is lost rolls back by itself.
      await connection.query('rollback').catch(() => {
        broken = true
      })
      throw error
    } finally {
      connection.release(broken)
    }
  }
}

/**
 * The last statement and the commit go out together: everybody else's last statement waits for this commit,
 * and should not also wait for our next network round trip. If the statement fails, the commit rolls
 * back.
 */
async function finish(connection: PooledConnection, last: CompiledQuery | undefined): Promise<void> {
  const written = last && connection.query(last.sql, last.parameters)
  const committed = connection.query('commit')
  const [writing, committing] = await Promise.allSettled([written, committed])
  // An error message means that the statement was answered, and so that the transaction was over before the
  // commit.
  if (writing.status === 'rejected' && writing.reason instanceof pg.DatabaseError)
    throw whileWorking(writing.reason)
  if (committing.status === 'rejected') throw whileCommitting(committing.reason)
  if (committing.value.command === 'ROLLBACK')
    throw new Error('a statement failed, and its error was swallowed')
}

/** Events and messages of a transaction, kept until its last statement. */
class UnitOfWork {
  readonly #events: AuditEvent[] = []
  readonly #messages: OutboxMessage[] = []
  readonly #erasures: AuditEvent[] = []
  readonly #opened: GrantId[] = []
  readonly #ended: GrantId[] = []
  #written = false

  news(): Committed {
    return { notified: this.#messages.length > 0, opened: this.#opened, due: this.#ended }
  }

  /** Made when it is asked for: a verb uses two or three of them. */
  around(trx: Database) {
    const opened = (id: GrantId) => this.#opened.push(id)
    const ended = (id: GrantId) => this.#ended.push(id)
    return {
      get requests() {
        return requestCommands(trx)
      },
      get reviews() {
        return reviewCommands(trx)
      },
      get questions() {
        return questionCommands(trx)
      },
      get quarantine() {
        return quarantineCommands(trx)
      },
      get preApprovals() {
        return preApprovalCommands(trx)
      },
      get deliveries() {
        return deliveryCommands(trx)
      },
      get dues() {
        return dueCommands(trx)
      },
      get standing() {
        return standingCommands(trx)
      },
      get activity() {
        return activityCommands(trx)
      },
      get privacy() {
        return privacyCommands(trx)
      },
      get grants() {
        return grantCommands(trx, { opened, ended })
      },
      /** People whose Home is open or was lately, so that it is kept true. */
      homes: () => homes(trx),
      /** True for the first replica that asks for this period. */
      claimDigest: (from: Date, to: Date, period: DigestPeriod = 'daily') =>
        claimDigest(trx, from, to, period),
      /** Keeps a configuration's text under its hash. */
      keepPolicy: (hash: string, text: string) => keepPolicy(trx, hash, text),
      append: (event: AuditEvent): void => {
        this.#events.push(this.#whileOpen(event))
      },
      /**
       * Erases these private texts from the log, at most `ERASED_AT_ONCE`, and appends the event that names them: both
       * or neither. Fails when one of them is gone already.
       */
      erase: (event: ErasingEvent, texts: readonly PrivateText[]): void => {
        const detail = { ...event.detail, erased: texts.map(nameText) }
        this.#erasures.push(this.#whileOpen({ ...event, detail }))
      },
      enqueue: (message: OutboxMessage): void => {
        this.#messages.push(this.#whileOpen(message))
      },
    }
  }

  #whileOpen<T>(one: T): T {
    if (this.#written) throw new Error('the transaction is over: nothing can be added to it')
    return one
  }

  /**
   * One statement, notices first: `append` holds the log's lock until the commit, so it comes last. Lanes
   * and keys are taken in order, that two transactions never wait for each other. A notice that waits
   * already is locked, not repeated: the sender must not take it, and show what is true without us, before
   * we commit.
   *
   * Events record changes, so they need a log that is the one that was signed.
   */
  flushStatement(trx: Database, known: Known): CompiledQuery | undefined {
    this.#written = true
    const recorded = this.#events.length + this.#erasures.length
    if (recorded + this.#messages.length === 0) return undefined
    const { events, secrets } = seal(this.#events)
    const erasures = this.#erasures.map((event) => seal([event]))
    const shape = { notifies: this.#messages.length > 0, records: recorded > 0, erasures: erasures.length }
    return flushStatement(shape).compile(trx, {
      messages: JSON.stringify(onePerKey(this.#messages)),
      events,
      secrets: JSON.stringify(secrets),
      erasures: erasures.flatMap((one) => one.events),
      erasureSecrets: JSON.stringify(erasures.map((one) => one.secrets)),
      ...known.leaf,
    })
  }
}

async function homes(trx: Database): Promise<readonly PersonId[]> {
  const rows = await trx
    .selectFrom('elevate.home_viewer')
    .select('person')
    .where('seen_at', '>', before(NOW, HOME_KEPT))
    .orderBy('person')
    .execute()
  return rows.map((row) => row.person)
}

/** The second replica waits here for the first one's commit, and then finds the period taken. */
async function claimDigest(trx: Database, from: Date, to: Date, period: DigestPeriod): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('elevate.digest')
    .values({ period, covers_from: from, covers_to: to, claimed_at: NOW })
    .onConflict((on) => on.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

async function keepPolicy(trx: Database, hash: string, text: string): Promise<void> {
  await trx
    .insertInto('elevate.policy_text')
    .values({ hash, content: text, first_loaded_at: NOW })
    .onConflict((on) => on.doNothing())
    .execute()
}
