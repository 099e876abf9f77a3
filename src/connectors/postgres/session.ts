// Connections to one target: few, short, and always to the primary.
import { createHash } from 'node:crypto'
import pg from 'pg'
import { ConnectorError } from '../../core/connector.ts'
import { connectorError, type Phase } from './errors.ts'

/** Questions asked without waiting for each other's answers go out together, and are answered in order. */
export type Ask = {
  <Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** Of the server, as in `server_version_num`. */
  readonly version: number
}
export type Where = { readonly host: string; readonly port: number; readonly database: string }

/**
 * People may create things in the databases we connect to. Without a fixed path one of their functions could be
 * called instead of the intended one, with the bot's rights.
 */
const settle = "set search_path to pg_catalog; set lock_timeout to '5s'"
const askVersion = "select current_setting('server_version_num')::int as version"

export class Database {
  readonly where: Where
  readonly #target: string
  readonly #config: pg.PoolConfig
  readonly #pool: pg.Pool
  /** Connections that are ready, and the version of the server that each of them reached. */
  readonly #settled = new WeakMap<pg.PoolClient, number>()

  constructor(target: string, connectionString: string) {
    this.#target = target
    const url = parse(target, connectionString)
    this.where = {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 5432),
      database: decodeURIComponent(url.pathname.slice(1)) || decodeURIComponent(url.username),
    }
    this.#config = {
      connectionString,
      application_name: 'elevate',
      max: 4,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 15_000,
      idle_in_transaction_session_timeout: 30_000,
      query_timeout: 20_000,
      idleTimeoutMillis: 10_000,
      allowExitOnIdle: true,
      keepAlive: true,
      pipeline: true,
    }
    this.#pool = new pg.Pool(this.#config)
    // Without a listener, a closed idle connection would end this process.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** Reads, one statement at a time. */
  read<T>(signal: AbortSignal | undefined, work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.#with(signal, 'reading', work)
  }

  /** One transaction. To report the result, read it again in another call. */
  async change<T>(signal: AbortSignal | undefined, work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.#with(signal, 'changing', async (ask, entering) => {
      await ask('begin')
      const result = await work(ask)
      entering('committing')
      await ask('commit')
      return result
    })
  }

  /** The same in another database of the same server. */
  async changeIn<T>(database: string, signal: AbortSignal, work: (ask: Ask) => Promise<T>): Promise<T> {
    const url = new URL(this.#config.connectionString ?? '')
    url.pathname = `/${encodeURIComponent(database)}`
    const neighbour = new Database(this.#target, url.href)
    try {
      return await neighbour.change(signal, work)
    } finally {
      await neighbour.close()
    }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  async #settle(client: pg.PoolClient): Promise<number> {
    const [, { rows }] = await Promise.all([
      client.query(settle),
      client.query<{ version: number }>(askVersion),
    ])
    const version = rows[0]?.version ?? 0
    this.#settled.set(client, version)
    return version
  }

  async #with<T>(
    signal: AbortSignal | undefined,
    working: Phase,
    work: (ask: Ask, entering: (phase: Phase) => void) => Promise<T>,
  ): Promise<T> {
    let phase: Phase = 'connecting'
    let client: pg.PoolClient | undefined
    let failed = true
    const stop = stopped(signal, this.#target, () => phase)
    try {
      if (signal?.aborted) await stop.promise
      const connecting = this.#pool.connect()
      const mine = await Promise.race([connecting, stop.promise]).catch((error) => {
        connecting.then(
          (late) => late.release(true),
          () => {},
        )
        throw error
      })
      client = mine
      const version = this.#settled.get(mine) ?? (await this.#settle(mine))
      phase = working
      const question = async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
        const name = values.length > 0 ? { name: nameOf(sql) } : {}
        const { rows } = await mine.query({ ...name, text: sql, values: [...values] })
        return rows as Row[]
      }
      const ask: Ask = Object.assign(question, { version })
      const result = await Promise.race([work(ask, (next) => (phase = next)), stop.promise])
      failed = false
      return result
    } catch (error) {
      throw connectorError(error, this.#target, phase)
    } finally {
      stop.dispose()
      // A failed connection is discarded; its open transaction ends with it.
      client?.release(failed)
    }
  }
}

/** What we ask with values is always the same few questions: each connection parses and plans them once. */
function nameOf(text: string): string {
  return `elevate_${createHash('sha256').update(text).digest('base64url')}`
}

function parse(target: string, connectionString: string): URL {
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || !url.hostname) {
    // Never repeats the text: it may be a password.
    throw new ConnectorError(
      'config',
      `${target}: The connection secret is not a URL like postgres://user:password@host:5432/database.`,
    )
  }
  return url
}

/** Rejects when the caller aborts. What was sent by then may have happened. */
function stopped(signal: AbortSignal | undefined, target: string, phase: () => Phase) {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => {})
  const abort = () => {
    const sent = phase() === 'committing'
    const text = `${target}: Stopped before the database had answered.`
    reject(new ConnectorError(sent ? 'unknown-outcome' : 'retryable', text, { cause: signal?.reason }))
  }
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  return { promise, dispose: () => signal?.removeEventListener('abort', abort) }
}
