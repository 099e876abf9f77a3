// Takes the audit log's lock, as a transaction does between its last statement and its commit.
import pg from 'pg'

export async function holdLog(url: string) {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  await client.query('begin; select pg_advisory_xact_lock(2611230641)')
  let open = true
  const release = async () => {
    if (!open) return
    open = false
    await client.query('commit')
    await client.end()
  }
  const somebodyWaits = async () => {
    for (;;) {
      const { rows } = await client.query(
        `select from pg_locks where locktype = 'advisory' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
      )
      if (rows.length > 0) return
    }
  }
  return { release, somebodyWaits, [Symbol.asyncDispose]: release }
}
