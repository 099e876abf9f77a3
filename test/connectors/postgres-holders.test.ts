/** Who can use a role in PostgreSQL, whoever gave it, and taking it from them where that is in elevate's power. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from '../../src/connectors/postgres/connector.ts'
import type { Connector, FoundHolder } from '../../src/core/connector.ts'
import type { JsonObject } from '../../src/core/json.ts'
import { execute, query } from '../support/postgres.ts'
import { accessFor, patient, revokeBy } from './contract.ts'
import { connect } from './postgres-sessions.ts'
import { accepted, membershipWorld, open, type PostgresWorld, settingsOf } from './postgres-world.ts'

let world: PostgresWorld
let temporary: Connector
let entitlement: JsonObject

const sql = (text: string) => execute(world.target.orders.superuserUrl, text)

beforeAll(async () => {
  world = await membershipWorld()
  const settings = settingsOf({ mode: 'temporary-login' })
  entitlement = accepted(postgres.parseRole({ database_role: 'orders_admin' }, settings))
  temporary = open(world.target.orders.botUrl, settings)
  await sql('create role team; create role joe login; create role boss login superuser; create role access')
}, 60_000)
afterAll(async () => {
  await temporary?.close()
  await world?.close()
})
afterEach(() =>
  sql(`drop owned by access; revoke orders_admin from access cascade; revoke orders_admin, team from ada, joe, boss;
       revoke orders_admin from team; revoke access from elevate_bot;
       alter role orders_admin nologin; alter table orders owner to orders_owner`),
)

const holders = (connector: Connector = world.connector, of = world.entitlement) =>
  connector.holders?.('admin', of, patient()) ?? Promise.reject(new Error('it lists nobody'))
const holder = async (account: string, connector?: Connector): Promise<FoundHolder | undefined> =>
  (await holders(connector)).find((one) => one.account === account)
const takeAway = (account: string, leftover = false) =>
  world.connector.takeAway?.({ account, role: 'admin', entitlement: world.entitlement, leftover }, patient())

describe('the holders of a role', () => {
  it('are only superusers if nobody was granted it', async () => {
    expect(await holders()).toEqual([
      expect.objectContaining({ account: 'boss', via: 'superuser', ours: false }),
      expect.objectContaining({
        account: 'postgres',
        via: 'superuser',
        beyond: expect.stringMatching(/not given or taken/),
      }),
    ])
  })

  it.each(['membership', 'temporary-login'] as const)(
    'are found directly and through other roles, in mode %s',
    async (mode) => {
      await sql('grant orders_admin to team, ada; grant team to joe')
      const [connector, of] =
        mode === 'membership' ? [world.connector, world.entitlement] : [temporary, entitlement]
      const found = await holders(connector, of)
      expect(found.filter((one) => one.via !== 'superuser')).toEqual([
        {
          account: 'ada',
          via: 'direct',
          how: 'given by "postgres"',
          ours: false,
          beyond: 'An administrator can take it away: REVOKE "orders_admin" FROM "ada" GRANTED BY "postgres"',
        },
        {
          account: 'joe',
          via: 'nested',
          how: 'through "team"',
          ours: false,
          beyond: 'An administrator can take it away: REVOKE "team" FROM "joe"',
        },
      ])
    },
  )

  it('do not include memberships without any right', async () => {
    await sql('grant orders_admin to joe with inherit false, set false, admin true')
    expect(await holder('joe')).toBeUndefined()
    expect(await holder('elevate_bot')).toBeUndefined()
  })

  it('include the role itself when it can log in, and who owns what it can reach', async () => {
    await sql('alter role orders_admin login; alter table orders owner to joe')
    expect(await holder('orders_admin')).toMatchObject({
      via: 'direct',
      beyond: expect.stringContaining('NOLOGIN'),
    })
    expect(await holder('joe')).toMatchObject({ via: 'owner', how: expect.stringContaining('1 table') })
  })

  it('are marked as ours when elevate alone gave it, and not when somebody else did too', async () => {
    const access = await accessFor(world)
    await world.connector.grant(access, patient())
    expect(await holder('ada')).toMatchObject({ ours: true, how: 'given by elevate' })
    await sql('grant orders_admin to ada')
    expect(await holder('ada')).toMatchObject({ ours: false, how: 'given by "postgres"' })
    await revokeBy(world.connector, access)
  })

  it('recognize the logins that elevate makes', async () => {
    const access = await accessFor({ ...world, connector: temporary, entitlement })
    await temporary.grant(access, patient())
    const found = (await holders(temporary, entitlement)).find((one) => one.account === access.account)
    expect(found).toMatchObject({ ours: true, grantId: access.grantId, via: 'direct' })
    await sql(`grant orders_read to "${access.account}"; grant orders_admin to orders_read`)
    const passed = (await holders(temporary, entitlement)).find((one) => one.account === access.account)
    expect(passed).toMatchObject({ ours: false, how: 'through "orders_read"' })
    await sql(`revoke orders_admin from orders_read`)
    await revokeBy(temporary, access)
  })

  it('are not said to be nobody when the database does not answer', async () => {
    await expect(holders(world.unreachable)).rejects.toMatchObject({ kind: 'retryable' })
  })
})

describe('removing access that elevate did not grant', () => {
  it('is refused where only an administrator can, with what to type', async () => {
    await sql('grant orders_admin to joe')
    await expect(takeAway('joe')).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('REVOKE "orders_admin" FROM "joe" GRANTED BY "postgres"'),
    })
    expect(await world.holds('joe')).toBe(true)
    await sql('grant orders_admin to team; revoke orders_admin from joe; grant team to joe')
    await expect(takeAway('joe')).rejects.toMatchObject({ kind: 'denied' })
    expect(await world.holds('joe')).toBe(true)
  })

  it('takes it, and ends the sessions, where elevate has the rights of the one who gave it', async () => {
    await sql(`grant orders_admin to access with admin true, inherit false, set false; grant access to elevate_bot;
      grant orders_admin to ada granted by access`)
    expect(await holder('ada')).toMatchObject({ ours: false, how: 'given by "access"' })
    expect((await holder('ada'))?.beyond).toBeUndefined()
    const session = await connect(world.target.orders.adaUrl)
    await session.query('set role orders_admin')
    expect(await takeAway('ada')).toEqual({ sessionsEnded: 1 })
    expect(await world.holds('ada')).toBe(false)
    await expect(session.query('select 1')).rejects.toThrow()
    // Again, as after a crash: nothing is there, and that is a success.
    expect(await takeAway('ada')).toEqual({ sessionsEnded: 0 })
  })

  it('leaves what a live grant gave, and its sessions', async () => {
    await sql(`grant orders_admin to access with admin true, inherit false, set false; grant access to elevate_bot;
      grant orders_admin to ada granted by access`)
    const access = await accessFor(world)
    await world.connector.grant(access, patient())
    const session = await connect(world.target.orders.adaUrl)
    expect(await takeAway('ada')).toEqual({ sessionsEnded: 0 })
    expect(await world.holds('ada')).toBe(true)
    await session.query('select 1')
    const rows = await query(
      world.target.orders.superuserUrl,
      `select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.grantor
        where m.member = 'ada'::regrole and m.roleid = 'orders_admin'::regrole`,
    )
    expect(rows).toEqual([{ rolname: 'elevate_bot' }])
    // What is left over of elevate goes when it is said to be left over.
    expect(await takeAway('ada', true)).toEqual({ sessionsEnded: 1 })
    expect(await world.holds('ada')).toBe(false)
  })

  it('does not touch a superuser', async () => {
    await sql('grant orders_admin to boss')
    await expect(takeAway('boss')).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('Superuser rights are not'),
    })
    expect(await world.holds('boss')).toBe(true)
  })
})
