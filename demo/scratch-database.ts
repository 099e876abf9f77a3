import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** A database of its own on somebody's server, for a demo that must not touch what is there, nor another demo. */
export async function createScratchDatabase(
  server: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `elevate_demo_${randomBytes(5).toString('hex')}`
  await run(server, `create database ${name}`).catch((error: Error) => {
    throw new Error(
      `DATABASE_URL is set, and its login may not create a database for the demo (${error.message}). ` +
        'Unset DATABASE_URL to use the embedded PostgreSQL, or name a login that may.',
    )
  })
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => run(server, `drop database if exists ${name} with (force)`) }
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
