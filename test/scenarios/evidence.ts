/** What is really so: the target itself, read by a superuser, and the audit log, read past elevate. */
import { query } from '../support/postgres.ts'
import type { TestWorld } from '../support/world.ts'

export type Told = {
  readonly index: string
  readonly time: string
  readonly type: string
  readonly actor: { readonly kind: string; readonly id: string }
  readonly subject?: string
  readonly target?: string
  readonly role?: string
  readonly account?: string
  readonly request?: string
  readonly grant?: string
  readonly policy?: string
  readonly outcome?: string
  readonly detail?: Record<string, unknown>
}

export async function events(test: TestWorld): Promise<Told[]> {
  return (await test.events()).map((event) => JSON.parse(event.bytes) as Told)
}

/** Events about one request, and about the grant that came of it. */
export async function eventsOf(test: TestWorld, request: number): Promise<Told[]> {
  const [row] = await test.rows<{ number: string }>(
    `select g.number from elevate.access_grant g join elevate.request r on r.id = g.request_id where r.number = ${request}`,
  )
  const grant = row ? `G-${row.number}` : undefined
  return (await events(test)).filter(
    (one) => one.request === `R-${request}` || (grant !== undefined && one.grant === grant),
  )
}

export async function typesOf(test: TestWorld, request: number): Promise<string[]> {
  return (await eventsOf(test, request)).map((one) => one.type)
}

/** Logins made by elevate that can be used. */
export async function elevatedLogins(test: TestWorld): Promise<string[]> {
  return names(test, "select rolname as name from pg_roles where rolname like 'elv\\_%' and rolcanlogin")
}

/** Who has a role in the target, and from whom. */
export async function membersOf(test: TestWorld, role: string): Promise<string[]> {
  return names(
    test,
    `select pg_get_userbyid(member) || ' by ' || pg_get_userbyid(grantor) as name
     from pg_auth_members where roleid = '${role}'::regrole and pg_get_userbyid(member) <> 'elevate_bot'`,
  )
}

/** Which roles a login has. */
export async function rolesOf(test: TestWorld, login: string): Promise<string[]> {
  return names(
    test,
    `select pg_get_userbyid(roleid) as name from pg_auth_members where pg_get_userbyid(member) = '${login}'`,
  )
}

export async function sessionsOf(test: TestWorld, login: string): Promise<number> {
  const rows = await query<{ count: string }>(
    test.target.orders.superuserUrl,
    `select count(*) from pg_stat_activity where usename = '${login}'`,
  )
  return Number(rows[0]?.count)
}

/** Every role and membership of the target, to see that nothing was changed there. */
export async function everyRight(test: TestWorld): Promise<string[]> {
  return names(
    test,
    `select rolname || ' ' || rolcanlogin as name from pg_roles
     union all select roleid::regrole || ' to ' || member::regrole || ' by ' || grantor::regrole from pg_auth_members`,
  )
}

async function names(test: TestWorld, sql: string): Promise<string[]> {
  const rows = await query<{ name: string }>(test.target.orders.superuserUrl, sql)
  return rows.map((row) => row.name).sort()
}

/** New messages that went into a channel, with what they said on the wire. */
export function postsTo(test: TestWorld, channel: string) {
  return test.simulator.control
    .calls('chat.postMessage')
    .filter((call) => call.args.channel === channel && call.status === 200)
}
