/** The database: given by DATABASE_URL or embedded, migrated and checked. */

import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startLocalPostgres } from 'local-postgres'
import type { Logger } from 'pino'
import type { Environment } from '../config/environment.ts'
import type { Finding } from '../core/connector.ts'
import type { Log } from '../core/ports.ts'
import { migrateToLatest, pendingMigrations } from '../store/database/migrate.ts'
import { runtimeLogin } from '../store/database/runtime-login.ts'
import { CannotStart } from './cannot-start.ts'

export async function findDatabase(
  environment: Environment,
  log: Logger,
  closing: (() => Promise<unknown>)[],
): Promise<string> {
  if (environment.databaseUrl) {
    await bringUpToDate(environment.databaseUrl, log)
    return environment.databaseUrl
  }
  const embedded = await embeddedDatabase(log)
  closing.push(() => embedded.close())
  return embedded.url
}

export function enforceDatabaseRights(findings: readonly Finding[], log: Logger): void {
  const faults = findings.filter((one) => one.level === 'fault').map((one) => one.text)
  if (faults.length > 0) throw new CannotStart(faults.join('\n'))
  for (const { level, text } of findings) if (level === 'warning') log.warn(text)
}

type PreparedDatabase = { readonly url: string; close(): Promise<void> }

/** Where an embedded database is kept: below the working directory. */
const STATE = '.elevate'

/** Starts the PostgreSQL that elevate runs itself, up to date, and gives the URL of the bot's own login. */
async function embeddedDatabase(log: Log): Promise<PreparedDatabase> {
  const dataDir = path.resolve(STATE, 'postgres')
  const server = await startLocalPostgres({ dataDir }).catch((cause: Error) => {
    throw new CannotStart(`${cause.message}\nOr set DATABASE_URL to a PostgreSQL that runs already.`)
  })
  // For the commands (`elevate who`), while this process runs.
  const file = path.resolve(STATE, 'database.url')
  const close = async () => {
    await rm(file, { force: true })
    await server.stop()
  }
  try {
    log.info(
      { dataDir },
      'DATABASE_URL is not set: state is kept in an embedded PostgreSQL; back this directory up',
    )
    await bringUpToDate(server.url, log)
    const url = await runtimeLogin(server.url)
    await rm(file, { force: true })
    await writeFile(file, url, { mode: 0o600 })
    return { url, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Migrates if this login may; otherwise the schema must be current. */
async function bringUpToDate(url: string, log: Log): Promise<void> {
  const pending = await pendingMigrations(url)
  if (pending.length === 0) return
  log.info({ pending }, 'migrating the database')
  try {
    await migrateToLatest(url)
  } catch (error) {
    throw new Error(
      `The database lacks ${pending.join(', ')} and this login could not add them: ${error instanceof Error ? error.message : error}\n` +
        'Run `elevate migrate` with DATABASE_URL set to a login that owns the database and may create roles.',
      { cause: error },
    )
  }
}

/** Brings this database up to date, and returns which migrations were applied. */
export function migrate(url: string): Promise<readonly string[]> {
  return migrateToLatest(url)
}
