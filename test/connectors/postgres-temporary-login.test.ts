import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { postgres } from '../../src/connectors/postgres/connector.ts'
import { loginName } from '../../src/connectors/postgres/temporary-login.ts'
import type { Access } from '../../src/core/connector.ts'
import { execute, query } from '../support/postgres.ts'
import { accessFor, patient, revokeBy } from './contract.ts'
import { connect, reconnecting } from './postgres-sessions.ts'
import { accepted, open, type PostgresWorld, settingsOf, temporaryWorld } from './postgres-world.ts'

let world: PostgresWorld
beforeAll(async () => {
  world = await temporaryWorld()
})
afterAll(() => world?.close())

const superuser = () => world.target.orders.superuserUrl
const revoke = (access: Access) => revokeBy(world.connector, access)

async function show(access: Access): Promise<{ url: string; password: string; command: string }> {
  const shown = await world.connector.credential?.(access, patient())
  const field = (name: string) => shown?.fields.find(({ label }) => label === name)?.value ?? ''
  const password = field('Password')
  const url = world.target.server.urlOf('orders', { user: field('User'), password })
  return { url, password, command: field('Command') }
}

async function granted(entitlement = world.entitlement): Promise<{ access: Access; url: string }> {
  const access = { ...(await accessFor(world)), entitlement }
  await world.connector.grant(access, patient())
  return { access, url: (await show(access)).url }
}

const withSetRole = () =>
  accepted(
    postgres.parseRole(
      { database_role: 'orders_admin', set_role: true },
      settingsOf({ mode: 'temporary-login' }),
    ),
  )

describe('the name of a temporary login', () => {
  it.each([
    ['Ada Lovelace', 'elv_ada_lovelace_g2077'],
    ['Zoë Müller-Strauß', 'elv_zoe_muller_strau_g2077'],
    ['"; DROP ROLE postgres; --', 'elv_drop_role_postgres_g2077'],
    ['山田', 'elv_person_g2077'],
    ['', 'elv_person_g2077'],
  ])('names the person and the grant: %s', (name, login) => {
    expect(loginName('elv_', { person: 'U1', name }, 2077)).toBe(login)
  })

  it('fits into what PostgreSQL keeps of a name, and still ends with the number', () => {
    const login = loginName('elv_', { person: 'U1', name: 'x'.repeat(300) }, 123456789)
    expect(Buffer.byteLength(login)).toBe(63)
    expect(login).toMatch(/_g123456789$/)
  })
})

describe('a temporary login', () => {
  it('lets nobody in before a password was shown', async () => {
    const access = await accessFor(world)
    await world.connector.grant(access, patient())
    for (const password of ['', access.account, 'null']) {
      const url = world.target.server.urlOf('orders', { user: access.account, password })
      await expect(connect(url)).rejects.toThrow()
    }
    await revoke(access)
  })

  it('works with the password shown, and the one shown before stops working', async () => {
    const { access, url: first } = await granted()
    const person = await connect(first)
    expect((await person.query('select count(*)::int as n from orders')).rows).toEqual([{ n: 180 }])
    const second = await show(access)
    await expect(connect(first)).rejects.toMatchObject({ code: '28P01' })
    await connect(second.url)
    await revoke(access)
    await expect(connect(second.url)).rejects.toThrow()
  })

  it('leaves the verifier in the log of the server, never the password', async () => {
    const { access } = await granted()
    const { url, password, command } = await show(access)
    const person = await connect(url)
    await person.query("select 'the last statement'")
    await vi.waitFor(async () => expect(await world.target.log()).toContain('the last statement'), {
      timeout: 5_000,
    })
    const log = await world.target.log()
    expect(log).toContain(`alter role "${access.account}" password 'SCRAM-SHA-256$4096:`)
    expect(log).not.toContain(password)
    expect(command).toBe(`psql -h 127.0.0.1 -p ${world.target.server.port} -U ${access.account} -d orders`)
    await revoke(access)
  })

  it('cannot prolong itself, become the role, pass it on, or hide from the log', async () => {
    const { access, url } = await granted()
    const person = await connect(url)
    for (const attempt of [
      `alter role "${access.account}" valid until 'infinity'`,
      `alter role "${access.account}" connection limit -1`,
      'set role orders_admin',
      'grant orders_admin to ada',
      `grant "${access.account}" to ada`,
      "set log_statement to 'none'",
      `alter role "${access.account}" set log_statement to 'none'`,
      'create role another login',
    ]) {
      await expect(person.query(attempt), attempt).rejects.toMatchObject({ code: '42501' })
    }
    await revoke(access)
  })

  it('ends by itself for new logins when elevate does not', async () => {
    const { access, url } = await granted()
    const [row] = await query<{ until: Date }>(
      superuser(),
      `select rolvaliduntil as until from pg_roles where rolname = '${access.account}'`,
    )
    expect(row?.until).toEqual(access.notAfter)
    const later = new Date(access.notAfter.getTime() + 3_600_000)
    expect(await world.connector.grant({ ...access, notAfter: later }, patient())).toMatchObject({
      was: 'already-there',
    })
    await execute(superuser(), `alter role "${access.account}" valid until '2020-01-01'`)
    await expect(connect(url)).rejects.toMatchObject({ code: '28P01' })
    await expect(show(access)).rejects.toMatchObject({ kind: 'not-found' })
    await revoke(access)
  })

  it('names its grant, for the bot and for anyone who looks', async () => {
    const { access } = await granted()
    const holders = await world.connector.inspect('admin', world.entitlement, patient())
    expect(holders).toContainEqual({ account: access.account, grantId: access.grantId, via: 'direct' })
    await revoke(access)
  })
})

describe('revoking a temporary login', () => {
  it('cuts a session in SET ROLE, an open cursor and an idle transaction, each time', {
    timeout: 60_000,
  }, async () => {
    for (let round = 0; round < 20; round++) {
      const { access, url } = await granted(withSetRole())
      const [became, cursor, idle] = [await connect(url), await connect(url), await connect(url)]
      await became.query('set role orders_admin')
      await cursor.query('begin')
      await cursor.query('declare c cursor for select * from orders')
      await cursor.query('fetch 1 from c')
      await idle.query("begin; update orders set status = 'refunded' where id = 1001")
      expect(await revoke(access)).toMatchObject({ was: 'taken', sessionsEnded: 3, leftBehind: [] })
      await expect(became.query('delete from orders where id = 1002')).rejects.toThrow()
      await expect(cursor.query('fetch 1 from c')).rejects.toThrow()
      await expect(idle.query('commit')).rejects.toThrow()
    }
    expect(
      await query(superuser(), 'select status from orders where id in (1001, 1002) order by id'),
    ).toEqual([{ status: 'shipped' }, { status: 'shipped' }])
  })

  it('ends programs that reconnect immediately', { timeout: 30_000 }, async () => {
    const { access, url } = await granted()
    const programs = [reconnecting(url), reconnecting(url), reconnecting(url)]
    await vi.waitFor(() => expect(programs.every((program) => program.inside())).toBe(true), {
      timeout: 10_000,
    })
    const { sessionsEnded } = await revoke(access)
    expect(sessionsEnded).toBeGreaterThanOrEqual(3)
    await vi.waitFor(() => expect(programs.some((program) => program.inside())).toBe(false), {
      timeout: 10_000,
    })
    const sessions = `select from pg_stat_activity where usename = '${access.account}'`
    expect(await query(superuser(), sessions)).toEqual([])
  })

  it('ends the sessions also when an earlier attempt died after closing the door', async () => {
    const { access, url } = await granted(withSetRole())
    const person = await connect(url)
    await person.query('set role orders_admin')
    await execute(superuser(), `alter role "${access.account}" nologin`)
    await execute(superuser(), `revoke orders_admin from "${access.account}" granted by elevate_bot`)
    expect(await revoke(access)).toMatchObject({ was: 'taken', sessionsEnded: 1 })
    await expect(person.query('select from orders')).rejects.toThrow()
  })

  it('leaves no power in a SECURITY DEFINER function made in the window', async () => {
    const { access, url } = await granted()
    const person = await connect(url)
    await person.query(`create function later() returns int language sql security definer
      as 'select count(*)::int from public.orders'`)
    await person.query('grant execute on function later() to public')
    const ada = await connect(world.target.orders.adaUrl)
    await execute(superuser(), 'grant usage on schema public to ada')
    expect((await ada.query('select public.later() as n')).rows).toEqual([{ n: 180 }])

    const { leftBehind } = await revoke(access)
    await expect(ada.query('select public.later() as n')).rejects.toMatchObject({ code: '42501' })
    expect(leftBehind).toEqual(['function public.later() in orders, now of elevate_quarantine'])
    expect(await query(superuser(), `select from pg_roles where rolname = '${access.account}'`)).toEqual([])
    await execute(superuser(), 'drop function later()')
  })

  it('keeps the data that a person made, and takes the rights that they gave to themselves', async () => {
    const { access, url } = await granted()
    const person = await connect(url)
    await person.query('create table fix as select * from orders where id < 1010')
    await person.query(`alter default privileges grant select on tables to "${access.account}"`)
    const { leftBehind } = await revoke(access)
    expect(leftBehind).toEqual(['table public.fix in orders, now of elevate_quarantine'])
    expect(await query(superuser(), 'select count(*)::int as n from fix')).toEqual([{ n: 9 }])
    await execute(superuser(), 'drop table fix')
  })

  it('lists rights that it cannot take, given through a role that owns its tables', async () => {
    await execute(
      superuser(),
      'create role owning; grant owning to elevate_bot with admin option, inherit false, set false',
    )
    await execute(
      superuser(),
      'create table owned (); alter table owned owner to owning; grant usage on schema public to owning',
    )
    const settings = settingsOf({ mode: 'temporary-login' })
    const { access, url } = await granted(accepted(postgres.parseRole({ database_role: 'owning' }, settings)))
    await execute(superuser(), `grant connect on database orders to "${access.account}"`)
    const person = await connect(url)
    await person.query(`grant select on public.owned to "${access.account}"`)
    const { leftBehind } = await revoke(access)
    expect(leftBehind).toContain(`a right of ${access.account} on table public.owned in orders`)
    await execute(superuser(), `drop table owned; drop owned by owning; drop owned by "${access.account}"`)
    expect((await revoke(access)).leftBehind).toEqual([])
  })

  it('leaves behind, closed and listed, what it cannot set aside in another database', async () => {
    const { access, url } = await granted()
    await execute(world.target.server.url, 'create database closed')
    const other = world.target.server.urlOf('closed')
    await execute(other, 'revoke connect on database closed from public')
    await execute(other, `create schema mine authorization "${access.account}"`)
    const first = await revoke(access)
    expect(first.leftBehind).toEqual([
      '1 object(s) in closed, which the bot cannot enter',
      `the role ${access.account}, which nobody can log in with (something still belongs to it)`,
    ])
    await expect(connect(url)).rejects.toThrow(/authentication failed|not permitted to log in/)
    expect(await world.holds(access.account)).toBe(false)
    expect(await revoke(access)).toEqual({
      was: 'already-gone',
      sessionsEnded: 0,
      leftBehind: first.leftBehind,
      failures: [],
    })
    await expect(world.connector.grant(access, patient())).rejects.toMatchObject({ kind: 'conflict' })

    await execute(other, 'grant connect on database closed to elevate_bot')
    const [object, ...more] = (await revoke(access)).leftBehind
    expect(object).toMatch(/^schema mine in closed, /)
    await execute(other, 'drop schema mine')
    if (more.length > 0) await revoke(access)
    expect(await query(superuser(), `select from pg_roles where rolname = '${access.account}'`)).toEqual([])
  })

  it('never touches a role of somebody else that has the name', async () => {
    const access = await accessFor(world)
    await execute(
      superuser(),
      `create role "${access.account}" login password 'theirs'; grant orders_read to "${access.account}"`,
    )
    const look = `select rolcanlogin, rolvaliduntil, rolpassword from pg_authid where rolname = '${access.account}'`
    const before = await query(superuser(), look)
    await expect(world.connector.grant(access, patient())).rejects.toMatchObject({ kind: 'conflict' })
    await expect(show(access)).rejects.toMatchObject({ kind: 'not-found' })
    expect(await revoke(access)).toMatchObject({ was: 'already-gone' })
    expect(await query(superuser(), look)).toEqual(before)
    await execute(superuser(), `drop role "${access.account}"`)
  })

  it('works after the configuration of the target was changed to the other mode', async () => {
    const { access, url } = await granted()
    const changed = open(
      world.target.orders.botUrl,
      settingsOf({ mode: 'membership', accounts: { by: 'email' } }),
    )
    expect(await revokeBy(changed, access)).toMatchObject({ was: 'taken' })
    await changed.close()
    await expect(connect(url)).rejects.toThrow()
    expect(await query(superuser(), `select from pg_roles where rolname = '${access.account}'`)).toEqual([])
  })
})
