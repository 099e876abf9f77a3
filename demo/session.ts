import pg from 'pg'

/** What a statement showed: rows as text, or the server's own words when it refused. */
export type Shown =
  | { readonly ok: true; readonly rows: readonly (readonly string[])[]; readonly columns: readonly string[] }
  | { readonly ok: false; readonly error: string }

export type Session = {
  run(sql: string): Promise<Shown>
  /** Resolves with the server's last words when it ends the session. */
  readonly cut: Promise<string>
  close(): Promise<void>
}

/** A `psql`-like session, for the demo to use the access as its holder would. Throws when the login is refused. */
export async function openSession(url: string): Promise<Session> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'psql',
  })
  const cut = new Promise<string>((resolve) => {
    client.on('error', (error) => resolve(error.message))
    client.on('end', () => resolve('the connection was closed'))
  })
  await client.connect()
  return {
    cut,
    async run(sql) {
      try {
        const result = await client.query<string[]>({ text: sql, rowMode: 'array' })
        const { rows, fields } = Array.isArray(result) ? result.at(-1) : result
        return {
          ok: true,
          columns: (fields ?? []).map((field: { name: string }) => field.name),
          rows: (rows ?? []).map((row: unknown[]) => row.map((cell) => String(cell))),
        }
      } catch (error) {
        return { ok: false, error: error instanceof Error ? error.message : String(error) }
      }
    },
    async close() {
      await client.end().catch(() => {})
    },
  }
}
