// After access is over: leftovers get a new owner, the leftover owner, and the login is dropped. Best effort.
//
// The granted role never becomes the owner: a SECURITY DEFINER function created during the grant would then keep that
// role's rights. The leftover owner has no rights.
import { ConnectorError } from '../../core/connector.ts'
import { sqlState } from './errors.ts'
import { findRole } from './roles.ts'
import type { Ask, Database } from './session.ts'
import * as sql from './statements.ts'

type Owned = { readonly database: string | null; readonly here: boolean; readonly count: number }

/**
 * For all of it: the grant is closed afterwards, and access was over before. Somebody who reads what the person left
 * keeps each change waiting, in every database.
 */
const BUDGET_MS = 5_000

/** Returns the leftovers, for the receipt. Never throws for what it cannot remove, or not in time. */
export async function removeLogin(
  database: Database,
  login: string,
  oid: string,
  caller: AbortSignal,
): Promise<readonly string[]> {
  const leftBehind: string[] = []
  const signal = AbortSignal.any([caller, AbortSignal.timeout(BUDGET_MS)])
  try {
    const places = await database.read(signal, (ask) => placesOf(ask, oid))
    if (places.length > 0) {
      const safe = await database.change(signal, leftoverOwnerReady)
      for (const place of places)
        leftBehind.push(...(await setAsideIn(database, place, login, oid, safe, signal)))
    }
    await database.change(signal, (ask) => ask(sql.dropLogin(login)))
  } catch (error) {
    if (caller.aborted) throw error
    const reason = signal.aborted
      ? `not all could be looked at within ${BUDGET_MS / 1000} s`
      : sqlState(error) === '2BP01'
        ? 'something still belongs to it'
        : 'the database did not allow more'
    leftBehind.push(`the role ${login}, which nobody can log in with (${reason})`)
  }
  return leftBehind
}

/** The databases in which something belongs to the login, or names it. `null` is the server as a whole. */
async function placesOf(ask: Ask, oid: string): Promise<Owned[]> {
  return ask<Owned>(
    `select d.datname as database, coalesce(d.datname = current_database(), true) as here, count(*)::int as count
       from pg_shdepend s left join pg_database d on d.oid = s.dbid
      where s.refclassid = 'pg_authid'::regclass and s.refobjid = $1::oid
      group by d.datname order by d.datname nulls last`,
    [oid],
  )
}

async function setAsideIn(
  database: Database,
  place: Owned,
  login: string,
  oid: string,
  safe: boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const where = place.database ?? 'the server'
  let found: Entry[] | undefined
  let rest: Entry[] = []
  const work = async (ask: Ask) => {
    found = await entriesIn(ask, oid)
    rest = found
    if (!safe) throw new ConnectorError('config', 'no safe owner')
    const version = ask.version
    await ask(sql.waitLessForLocks)
    await ask(sql.borrowRole(login, version))
    await ask(sql.borrowRole(sql.leftoverOwner, version))
    for (const statement of sql.setAside(login)) await ask(statement)
    rest = await entriesIn(ask, oid)
    await ask(sql.returnRole(sql.leftoverOwner, version))
    await ask(sql.returnRole(login, version))
  }
  try {
    if (place.here) await database.change(signal, work)
    else await database.changeIn(where, signal, work)
    const moved = (found ?? []).filter(({ owned }) => owned)
    return [
      ...moved.map(({ object }) => `${object} in ${where}, now of ${sql.leftoverOwner}`),
      ...rest.map(told),
    ]
  } catch {
    if (!found) {
      const why = signal.aborted ? 'which were not looked at in time' : 'which the bot cannot enter'
      return [`${place.count} object(s) in ${where}, ${why}`]
    }
    return found.map(told)
  }

  function told({ object, owned }: Entry): string {
    return owned ? `${object} in ${where}, still of ${login}` : `a right of ${login} on ${object} in ${where}`
  }
}

type Entry = { readonly object: string; readonly owned: boolean }

/** What belongs to the login here, and what it has rights on. */
async function entriesIn(ask: Ask, oid: string): Promise<Entry[]> {
  return ask<Entry>(
    `select pg_describe_object(classid, objid, objsubid) as object, deptype = 'o' as owned
       from pg_shdepend
      where refclassid = 'pg_authid'::regclass and refobjid = $1::oid
        and dbid in (0, (select oid from pg_database where datname = current_database()))
      order by 2 desc, 1`,
    [oid],
  )
}

/** True if the leftover owner exists and has no rights; creates it if it is missing. */
async function leftoverOwnerReady(ask: Ask): Promise<boolean> {
  const there = await findRole(ask, sql.leftoverOwner)
  if (!there) {
    for (const statement of sql.createLeftoverOwner) await ask(statement)
    return true
  }
  return (await leftoverOwnerPowers(ask)).length === 0
}

export async function leftoverOwnerPowers(ask: Ask): Promise<string[]> {
  const rows = await ask<{ power: string }>(
    `select 'can log in' as power from pg_roles where rolname = $1 and rolcanlogin
     union all
     select 'has attributes' from pg_roles
      where rolname = $1 and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
     union all
     select 'is a member of ' || r.rolname from pg_auth_members m
       join pg_roles u on u.oid = m.member join pg_roles r on r.oid = m.roleid where u.rolname = $1`,
    [sql.leftoverOwner],
  )
  return rows.map(({ power }) => power)
}
