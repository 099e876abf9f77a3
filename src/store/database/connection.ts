/** Connections to our database: prepared statements, the application's role, and a timeout for every wait. */
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { Log } from '../../core/ports.ts'
import { reasonAway } from './failure.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>

type Patience = {
  /** Milliseconds until a connection is made, or becomes free. */
  readonly connect: number
  /** Milliseconds for one statement, by the server's watch. */
  readonly statement: number
}

/** A click must be answered within three seconds, whatever the database does. */
const PATIENCE: Patience = { connect: 1_500, statement: 2_500 }

/** Longer than the server's own timeout: for a connection that broke silently. */
const GRACE_MS = 400

/** bigint: our numbers, indexes and fences stay far below 2^53. */
const INT8 = 20

/**
 * Turns a login into the application's role, which can only add to the audit log. A login that may not do
 * so keeps its own rights; `rights.ts` reports it. A commit that was acknowledged stays, whatever the
 * server's default is.
 */
const PREPARE_SESSION = `
  select set_config('search_path', 'pg_catalog', false),
    case current_setting('synchronous_commit') when 'off' then set_config('synchronous_commit', 'on', false) end,
    (select set_config('role', rolname, false) from pg_roles
      where rolname = 'elevate_app' and pg_has_role(rolname,
        case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end))`

const names = new Map<string, string>()
const NAMES_MAX = 500

/** Our statements are few and repeat: the server parses and plans each once a connection. */
function nameOf(text: string): string | undefined {
  let name = names.get(text)
  if (!name && names.size < NAMES_MAX) {
    name = `elevate_${names.size}`
    names.set(text, name)
  }
  return name
}

class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's many overloads
  override query(config: any, values?: any, callback?: any): any {
    if (typeof config !== 'string' || !Array.isArray(values) || values.length === 0 || callback)
      return super.query(config, values, callback)
    const name = nameOf(config)
    return super.query(name ? { name, text: config, values } : { text: config, values })
  }
}

/** One connection, for one transaction. */
export type PooledConnection = {
  readonly db: Database
  /** Statements asked without waiting for each other's answers go out together. */
  query(sql: string, parameters?: readonly unknown[]): Promise<{ readonly command: string }>
  release(broken: boolean): void
}

export type Connections = {
  readonly db: Database
  take(): Promise<PooledConnection>
  close(): Promise<void>
}

export type OpenOptions = {
  readonly url: string
  readonly poolSize?: number
  readonly log?: Log
  readonly patience?: Partial<Patience>
}

export function connectTo({ url, poolSize = 10, log, patience }: OpenOptions): Connections {
  const { connect, statement } = { ...PATIENCE, ...patience }
  const config: pg.PoolConfig = {
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connect,
    statement_timeout: statement,
    query_timeout: statement + GRACE_MS,
    idle_in_transaction_session_timeout: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    // Sends without waiting for the answer before, and drops the connection when an answer stays away.
    pipeline: true,
    application_name: 'elevate',
    Client: PreparingClient as unknown as NonNullable<pg.PoolConfig['Client']>,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
    onConnect: async (client) => {
      await client.query(PREPARE_SESSION)
    },
  }
  const pool = new pg.Pool(config)
  // Without a listener the loss of an idle connection would end the process; the pool opens a new one on demand.
  pool.on('error', (error) =>
    log?.warn({ reason: reasonAway(error) ?? 'unknown' }, 'lost a database connection'),
  )
  // The same for a connection that is checked out but idle.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const single = new WeakMap<pg.PoolClient, Database>()

  return {
    db,
    take: async () => {
      const client = await pool.connect()
      let own = single.get(client)
      if (!own) {
        own = onOne(client)
        single.set(client, own)
      }
      return {
        db: own,
        query: (text, parameters) => client.query(text, parameters as unknown[]),
        release: (broken) => client.release(broken),
      }
    },
    // Kysely ends the pool only when it was used itself.
    close: async () => {
      await db.destroy()
      if (!pool.ending) await pool.end()
    },
  }
}

/** Kysely on a connection that its caller has checked out and will release. */
function onOne(client: pg.PoolClient): Database {
  const query = (text: string, parameters: readonly unknown[]) => client.query(text, parameters as unknown[])
  const borrowed = { query, release: () => {} } as unknown as PostgresPoolClient
  const pool = { connect: async () => borrowed, end: async () => {}, options: {} }
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}
