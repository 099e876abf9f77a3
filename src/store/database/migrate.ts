/** Brings a database to the schema this program needs. Forward only. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Kysely, PostgresDialect } from 'kysely'
import { FileMigrationProvider, Migrator } from 'kysely/migration'
import pg from 'pg'
import { whileWorking } from './failure.ts'

const FOLDER = path.join(import.meta.dirname, '../../../migrations')

/**
 * Applies what is missing and returns its names. Two processes may do this at once: one works, the other
 * waits.
 */
export async function migrateToLatest(url: string): Promise<readonly string[]> {
  return withMigrator(url, async (migrator) => {
    const { error, results = [] } = await migrator.migrateToLatest()
    if (error) throw explained(error, results.find((result) => result.status === 'Error')?.migrationName)
    return results.map((result) => result.migrationName)
  })
}

/**
 * Names of the migrations that this database still needs; all of them when it is empty. Every start asks this, so
 * it compares names, and loads no migration.
 */
export async function pendingMigrations(url: string): Promise<readonly string[]> {
  const files = await fs.readdir(FOLDER)
  const known = files.filter((file) => file.endsWith('.ts')).map((file) => path.parse(file).name)
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const made = await client.query("select from pg_class where oid = to_regclass('elevate.migration')")
    if (made.rowCount === 0) return known.sort()
    const { rows } = await client.query<{ name: string }>('select name from elevate.migration')
    const applied = new Set(rows.map((row) => row.name))
    return known.filter((name) => !applied.has(name)).sort()
  } catch (error) {
    throw whileWorking(error)
  } finally {
    await client.end().catch(() => {})
  }
}

async function withMigrator<T>(url: string, work: (migrator: Migrator) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ connectionString: url, max: 2, connectionTimeoutMillis: 10_000 })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const provider = new FileMigrationProvider({
    fs,
    path,
    migrationFolder: FOLDER,
    import: (file) => import(pathToFileURL(file).href),
    onFileIgnored: (file, reason) => {
      throw new Error(`migrations/${file} is not a migration (${reason})`)
    },
  })
  const migrator = new Migrator({
    db,
    provider,
    migrationTableSchema: 'elevate',
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  })
  try {
    return await work(migrator)
  } catch (error) {
    throw whileWorking(error)
  } finally {
    await db.destroy()
  }
}

/** What went wrong, where, and what to do; PostgreSQL's hint is worth more than its stack. */
function explained(error: unknown, migration: string | undefined): unknown {
  const away = whileWorking(error)
  if (away !== error || !(error instanceof pg.DatabaseError)) return away
  const where = migration ? `migration ${migration}` : 'the migration'
  const right = 'The login needs CREATE on the database and, the first time, CREATEROLE.'
  const hint = error.hint ?? (error.code === '42501' ? right : undefined)
  return new Error(`${where} failed: ${error.message}${hint ? `\n${hint}` : ''}`, { cause: error })
}
