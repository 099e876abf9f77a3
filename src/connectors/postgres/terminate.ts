// Ending sessions. A REVOKE does not reach a session that became the role with SET ROLE, nor an open cursor.
import { setTimeout as pause } from 'node:timers/promises'
import { ConnectorError } from '../../core/connector.ts'
import { sqlState } from './errors.ts'
import type { Ask, Database } from './session.ts'
import { callName } from './statements.ts'

const PATIENCE_MS = 10_000
const BETWEEN_LOOKS_MS = 20
/** A backend that has let somebody in and does not show whom; an ordinary login takes milliseconds. */
const UNNAMED_PATIENCE_MS = 2_000

type Login = { readonly oid: string; readonly name: string }

/**
 * Ends every session of a login that can no longer log in. A connection may have been authenticated already when it
 * was closed, so it checks again until there is none. What hides its name by now came after the role was taken.
 */
export async function endAllSessions(database: Database, login: Login, signal: AbortSignal): Promise<number> {
  const ended = new Set<string>()
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const sessions = await terminate(database, login, undefined, signal)
    if (sessions.length === 0) return ended.size
    for (const one of sessions) ended.add(one)
    if (performance.now() > until) throw stubborn(sessions.length, login)
    await waitABit(signal)
  }
}

/**
 * Ends the sessions that are there now, not later ones: the login is still valid for other work. Sessions
 * that begin after the role was revoked never had it, so a client that keeps reconnecting cannot delay us.
 */
export async function endPresentSessions(
  database: Database,
  login: Login,
  signal: AbortSignal,
): Promise<number> {
  // Before the others: what gets its name in between is among those.
  const hidden = await unnamed(database, signal)
  const present = await terminate(database, login, undefined, signal)
  const until = performance.now() + PATIENCE_MS
  for (let left = present; left.length > 0; ) {
    if (performance.now() > until) throw stubborn(left.length, login)
    await waitABit(signal)
    left = await terminate(database, login, left, signal)
  }
  return present.length + (await endUnnamed(database, login, hidden, signal))
}

/** Ends the login's sessions as they come, for as long as `work` is not done; returns how many. Never throws. */
export async function endSessionsUntil(
  database: Database,
  login: Login,
  work: Promise<unknown>,
  signal: AbortSignal,
): Promise<number> {
  const ended = new Set<string>()
  let over = false
  const end = () => {
    over = true
  }
  work.then(end, end)
  // Most of the time there is nothing to wait for, and nobody else is looked at.
  await Promise.race([work.catch(() => {}), pause(10 * BETWEEN_LOOKS_MS, undefined, { ref: false })])
  while (!over) {
    const sessions = await terminate(database, login, undefined, signal).catch(() => [])
    for (const one of sessions) ended.add(one)
    await Promise.race([work.catch(() => {}), waitABit(signal)])
  }
  return ended.size
}

/** Terminates sessions and returns which there were. A pid is combined with its start time, as pids are reused. */
async function terminate(
  database: Database,
  { oid }: Login,
  only: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const rows = await database.read(signal, (ask) =>
    ask<{ session: string }>(
      // Materialized, or the planner would be free to end a session before it looked whose it is.
      `with present as materialized (
         select pid, pid || ' ' || coalesce(backend_start::text, '') as session
           from pg_stat_activity where usesysid = $1 and pid <> pg_backend_pid()
       ), meant as materialized (
         select pid, session from present where $2::text[] is null or session = any($2)
       )
       select session, pg_terminate_backend(pid) from meant`,
      [oid, only ?? null],
    ),
  )
  return rows.map(({ session }) => session)
}

/**
 * A session can let itself be delayed between its login and the moment at which it shows its name (`post_auth_delay`,
 * which any client may set): until then `pg_stat_activity` has no row of it (15 to 17) or one without a name (18), and it has
 * already become the role that its start packet asks for. Such a backend holds a `virtualxid` lock. One that stays unnamed is
 * ended, no matter whose it is; a backend that has nobody yet refuses that, and lets somebody in too late.
 */
async function endUnnamed(
  database: Database,
  login: Login,
  found: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  if (found.length === 0) return 0
  const until = performance.now() + UNNAMED_PATIENCE_MS
  let left = found
  while (left.length > 0 && performance.now() < until) {
    await waitABit(signal)
    const now = await unnamed(database, signal)
    left = left.filter((pid) => now.includes(pid))
  }
  let ended = 0
  for (const pid of left) {
    const done = await database
      .read(signal, (ask) =>
        ask<{ ended: boolean }>('select pg_terminate_backend($1::int, 5000) as ended', [pid]),
      )
      .catch((error) => {
        if (sqlState(error) === '42501') return []
        throw error
      })
    if (done[0]?.ended) ended++
  }
  // Those that have shown their names meanwhile.
  return ended + (await terminate(database, login, undefined, signal)).length
}

async function unnamed(database: Database, signal: AbortSignal): Promise<number[]> {
  const rows = await database.read(signal, (ask) =>
    ask<{ pid: number }>(
      // Autovacuum has no name either, and works for hours; what kind of backend it is the bot may not see.
      `select distinct l.pid from pg_locks l left join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'virtualxid' and l.pid <> pg_backend_pid()
          and a.usename is null and coalesce(a.backend_type, 'client backend') = 'client backend'
          and not exists (select from pg_stat_progress_vacuum v where v.pid = l.pid)
          and not exists (select from pg_stat_progress_analyze v where v.pid = l.pid)`,
    ),
  )
  return rows.map(({ pid }) => pid)
}

/**
 * Ends transactions of ours for this grant that are still open: a commit that is on its way to one of them must not
 * arrive after the target was looked at. To be asked first in a transaction, which then sees what they left.
 */
export async function endOwnCalls(ask: Ask, grantId: string): Promise<void> {
  const rows = await ask<{ ended: boolean }>(
    `with present as materialized (
       select pid from pg_stat_activity
        where usename = current_user and application_name = $1 and pid <> pg_backend_pid()
     )
     select pg_terminate_backend(pid, 5000) as ended from present`,
    [callName(grantId)],
  )
  if (rows.some(({ ended }) => !ended)) {
    throw new ConnectorError(
      'retryable',
      'A call of elevate for this access is still under way, and does not end.',
    )
  }
}

/** The error again, with what holds the lock that was waited for, and what an administrator can do about it. */
export async function withBlockers(
  database: Database,
  error: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof ConnectorError) || sqlState(error) !== '55P03') return error
  const found = await database
    .read(signal, (ask) =>
      ask<{ pid: number | null; login: string | null; prepared: string | null; where: string | null }>(
        `with holding as (
           select distinct virtualtransaction, pid from pg_locks
            where locktype = 'relation' and relation in ('pg_authid'::regclass, 'pg_auth_members'::regclass) and granted
              and mode <> 'AccessShareLock' and pid is distinct from pg_backend_pid()
         )
         select h.pid, a.usename as login, p.gid as prepared, p.database as where
           from holding h
           left join pg_stat_activity a on a.pid = h.pid
           left join pg_locks t on h.pid is null and t.locktype = 'transactionid' and t.pid is null
             and t.virtualtransaction = h.virtualtransaction
           left join pg_prepared_xacts p on p.transaction = t.transactionid
          where a.usename is distinct from current_user`,
      ),
    )
    .catch(() => [])
  const told = found.map(({ pid, login, prepared, where }) =>
    prepared === null
      ? `session ${pid} of "${login ?? 'somebody unknown'}" (SELECT pg_terminate_backend(${pid});)`
      : `the prepared transaction '${prepared}' (in "${where}": ROLLBACK PREPARED '${prepared.replaceAll("'", "''")}';)`,
  )
  if (told.length === 0) return error
  const text = `${error.message} It is held by ${told.join(', and by ')}. An administrator can end that.`
  return new ConnectorError('retryable', text, { cause: error })
}

async function waitABit(signal: AbortSignal): Promise<void> {
  await pause(BETWEEN_LOOKS_MS, undefined, { signal }).catch(() => {})
}

const stubborn = (count: number, { name }: Login) =>
  new ConnectorError(
    'retryable',
    `${count} session(s) of "${name}" were told to end and have not. They are looked at again; if this stays, look ` +
      'for them in pg_stat_activity.',
  )
