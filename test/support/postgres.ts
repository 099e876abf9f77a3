// Real PostgreSQL for tests: databases of elevate's own, and servers for what needs one to itself.
import { randomBytes } from 'node:crypto'
import { type LocalPostgres, startLocalPostgres } from 'local-postgres'
import pg from 'pg'
import { inject } from 'vitest'
import type { DemoOrders } from '../../demo/orders.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser URL of the cluster for elevate's own databases; see test/global-setup.ts. */
    storeServerUrl: string
    /** Part of every database's name, so that two runs on one server stay apart. */
    storeRun: string
    /** A stopped cluster with the demo's orders in it, for every target to begin as a copy of. */
    targetCluster: string
    /** What is in it, at the address where it was made. */
    targetOrders: DemoOrders
  }
}

export type FreshDatabase = AsyncDisposable & { readonly url: string; drop(): Promise<void> }

/** A migrated, empty database of elevate's own; costs a copy of the template, so use one per file. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = inject('storeServerUrl')
  const run = inject('storeRun')
  const name = `elevate_test_${run}_${randomBytes(6).toString('hex')}`
  await execute(server, `create database ${name} template elevate_template_${run} strategy file_copy`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const drop = () => execute(server, `drop database if exists ${name} with (force)`)
  return { url: url.href, drop, [Symbol.asyncDispose]: drop }
}

/** One connection, one command. */
export async function execute(url: string, sql: string): Promise<void> {
  await connected(url, (client) => client.query(sql))
}

/** Connections that have asked and may ask again: opening one costs the server more than most questions. */
const idle = new Map<string, { readonly client: pg.Client; readonly until: NodeJS.Timeout }>()
const IDLE_MS = 500

/** One question; what is not a plain question (it may change its session) has a connection to itself. */
export async function query<Row = Record<string, unknown>>(url: string, sql: string): Promise<Row[]> {
  if (!/^\s*select\b/i.test(sql))
    return connected(url, async (client) => (await client.query(sql)).rows as Row[])
  const client = taken(url) ?? (await connect(url))
  try {
    const { rows } = await client.query(sql)
    await leave(url)
    const until = setTimeout(() => void leave(url), IDLE_MS).unref()
    idle.set(url, { client, until })
    return rows as Row[]
  } catch (error) {
    await client.end()
    throw error
  }
}

/** Nobody else has it now. */
function taken(url: string, only?: pg.Client): pg.Client | undefined {
  const one = idle.get(url)
  if (!one || (only && one.client !== only)) return undefined
  clearTimeout(one.until)
  idle.delete(url)
  return one.client
}

/** Ends our connection that is idle there. */
async function leave(url: string): Promise<void> {
  await taken(url)?.end()
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  client.on('end', () => taken(url, client))
  await client.connect()
  return client
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url)
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A whole server, quick to start and gone with this process. Stop it when the file is done. */
export function startTestServer(
  settings: Record<string, string | number> = {},
  logFile?: string,
): Promise<LocalPostgres> {
  return startLocalPostgres({ fast: true, scramIterations: 1, settings, ...(logFile ? { logFile } : {}) })
}

/** The database as it is now, as a backup that was restored elsewhere. Nobody may be connected to it meanwhile. */
export async function copyOf(url: string): Promise<FreshDatabase> {
  await leave(url)
  const server = inject('storeServerUrl')
  const name = `elevate_test_${inject('storeRun')}_${randomBytes(6).toString('hex')}`
  await execute(server, `create database ${name} template ${nameOf(url)} strategy file_copy`)
  const copy = new URL(url)
  copy.pathname = `/${name}`
  const drop = () => execute(server, `drop database if exists ${name} with (force)`)
  return { url: copy.href, drop, [Symbol.asyncDispose]: drop }
}

/** Puts the backup in the database's place, under whoever works with it; their connections break. */
export async function restoreOver(url: string, backup: string): Promise<void> {
  const server = inject('storeServerUrl')
  const [now, older] = [nameOf(url), nameOf(backup)]
  await leave(backup)
  await execute(server, `alter database ${now} allow_connections false`)
  await execute(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${now}'`)
  await execute(server, `drop database ${now} with (force)`)
  await execute(server, `alter database ${older} rename to ${now}`)
}

const nameOf = (url: string) => new URL(url).pathname.slice(1)
