// People at the other end: connections that do what a person, or a program of theirs, would do.
import pg from 'pg'
import { onTestFinished } from 'vitest'

/** A connection that outlives nothing: closed with the test. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

export type Program = { logins(): number; inside(): boolean; stop(): Promise<void> }

/** A program that comes back the moment it is thrown out. It is inside while what it wants to do works. */
export function reconnecting(url: string, wants = 'select 1'): Program {
  let logins = 0
  let going = true
  let inside = false
  const loop = (async () => {
    while (going) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
      client.on('error', () => {})
      try {
        await client.connect()
        logins++
        await client.query(wants)
        inside = true
        while (going) await client.query('select 1')
      } catch {
        inside = false
      }
      await client.end().catch(() => {})
    }
  })()
  const stop = async () => {
    going = false
    await loop
  }
  onTestFinished(stop)
  return { logins: () => logins, inside: () => inside, stop }
}
