// Who has a role, according to the database.
import type { Holder } from '../../core/connector.ts'
import { grantIdOf } from './roles.ts'
import type { Ask } from './session.ts'

/**
 * Every login that can use `role`, directly or through other roles. Memberships that give nothing (neither inherit
 * nor set) do not count, nor does the right to hand the role on alone; superusers have everything and are not named.
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
