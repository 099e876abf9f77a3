// Reading roles: who is member of what, by whose grant, and with which powers.
import { type Access, ConnectorError } from '../../core/connector.ts'
import type { Ask } from './session.ts'

export type RoleRow = {
  readonly oid: string
  readonly name: string
  readonly canLogin: boolean
  readonly superuser: boolean
  readonly expired: boolean
  readonly mark: string | null
}

const ROLE = `select r.oid::text, r.rolname as name, r.rolcanlogin as "canLogin", r.rolsuper as superuser,
  coalesce(r.rolvaliduntil <= clock_timestamp(), false) as expired,
  shobj_description(r.oid, 'pg_authid') as mark`

export async function findRole(ask: Ask, name: string): Promise<RoleRow | undefined> {
  const [row] = await ask<RoleRow>(`${ROLE} from pg_roles r where r.rolname = $1`, [name])
  return row
}

export type OurLogin = Pick<RoleRow, 'oid' | 'name' | 'canLogin'> & {
  /** It has the role by our own grant. */
  readonly held: boolean
  /** A session of it is open. */
  readonly open: boolean
}

/**
 * In one question, as it is asked before each step: the logins that have the oid of the access, or bear the mark of its
 * grant, whatever they are called now, and the role by its name of today.
 */
export async function findLogins(
  ask: Ask,
  access: Access,
  role: string,
): Promise<{ readonly logins: readonly OurLogin[]; readonly role: string | undefined }> {
  const ids = idsIn(access)
  type Row = { system: string; standby: boolean; role: string | null; mark: string | null } & (
    | OurLogin
    | { oid: null }
  )
  const rows = await ask<Row>(
    `select (select system_identifier::text from pg_control_system()) as system, pg_is_in_recovery() as standby,
            r.rolname as role, u.oid::text, u.rolname as name, u.rolcanlogin as "canLogin", u.mark,
            exists (select from pg_auth_members m join pg_roles g on g.oid = m.grantor
                     where m.roleid = r.oid and m.member = u.oid and g.rolname = current_user) as held,
            exists (select from pg_stat_activity where usesysid = u.oid) as open
       from (values (1)) as one
       left join pg_roles r on case when $3::oid is null then r.rolname = $4 else r.oid = $3 end
       left join (select a.oid, a.rolname, a.rolcanlogin, d.description as mark from pg_roles a
                    left join pg_shdescription d on d.objoid = a.oid and d.classoid = 'pg_authid'::regclass
                   where a.oid = $2 or position($1 in d.description) > 0) u on true`,
    [access.grantId, ids?.account ?? null, ids?.role ?? null, role],
  )
  refuseElsewhere(access, rows[0])
  const logins = rows.flatMap((row) =>
    row.oid !== null && (row.oid === ids?.account || grantIdOf(row.mark) === access.grantId) ? [row] : [],
  )
  return { logins, role: rows[0]?.role ?? undefined }
}

type Ids = { readonly system: string; readonly account: string; readonly role: string }

/**
 * What cannot be renamed: the server's own identifier, and the oids of login and role. A copy of a cluster has all of
 * them, too; only where it is differs.
 */
export async function idsOf(ask: Ask, account: string, role: string): Promise<Ids> {
  const [ids] = await ask<Ids>(
    `select (select system_identifier::text from pg_control_system()) as system, u.oid::text as account,
            r.oid::text as role
       from pg_roles u, pg_roles r where u.rolname = $1 and r.rolname = $2`,
    [account, role],
  )
  if (!ids) throw new ConnectorError('retryable', `"${account}" or "${role}" is not there any more.`)
  return ids
}

/**
 * Where access that was granted is now: its login and its role by their names of today, undefined where one was dropped.
 * Throws when this cannot be the server that it was granted on, or can only show the past: what is not found there proves
 * nothing.
 */
export async function findGranted(
  ask: Ask,
  access: Access,
  role: string,
): Promise<{ readonly account: string | undefined; readonly role: string | undefined }> {
  const ids = idsIn(access)
  const [now] = await ask<{ system: string; standby: boolean; account: string | null; role: string | null }>(
    `select (select system_identifier::text from pg_control_system()) as system, pg_is_in_recovery() as standby,
            (select rolname from pg_roles where oid = $1) as account, (select rolname from pg_roles where oid = $2) as role`,
    [ids?.account ?? null, ids?.role ?? null],
  )
  refuseElsewhere(access, now)
  if (!ids) return { account: access.account, role }
  return { account: now?.account ?? undefined, role: now?.role ?? undefined }
}

const idsIn = (access: Access) => access.ids as Ids | undefined

/** Throws when this is another server than the one where the access was granted, or one that can only show the past. */
function refuseElsewhere(
  access: Access,
  now: { readonly system: string; readonly standby: boolean } | undefined,
): void {
  const ids = idsIn(access)
  if (now?.standby) {
    throw new ConnectorError(
      'config',
      'The connection leads to a standby. Point the connection secret at the primary.',
    )
  }
  if (ids && now?.system !== ids.system) {
    throw new ConnectorError(
      'conflict',
      `The connection leads to another server (system identifier ${now?.system}) than the one where "${access.account}" ` +
        `was given access (${ids.system}). Point the connection secret there until this access is gone.`,
    )
  }
}

/** The comment on a temporary login: whose it is, readable by the target's administrators. */
export const markOf = (grantId: string, person: string) => JSON.stringify({ elevate: grantId, person })

export function grantIdOf(mark: string | null): string | undefined {
  try {
    const { elevate } = JSON.parse(mark ?? '{}') as { elevate?: unknown }
    return typeof elevate === 'string' ? elevate : undefined
  } catch {
    return undefined
  }
}

export type Membership = {
  /** Granted by our own login; since version 16 every grantor has a separate row. */
  readonly ours: boolean
  readonly grantor: string
  readonly inherit: boolean
  readonly set: boolean
  readonly admin: boolean
}

/** Direct memberships of `member` in `role`, one for each grantor. */
export async function memberships(
  ask: Ask,
  role: string,
  member: string,
  version: number,
): Promise<Membership[]> {
  const options =
    version < 160000 ? 'true as inherit, true as set' : 'm.inherit_option as inherit, m.set_option as set'
  return ask<Membership>(
    `select g.rolname = current_user as ours, coalesce(g.rolname, '') as grantor, m.admin_option as admin, ${options}
       from pg_auth_members m
       join pg_roles r on r.oid = m.roleid
       join pg_roles u on u.oid = m.member
       left join pg_roles g on g.oid = m.grantor
      where r.rolname = $1 and u.rolname = $2`,
    [role, member],
  )
}

type Standing = { readonly inherit: boolean; readonly set: boolean }

/** What `member` has of `role` by every way except the direct row of ours: directly from others, or nested. */
export async function standing(ask: Ask, role: string, member: string, version: number): Promise<Standing> {
  const options =
    version < 160000 ? 'true as inherit, true as set' : 'inherit_option as inherit, set_option as set'
  const [row] = await ask<Standing>(
    `with recursive edges as (
       select roleid, member, ${options}
         from pg_auth_members
        where not (roleid = (select oid from pg_roles where rolname = $1)
                   and member = (select oid from pg_roles where rolname = $2)
                   and grantor = (select oid from pg_roles where rolname = current_user))
     ), reach(role, inherit, set) as (
       select oid, true, true from pg_roles where rolname = $2
       union
       select e.roleid, r.inherit and e.inherit, r.set and e.set
         from reach r join edges e on e.member = r.role
        where (r.inherit and e.inherit) or (r.set and e.set)
     )
     select coalesce(bool_or(inherit), false) as inherit, coalesce(bool_or(set), false) as set
       from reach where role = (select oid from pg_roles where rolname = $1)`,
    [role, member],
  )
  return row ?? { inherit: false, set: false }
}

/** Every role that a holder of `role` can become, with what makes it too powerful to be granted. */
type Power = { readonly name: string; readonly power: string; readonly predefined: boolean }

async function powersOf(ask: Ask, role: string): Promise<Power[]> {
  return ask<Power>(
    `with recursive reach(oid) as (
       select oid from pg_roles where rolname = $1
       union
       select m.roleid from pg_auth_members m join reach on reach.oid = m.member
     )
     select r.rolname as name, p.power, r.rolname like 'pg\\_%' as predefined
       from reach join pg_roles r using (oid),
            lateral (values (r.rolsuper, 'is a superuser'),
                            (r.rolcreaterole, 'can make and change roles (CREATEROLE)'),
                            (r.rolreplication, 'can copy the whole server (REPLICATION)'),
                            (r.rolname = current_user, 'is the bot itself'),
                            (r.rolname like 'pg\\_%', 'belongs to PostgreSQL itself')) as p(holds, power)
      where p.holds
      order by 1, 2`,
    [role],
  )
}

/** Checked again with each grant: roles change after the configuration was checked. */
export async function refusePowerfulRole(ask: Ask, role: string, allowed: readonly string[]): Promise<void> {
  const [there, found] = await Promise.all([findRole(ask, role), forbiddenPower(ask, role, allowed)])
  if (!there) {
    throw new ConnectorError(
      'not-found',
      `The database has no role "${role}". Make it, or correct database_role.`,
    )
  }
  if (found) throw new ConnectorError('config', found)
}

export async function forbiddenPower(
  ask: Ask,
  role: string,
  allowed: readonly string[],
): Promise<string | undefined> {
  const powers = await powersOf(ask, role)
  const found = powers.find(({ name, predefined }) => !(predefined && allowed.includes(name)))
  if (!found) return undefined
  const advice = found.predefined ? ', or list that one in allow_predefined_roles if you mean it' : ''
  return (
    `"${role}" is not given out: it is or includes "${found.name}", which ${found.power}. ` +
    `Use a narrower role${advice}.`
  )
}
