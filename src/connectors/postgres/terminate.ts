// Ending sessions. A REVOKE does not reach a session that became the role with SET ROLE, nor an open cursor.
import { setTimeout as pause } from 'node:timers/promises'
import { ConnectorError } from '../../core/connector.ts'
import type { Database } from './session.ts'

const patience = 10_000

/**
 * Ends every session of a login that can no longer log in. A connection may have been authenticated already when it
 * was closed, so it checks again until there is none.
 */
export async function endAllSessions(
  database: Database,
  login: string,
  signal: AbortSignal,
): Promise<number> {
  const ended = new Set<string>()
  const until = performance.now() + patience
  for (;;) {
    const pids = await terminate(database, login, undefined, signal)
    if (pids.length === 0) return ended.size
    for (const pid of pids) ended.add(pid)
    if (performance.now() > until) throw stubborn(pids.length, login)
    await pause(20, undefined, { signal }).catch(() => {})
  }
}

/**
 * Ends the sessions that are there now, not later ones: the login is still valid for other work. Sessions
 * that begin after the role was revoked never had it, so a client that keeps reconnecting cannot delay us.
 */
export async function endPresentSessions(
  database: Database,
  login: string,
  signal: AbortSignal,
): Promise<number> {
  const present = await terminate(database, login, undefined, signal)
  const until = performance.now() + patience
  for (let left = present; left.length > 0; ) {
    if (performance.now() > until) throw stubborn(left.length, login)
    await pause(20, undefined, { signal }).catch(() => {})
    left = await terminate(database, login, left, signal)
  }
  return present.length
}

/** Terminates sessions and returns which there were. A pid is combined with its start time, as pids are reused. */
async function terminate(
  database: Database,
  login: string,
  only: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const rows = await database.read(signal, (ask) =>
    ask<{ session: string }>(
      // Materialized, or the planner would be free to end a session before it looked whose it is.
      `with present as materialized (
         select pid, pid || ' ' || coalesce(backend_start::text, '') as session
           from pg_stat_activity where usename = $1 and pid <> pg_backend_pid()
       ), meant as materialized (
         select pid, session from present where $2::text[] is null or session = any($2)
       )
       select session, pg_terminate_backend(pid) from meant`,
      [login, only ?? null],
    ),
  )
  return rows.map(({ session }) => session)
}

const stubborn = (count: number, login: string) =>
  new ConnectorError(
    'retryable',
    `${count} session(s) of "${login}" were told to end and have not. They are looked at again; if this stays, look ` +
      'for them in pg_stat_activity.',
  )
