// Everybody who can use a role, through a grant or without one, and how to remove it where the bot may.

import { ConnectorError, type FoundHolder, type Holder } from '../../core/connector.ts'
import { plural } from '../../core/plural.ts'
import { findRole, grantIdOf, memberships } from './roles.ts'
import type { Ask } from './session.ts'
import { identifier, revokeRoleFrom } from './statements.ts'
import type { Target } from './target.ts'
import { endPresentSessions } from './terminate.ts'

/**
 * Every login that can use `role`, directly or through other roles. Memberships that give nothing (neither inherit
 * nor set) do not count, nor does ADMIN OPTION alone; superusers have everything and are not listed.
 */
export async function holdersOf(ask: Ask, role: string): Promise<Holder[]> {
  const options = ask.version < 160000 ? 'true' : 'm.inherit_option or m.set_option'
  const rows = await ask<{ account: string; direct: boolean; mark: string | null }>(
    `with recursive held(member, direct) as (
       select m.member, true from pg_auth_members m join pg_roles r on r.oid = m.roleid
        where r.rolname = $1 and (${options})
       union
       select m.member, false from held join pg_auth_members m on m.roleid = held.member where ${options}
     )
     select u.rolname as account, bool_or(direct) as direct, shobj_description(u.oid, 'pg_authid') as mark
       from held join pg_roles u on u.oid = held.member
      where u.rolcanlogin
      group by u.oid, u.rolname order by u.rolname`,
    [role],
  )
  return rows.map(({ account, direct, mark }) => {
    const grantId = grantIdOf(mark)
    return { account, via: direct ? 'direct' : 'nested', ...(grantId ? { grantId } : {}) } as const
  })
}

type Member = {
  readonly account: string
  readonly itself: boolean
  readonly ours: boolean
  readonly mark: string | null
  /** Which grantors other than the bot granted it directly, and whether the bot may act for all of them. */
  readonly grantors: readonly string[]
  readonly reachable: boolean
  /** Roles of the account that have the role in turn, without those that the bot granted. */
  readonly through: readonly string[]
}

/**
 * Logins that are or have the role, that own what it can reach, and superusers. Memberships that give nothing
 * (neither inherit nor set) do not count, nor does ADMIN OPTION alone.
 */
export async function standingHolders(ask: Ask, role: string): Promise<FoundHolder[]> {
  const [members, owners, superusers] = await Promise.all([
    membersOf(ask, role),
    ownersBehind(ask, role),
    ask<{ account: string }>(
      'select rolname as account from pg_roles where rolsuper and rolcanlogin order by 1',
    ),
  ])
  const found = members.map((member) => asHolder(member, role))
  const named = new Set(found.map((one) => one.account))
  return [
    ...found,
    ...owners.filter(({ account }) => !named.has(account)).map(asOwner),
    ...superusers.map(asSuperuser),
  ]
}

async function membersOf(ask: Ask, role: string): Promise<Member[]> {
  const usable = ask.version < 160000 ? 'true' : 'inherit_option or set_option'
  // Since version 16 a membership can only be revoked with the rights of its grantor.
  const reachable = ask.version < 160000 ? 'true' : "pg_has_role(current_user, e.grantor, 'USAGE')"
  return ask<Member>(
    `with recursive wanted as (select oid from pg_roles where rolname = $1),
     edges as (
       select roleid, member, grantor,
              roleid = (select oid from wanted)
                and grantor = (select oid from pg_roles where rolname = current_user) as ours
         from pg_auth_members where ${usable}
     ), held(member) as (
       select oid from wanted
       union
       select e.member from held join edges e on e.roleid = held.member
     ), stands(member) as (
       select oid from wanted
       union
       select e.member from stands join edges e on e.roleid = stands.member and not e.ours
     )
     select u.rolname as account, u.oid = (select oid from wanted) as itself,
            u.oid not in (select member from stands) as ours,
            shobj_description(u.oid, 'pg_authid') as mark,
            array(select distinct coalesce(g.rolname, '?')::text from edges e left join pg_roles g on g.oid = e.grantor
                   where e.member = u.oid and e.roleid = (select oid from wanted) and not e.ours order by 1) as grantors,
            coalesce((select bool_and(${reachable}) from edges e
                       where e.member = u.oid and e.roleid = (select oid from wanted) and not e.ours), true) as reachable,
            array(select distinct r.rolname::text from edges e join pg_roles r on r.oid = e.roleid
                   where e.member = u.oid and not e.ours and e.roleid <> (select oid from wanted)
                     and e.roleid in (select member from stands) order by 1) as through
       from held join pg_roles u on u.oid = held.member
      where u.rolcanlogin and not u.rolsuper
      order by 1`,
    [role],
  )
}

/** In this database only; the bot cannot see the others. */
async function ownersBehind(ask: Ask, role: string) {
  return ask<{ account: string; owned: number }>(
    `select u.rolname as account, count(distinct c.oid)::int as owned
       from pg_class c
       join pg_roles u on u.rolcanlogin and not u.rolsuper and pg_has_role(u.oid, c.relowner, 'USAGE')
      where c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and exists (select from pg_roles where rolname = $1)
        and has_table_privilege((select oid from pg_roles where rolname = $1), c.oid,
                                'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
      group by 1 order by 1`,
    [role],
  )
}

function asHolder(member: Member, role: string): FoundHolder {
  const { account, ours, mark, grantors, itself } = member
  const grantId = grantIdOf(mark)
  const direct = itself || grantors.length > 0 || ours
  const beyond = ours ? undefined : beyondReach(member, role)
  return {
    account,
    via: direct ? 'direct' : 'nested',
    how: howOf(member),
    ours,
    ...(grantId ? { grantId } : {}),
    ...(beyond ? { beyond } : {}),
  }
}

function howOf({ itself, ours, grantors, through }: Member): string {
  if (itself) return 'it is that role itself, and can log in'
  if (ours) return 'given by elevate'
  return [
    ...(grantors.length > 0 ? [`given by ${quoted(grantors)}`] : []),
    ...(through.length > 0 ? [`through ${quoted(through)}`] : []),
  ].join(', and ')
}

/** The exact statement for an administrator, quoted, because a name may be anything. */
function beyondReach({ account, itself, grantors, reachable, through }: Member, role: string) {
  if (itself) return `An administrator can close it: ALTER ROLE ${identifier(role)} NOLOGIN`
  const commands = [
    ...(reachable
      ? []
      : grantors.map(
          (one) => `REVOKE ${identifier(role)} FROM ${identifier(account)} GRANTED BY ${identifier(one)}`,
        )),
    ...through.map((one) => `REVOKE ${identifier(one)} FROM ${identifier(account)}`),
  ]
  return commands.length > 0 ? `An administrator can take it away: ${commands.join('; ')}` : undefined
}

const asOwner = ({ account, owned }: { account: string; owned: number }): FoundHolder => ({
  account,
  via: 'owner',
  how: `owner of ${owned} ${plural(owned, 'table')} that the role can reach`,
  ours: false,
  beyond: 'What somebody owns is not given or taken by elevate; an administrator can change the owner.',
})

const asSuperuser = ({ account }: { account: string }): FoundHolder => ({
  account,
  via: 'superuser',
  how: 'superuser',
  ours: false,
  beyond: 'Superuser rights are not given or taken by elevate; an administrator can change the login.',
})

const quoted = (names: readonly string[]) => names.map((one) => `"${one}"`).join(', ')

/**
 * Revokes every direct membership that others granted, with `leftover` also ours, and reads again. Sessions that became
 * the role would keep it, so they are ended, unless the account still has it from elevate; also if there was nothing left
 * to revoke, because an earlier call may have stopped at that point.
 */
export async function takeAway(
  { database, settings }: Target,
  role: string,
  { account, leftover }: { readonly account: string; readonly leftover: boolean },
  signal: AbortSignal,
): Promise<{ sessionsEnded: number }> {
  const now = async (ask: Ask) => (await standingHolders(ask, role)).find((one) => one.account === account)
  await database.change(signal, async (ask) => {
    const holder = await now(ask)
    if (holder?.beyond) throw new ConnectorError('denied', `"${account}": ${holder.beyond}`)
    const rows = holder ? await memberships(ask, role, account, ask.version) : []
    const meant = rows.filter((row) => (row.inherit || row.set) && (leftover || !row.ours))
    for (const { grantor } of meant) await ask(revokeRoleFrom(role, account, grantor, ask.version))
  })
  const after = await database.read(signal, now)
  if (after && (leftover || !after.ours)) {
    throw new ConnectorError('conflict', `"${account}" still has "${role}": ${after.how}.`)
  }
  if (after || settings.sessions_at_end === 'keep') return { sessionsEnded: 0 }
  const login = await database.read(signal, (ask) => findRole(ask, account))
  return { sessionsEnded: login ? await endPresentSessions(database, login, signal) : 0 }
}
