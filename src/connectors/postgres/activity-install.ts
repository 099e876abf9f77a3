// The SQL that a database administrator runs once, so that elevate can read what its accounts did.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { identifier } from './statements.ts'

const file = path.join(import.meta.dirname, '../../../docs/targets/postgres-activity.sql')

export type ActivityInstall = {
  /** The role that elevate connects as. */
  readonly bot?: string
  /** How the names of temporary logins begin. */
  readonly prefix?: string
  /** Logins of people, for memberships. */
  readonly logins?: readonly string[]
}

export function activityInstallSql({ bot, prefix, logins = [] }: ActivityInstall = {}): string {
  const rows = [
    ...(prefix === '' ? [] : [[prefix ?? 'elv_', 'prefix']]),
    ...logins.map((login) => [login, 'login']),
  ].map((row) => `(${row.map((cell) => pg.escapeLiteral(cell ?? '')).join(', ')})`)
  const readable =
    rows.length === 0
      ? ''
      : `INSERT INTO elevate_activity.readable VALUES ${rows.join(', ')} ON CONFLICT DO NOTHING;`
  return readFileSync(file, 'utf8')
    .replace(/^INSERT INTO elevate_activity\.readable.*-- elevate: readable$/m, () => readable)
    .replace(/ TO elevate_bot;$/gm, () => ` TO ${bot === undefined ? 'elevate_bot' : identifier(bot)};`)
}
