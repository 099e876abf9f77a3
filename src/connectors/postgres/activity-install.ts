// The SQL that a database administrator runs once, so that elevate can read what its accounts did.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { Json } from '../../core/json.ts'
import { identifier } from './statements.ts'

const file = path.join(import.meta.dirname, '../../../docs/targets/postgres-activity.sql')

type ActivityInstall = {
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

/**
 * The same for a target of the configuration, which names the prefix of its logins, people's own logins and, in the
 * connection string, the bot. Where the secret is not there the SQL has the name from the documentation.
 */
export function activityInstallFor(
  settings: Json,
  secret: (reference: Json) => string,
  { bot, logins = [] }: Omit<ActivityInstall, 'prefix'>,
): string {
  const {
    login_prefix: prefix,
    mode,
    accounts,
    connection,
  } = settings as {
    login_prefix?: string
    mode?: string
    accounts?: { map?: Record<string, string> }
    connection?: Json
  }
  const name = bot ?? userOf(() => secret(connection ?? null))
  return activityInstallSql({
    ...(name === undefined ? {} : { bot: name }),
    prefix: mode === 'membership' ? '' : (prefix ?? 'elv_'),
    logins: [...Object.values(accounts?.map ?? {}), ...logins],
  })
}

function userOf(connectionString: () => string): string | undefined {
  try {
    return decodeURIComponent(new URL(connectionString()).username) || undefined
  } catch {
    return undefined
  }
}
