// The demo's orders database as a target, in both modes.
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { postgres } from '../../src/connectors/postgres/connector.ts'
import type { Connector, Parsed } from '../../src/core/connector.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { Subject } from '../../src/core/people/person.ts'
import { execute, query } from '../support/postgres.ts'
import { type TargetServer, targetServer } from '../support/target.ts'
import type { World } from './contract.ts'

export const ada: Subject = { person: 'U0ADA', name: 'Ada Lovelace', email: 'ada@example.com' }
export type PostgresWorld = World & { readonly target: TargetServer }

export function accepted<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.value
}

export const settingsOf = (target: object) =>
  accepted(postgres.parseTarget({ connection: { env: 'TARGET' }, ...target }))

export function open(url: string, settings: JsonObject, roles: Record<string, JsonObject> = {}): Connector {
  return postgres.open({
    id: 'orders-db',
    settings,
    roles: Object.entries(roles).map(([id, role]) => ({ id, settings: role })),
    secret: () => url,
  })
}

const unanswered = 'postgres://elevate_bot:hunter2@127.0.0.1:1/orders'

export async function temporaryWorld(
  role: object = {},
  server: Record<string, string | number> = {},
): Promise<PostgresWorld> {
  const target = await targetServer(server)
  const settings = settingsOf({ mode: 'temporary-login' })
  const entitlement = accepted(postgres.parseRole({ database_role: 'orders_admin', ...role }, settings))
  return world(target, settings, entitlement, {
    hostile: [
      { person: 'U1', name: `"; DROP ROLE postgres; --` },
      { person: 'U2', name: `a"b'c\\d` },
      { person: 'U3', name: 'Åsa Ünïcode-Müller 🦊' },
      { person: 'U4', name: 'x'.repeat(200) },
      { person: 'U5', name: '' },
      { person: 'U6', name: '../../etc\0passwd' },
    ],
  })
}

const hostileLogins = [
  `"; DROP ROLE postgres; --`,
  `a"b'c\\d`,
  'Åsa',
  'ORDERS_ADMIN',
  'x'.repeat(63),
  'null',
  '%',
]

export async function membershipWorld(target_: object = {}): Promise<PostgresWorld> {
  const target = await targetServer()
  for (const login of hostileLogins)
    await execute(target.server.url, `create role ${pg.escapeIdentifier(login)} login`)
  const people = hostileLogins.map((login, index) => ({ person: `U${index + 1}`, name: login, login }))
  const map = Object.fromEntries(people.map(({ person, login }) => [person, login]))
  const settings = settingsOf({ mode: 'membership', accounts: { map: { ...map, U0ADA: 'ada' } }, ...target_ })
  const entitlement = accepted(postgres.parseRole({ database_role: 'orders_admin' }, settings))
  return world(target, settings, entitlement, {
    hostile: people.map(({ person, name }) => ({ person, name })),
    byHand: {
      give: (account) => execute(target.server.url, `grant orders_admin to ${pg.escapeIdentifier(account)}`),
      take: (account) =>
        execute(target.server.url, `revoke orders_admin from ${pg.escapeIdentifier(account)}`),
    },
  })
}

function world(
  target: TargetServer,
  settings: JsonObject,
  entitlement: JsonObject,
  rest: Pick<World, 'hostile' | 'byHand'>,
): PostgresWorld {
  const connector = open(target.orders.botUrl, settings, { admin: entitlement })
  const unreachable = open(unanswered, settings)
  return {
    target,
    connector,
    unreachable,
    subject: ada,
    role: 'admin',
    entitlement,
    ...rest,
    async holds(account) {
      const [row] = await query<{ holds: boolean }>(
        target.server.url,
        `select bool_or(pg_has_role(u.oid, 'orders_admin', 'MEMBER') and u.rolcanlogin) as holds
           from pg_roles u where rolname = ${pg.escapeLiteral(account)}`,
      )
      return row?.holds ?? false
    },
    rename: (account, name) => {
      const [from, to] = [account, name].map(pg.escapeIdentifier)
      return execute(target.server.url, `alter role ${from} rename to ${to}`)
    },
    async underWay(access) {
      const call = new pg.Client(target.orders.botUrl)
      call.on('error', () => {})
      await call.connect()
      onTestFinished(() => call.end().catch(() => {}))
      const [account, role] = [access.account, 'orders_admin'].map(pg.escapeIdentifier)
      const make =
        settings.mode === 'membership'
          ? ''
          : `create role ${account} login; comment on role ${account} is '{"elevate":"${access.grantId}"}';`
      await call.query(
        `begin; set local application_name to 'elevate ${access.grantId}'; ${make}
         grant ${role} to ${account} with inherit true, set false, admin false granted by current_user`,
      )
      return { commit: () => call.query('commit') }
    },
    async close() {
      await connector.close()
      await unreachable.close()
      await target.stop()
    },
  }
}
