import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { loginOf } from '../../src/connectors/postgres/membership.ts'
import type { Access } from '../../src/core/connector.ts'
import { execute, query } from '../support/postgres.ts'
import { accessFor, patient, revokeBy } from './contract.ts'
import { connect, reconnecting } from './postgres-sessions.ts'
import { membershipWorld, open, type PostgresWorld, settingsOf } from './postgres-world.ts'

let world: PostgresWorld
beforeAll(async () => {
  world = await membershipWorld()
})
afterAll(() => world?.close())
afterEach(() => execute(superuser(), 'revoke orders_admin, team from ada'))
beforeAll(() => execute(superuser(), 'create role team; grant orders_admin to team'))

const superuser = () => world.target.orders.superuserUrl
const adaUrl = () => world.target.orders.adaUrl
const revoke = (access: Access) => revokeBy(world.connector, access)
const rowsOf = (account: string) =>
  query(
    superuser(),
    `select g.rolname as grantor from pg_auth_members m join pg_roles g on g.oid = m.grantor
    where m.member = '"${account}"'::regrole and m.roleid = 'orders_admin'::regrole order by 1`,
  )

async function granted(): Promise<Access> {
  const access = await accessFor(world)
  await world.connector.grant(access, patient())
  return access
}

describe('a membership', () => {
  it('is usable immediately in an open session, and cannot be granted to others', async () => {
    const person = await connect(adaUrl())
    await expect(person.query('select from public.orders')).rejects.toMatchObject({ code: '42501' })
    const access = await granted()
    await person.query('select from public.orders')
    await expect(person.query('grant orders_admin to team')).rejects.toMatchObject({ code: '42501' })
    await revoke(access)
  })

  it('is not granted if the role became too powerful after it was configured', async () => {
    const access = await accessFor(world)
    for (const [give, take] of [
      ['alter role orders_admin superuser', 'alter role orders_admin nosuperuser'],
      [
        'alter role team createrole; grant team to orders_read',
        'alter role team nocreaterole; revoke team from orders_read',
      ],
    ] as const) {
      await execute(
        superuser(),
        `${give}; ${give.includes('team') ? 'revoke orders_admin from team; grant orders_read to orders_admin' : ''}`,
      )
      await expect(world.connector.grant(access, patient())).rejects.toMatchObject({ kind: 'config' })
      await execute(superuser(), take)
    }
    await execute(superuser(), 'revoke orders_read from orders_admin; grant orders_admin to team')
    expect(await world.holds('ada')).toBe(false)
  })
})

describe('revoking a membership', () => {
  it('cuts a session in SET ROLE, an open cursor and an idle transaction, each time', {
    timeout: 60_000,
  }, async () => {
    for (let round = 0; round < 20; round++) {
      const access = await granted()
      const [became, cursor, idle] = [
        await connect(adaUrl()),
        await connect(adaUrl()),
        await connect(adaUrl()),
      ]
      await became.query('set role orders_admin')
      await cursor.query('begin; declare c cursor for select * from public.orders')
      await cursor.query('fetch 1 from c')
      await idle.query("begin; update public.orders set status = 'refunded' where id = 1001")
      expect(await revoke(access)).toMatchObject({ was: 'taken', sessionsEnded: 3 })
      await expect(became.query('delete from public.orders where id = 1002')).rejects.toThrow()
      await expect(cursor.query('fetch 1 from c')).rejects.toThrow()
      await expect(idle.query('commit')).rejects.toThrow()
    }
  })

  it('is not delayed by programs that reconnect immediately, and leaves them nothing', {
    timeout: 30_000,
  }, async () => {
    const access = await granted()
    const wants = 'set role orders_admin; select from public.orders'
    const programs = Array.from({ length: 6 }, () => reconnecting(adaUrl(), wants))
    await vi.waitFor(() => expect(programs.every((program) => program.inside())).toBe(true), {
      timeout: 10_000,
    })
    expect(await revoke(access)).toMatchObject({ was: 'taken' })
    await vi.waitFor(() => expect(programs.some((program) => program.inside())).toBe(false), {
      timeout: 10_000,
    })
    const person = await connect(adaUrl())
    await expect(person.query('set role orders_admin')).rejects.toMatchObject({ code: '42501' })
  })

  it('leaves what an administrator gave, and the sessions that live by it', async () => {
    await execute(superuser(), 'grant orders_admin to ada')
    const access = await granted()
    expect(await rowsOf('ada')).toEqual([{ grantor: 'elevate_bot' }, { grantor: 'postgres' }])
    const person = await connect(adaUrl())
    await person.query('set role orders_admin')
    expect(await revoke(access)).toMatchObject({ was: 'kept-standing', sessionsEnded: 0, leftBehind: [] })
    expect(await rowsOf('ada')).toEqual([{ grantor: 'postgres' }])
    await person.query('select from public.orders')
  })

  it('counts access by way of another role as standing, too', async () => {
    await execute(superuser(), 'grant team to ada')
    const access = await accessFor(world)
    expect(await world.connector.grant(access, patient())).toMatchObject({ was: 'given', preexisting: true })
    expect(await world.connector.inspect('admin', world.entitlement, patient())).toEqual([
      { account: 'ada', via: 'direct' },
    ])
    expect(await revoke(access)).toMatchObject({ was: 'kept-standing' })
    expect(await world.connector.inspect('admin', world.entitlement, patient())).toEqual([
      { account: 'ada', via: 'nested' },
    ])
  })

  it('ends sessions if the remaining membership is less than what was granted', async () => {
    await execute(superuser(), 'grant orders_admin to ada with inherit true, set false')
    const access = await granted()
    const person = await connect(adaUrl())
    await person.query('set role orders_admin')
    expect(await revoke(access)).toMatchObject({ was: 'kept-standing', sessionsEnded: 1 })
    await expect(person.query('select 1')).rejects.toThrow()
  })

  it('ends the sessions also when an earlier attempt died before it could', async () => {
    const access = await granted()
    const person = await connect(adaUrl())
    await person.query('set role orders_admin')
    // What the first step leaves behind.
    await execute(
      superuser(),
      'grant orders_admin to ada with inherit false, set false, admin false granted by elevate_bot',
    )
    expect(await world.connector.inspect('admin', world.entitlement, patient())).toEqual([])
    await person.query('select from public.orders')
    expect(await revoke(access)).toMatchObject({ was: 'taken', sessionsEnded: 1 })
    await expect(person.query('select from public.orders')).rejects.toThrow()
    expect(await rowsOf('ada')).toEqual([])
  })

  it('leaves the sessions alone if nothing was ever granted', async () => {
    const person = await connect(adaUrl())
    expect(await revoke(await accessFor(world))).toMatchObject({
      was: 'already-gone',
      sessionsEnded: 0,
      leftBehind: [],
    })
    await person.query('select 1')
  })

  it('leaves sessions open where the operator wants that', async () => {
    const settings = settingsOf({
      mode: 'membership',
      accounts: { map: { U0ADA: 'ada' } },
      sessions_at_end: 'keep',
    })
    const keeping = open(world.target.orders.botUrl, settings)
    expect(keeping.capabilities).toMatchObject({ endsSessions: false })
    const access = await granted()
    const person = await connect(adaUrl())
    expect(await revokeBy(keeping, access)).toMatchObject({ was: 'taken', sessionsEnded: 0 })
    await expect(person.query('select from public.orders')).rejects.toMatchObject({ code: '42501' })
    await keeping.close()
  })
})

describe('finding the login of a person', () => {
  const ask = (person: string) => ({
    subject: { person, name: 'Somebody' },
    role: 'admin',
    entitlement: world.entitlement,
    grantId: 'g',
    grantNumber: 1,
  })
  const opened = (map: Record<string, string>) =>
    open(world.target.orders.botUrl, settingsOf({ mode: 'membership', accounts: { map } }))

  it.each([
    ['nobody', 'not-found', /no login "nobody"/],
    ['Ada', 'not-found', /no login "Ada"/],
    ['orders_read', 'not-found', /cannot log in/],
    ['postgres', 'conflict', /superuser/],
    ['elevate_bot', 'conflict', /bot's own/],
  ])('refuses "%s" and says why', async (login, kind, message) => {
    const connector = opened({ U1: login })
    await expect(connector.resolve(ask('U1'))).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message),
    })
    await connector.close()
  })

  it('asks for an entry in the map, also for names that every object has', () => {
    const accounts = { by: 'map', map: { U1: 'ada' } } as const
    expect(loginOf(accounts, { person: 'U1', name: 'Ada' })).toBe('ada')
    expect(() => loginOf(accounts, { person: 'constructor', name: 'Ada' })).toThrow(/accounts.map/)
  })

  it('takes the part before the @ of the right domain only', () => {
    const accounts = { by: 'email-local-part', domain: 'example.com' } as const
    const named = (email: string) => ({ person: 'U1', name: 'Ada', email })
    expect(loginOf(accounts, named('ada@Example.com'))).toBe('ada')
    for (const email of [
      'ada@evil.test',
      'ada@example.com.evil.test',
      'ada@example.com@evil.test',
      '@example.com',
    ]) {
      expect(() => loginOf(accounts, named(email)), email).toThrow(/not of example.com/)
    }
    expect(() => loginOf({ by: 'email' }, { person: 'U1', name: 'Ada' })).toThrow(/no e-mail address/)
  })
})
