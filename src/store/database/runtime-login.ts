import { randomBytes } from 'node:crypto'
import pg from 'pg'

const LOGIN = 'elevate_runtime'

/**
 * The URL under which the bot uses a PostgreSQL that elevate runs itself: a login that is a member of
 * `elevate_app` and nothing else, so that not even the bot can change the audit log. It gets a new password at each
 * start; the superuser is for migrations only. Call it after migrating.
 */
export async function runtimeLogin(superuserUrl: string): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [LOGIN])
    if (rowCount === 0) await client.query(`create role ${LOGIN} login in role elevate_app`)
    // Neither statement nor password reach the server's log: nothing of this is logged unless it fails.
    await client.query(`set log_min_error_statement = panic; alter role ${LOGIN} password '${password}'`)
  } finally {
    await client.end()
  }
  const url = new URL(superuserUrl)
  url.username = LOGIN
  url.password = password
  return url.href
}
