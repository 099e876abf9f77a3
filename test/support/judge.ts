/** Reads the target and the audit log, past elevate, and says what is wrong with them. */
import { createHash } from 'node:crypto'
import { query } from './postgres.ts'
import type { TestWorld } from './world.ts'

export type Login = {
  readonly name: string
  readonly open: boolean
  readonly roles: string[]
  readonly mark: string
}

/** Every temporary login that the target itself knows of. */
export function logins(world: TestWorld): Promise<Login[]> {
  return query<Login>(
    world.target.orders.superuserUrl,
    `select r.rolname as name, r.rolcanlogin as open, coalesce(shobj_description(r.oid, 'pg_authid'), '') as mark,
       array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid
             where m.member = r.oid order by 1) as roles
     from pg_roles r where r.rolname like 'elv\\_%' order by 1`,
  )
}

/** Who holds the role through a membership of a login of his own. */
export async function members(world: TestWorld, role: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    world.target.orders.superuserUrl,
    `select u.rolname as name from pg_auth_members m join pg_roles u on u.oid = m.member
       join pg_roles g on g.oid = m.roleid
     where g.rolname = '${role}' and u.rolname not like 'elv\\_%' and u.rolname <> 'elevate_bot' order by 1`,
  )
  return rows.map((row) => row.name)
}

type GrantRow = {
  readonly id: string
  readonly number: string
  readonly target: string
  readonly role: string
  readonly account: string | null
  readonly state: string
  readonly overdue: boolean
  readonly activated: boolean
}

const TEMPORARY = 'orders-db'

/**
 * Nothing in the target that no live grant stands for, nothing missing that one promises, nothing past its time, one
 * decision a request, and one event for each change in a log without gaps. Empty when all is well.
 */
export async function faults(world: TestWorld): Promise<string[]> {
  const grants = await world.rows<GrantRow>(
    `select id, number::text, target, role, account, state, coalesce(expires_at < now() - interval '5 s', false) as overdue,
       activated_at is not null as activated from elevate.access_grant order by number`,
  )
  return [
    ...strayLogins(await logins(world), grants),
    ...strayMembers(await members(world, 'orders_write'), grants),
    ...grants.filter((one) => one.overdue && one.state === 'active').map((one) => `G-${one.number} outstays`),
    ...(await unevenEvents(world, grants)),
    ...(await brokenLog(world)),
  ]
}

function strayLogins(found: readonly Login[], grants: readonly GrantRow[]): string[] {
  const temporary = grants.filter((one) => one.target === TEMPORARY)
  const orphans = found.filter(
    ({ name, mark }) =>
      !temporary.some((one) => one.account === name && one.state !== 'revoked' && mark.includes(one.id)),
  )
  const missing = temporary.filter(
    (one) =>
      one.state === 'active' &&
      !found.some((login) => login.name === one.account && login.open && login.roles.length === 1),
  )
  return [
    ...orphans.map((login) => `nobody was given ${login.name}`),
    ...missing.map((one) => `G-${one.number} is active, and ${one.account} is not there`),
  ]
}

function strayMembers(found: readonly string[], grants: readonly GrantRow[]): string[] {
  const own = grants.filter((one) => one.target !== TEMPORARY && one.state !== 'revoked')
  const missing = own.filter((one) => one.state === 'active' && !found.includes(one.account ?? ''))
  return [
    ...found
      .filter((name) => !own.some((one) => one.account === name))
      .map((name) => `${name} is a stray member`),
    ...missing.map((one) => `G-${one.number} is active, and ${one.account} is no member`),
  ]
}

async function unevenEvents(world: TestWorld, grants: readonly GrantRow[]): Promise<string[]> {
  const events = (await world.events()).map(({ bytes }) => JSON.parse(bytes))
  const count = (type: string, key: 'grant' | 'request', name: string) =>
    events.filter((one) => one.type === type && one[key] === name).length
  const requests = await world.rows<{ number: string; state: string }>(
    'select number::text, state from elevate.request',
  )
  const expected = (what: string, found: number, wanted: number) =>
    found === wanted ? [] : [`${what}: ${found} events instead of ${wanted}`]
  return [
    ...grants.flatMap(({ number, state, activated }) => {
      const name = `G-${number}`
      const ending = state === 'revoking' || state === 'revoked'
      return [
        ...expected(`${name} provisioning`, count('grant.provisioning', 'grant', name), 1),
        ...expected(`${name} activated`, count('grant.activated', 'grant', name), activated ? 1 : 0),
        ...expected(`${name} revoking`, count('grant.revoking', 'grant', name), ending ? 1 : 0),
        ...expected(`${name} revoked`, count('grant.revoked', 'grant', name), state === 'revoked' ? 1 : 0),
      ]
    }),
    ...requests.flatMap(({ number, state }) => {
      const name = `R-${number}`
      const ends = [
        'break_glass.used',
        'request.approved',
        'request.denied',
        'request.withdrawn',
        'request.lapsed',
      ]
      const decided = ends.reduce((sum, type) => sum + count(type, 'request', name), 0)
      return [
        ...expected(`${name} created`, count('request.created', 'request', name), 1),
        ...expected(`${name} decided`, decided, state === 'pending' ? 0 : 1),
        ...expected(
          `${name} granted`,
          events.filter((one) => one.type === 'grant.provisioning' && one.request === name).length,
          state === 'approved' ? 1 : 0,
        ),
      ]
    }),
  ]
}

async function brokenLog(world: TestWorld): Promise<string[]> {
  const leaves = await world.rows<{ index: string; hash: string; bytes: string | null }>(
    `select l.index::text, encode(l.leaf_hash, 'hex') as hash, b.bytes
     from audit.leaf l left join audit.body b using (index) order by l.index`,
  )
  return leaves.flatMap(({ index, hash, bytes }, position) => {
    if (Number(index) !== position) return [`the log has a gap before ${index}`]
    const found = createHash('sha256')
      .update('\0')
      .update(bytes ?? '')
      .digest('hex')
    return found === hash ? [] : [`event ${index} is not what was hashed`]
  })
}
