/** What a holder, an administrator or a bad moment puts in the way of an end. The role is gone all the same. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createDemoOrders } from '../../demo/orders.ts'
import type { Access } from '../../src/core/connector.ts'
import { execute, query, startTestServer } from '../support/postgres.ts'
import { accessFor, patient, revokeBy } from './contract.ts'
import { connect, reconnecting } from './postgres-sessions.ts'
import { membershipWorld, open, type PostgresWorld, settingsOf, temporaryWorld } from './postgres-world.ts'

const LOCKED = "begin; alter role current_user password 'mine'"

describe('a temporary login', () => {
  let world: PostgresWorld
  beforeAll(async () => {
    world = await temporaryWorld({}, { max_prepared_transactions: 5 })
  })
  afterAll(() => world?.close())

  const superuser = () => world.target.orders.superuserUrl
  const revoke = (access: Access) => revokeBy(world.connector, access)
  async function granted(): Promise<{ access: Access; url: string }> {
    const access = await accessFor(world)
    await world.connector.grant(access, patient())
    const shown = await world.connector.credential?.(access, patient())
    const field = (name: string) => shown?.fields.find(({ label }) => label === name)?.value ?? ''
    const login = { user: field('User'), password: field('Password') }
    return { access, url: world.target.server.urlOf('orders', login) }
  }
  const mayRead = async (account: string) => {
    const [row] = await query<{ may: boolean }>(
      superuser(),
      `select has_table_privilege('${account}', 'public.orders', 'select') as may`,
    )
    return row?.may
  }

  it('is ended although its holder keeps a lock on it', async () => {
    const { access, url } = await granted()
    const person = await connect(url)
    await person.query(LOCKED)
    expect(await revoke(access)).toMatchObject({ was: 'taken', sessionsEnded: 1, failures: [] })
    await expect(person.query('select from orders')).rejects.toThrow()
    await expect(connect(url)).rejects.toThrow()
  })

  it('is ended although programs of its holder take the lock in turn', { timeout: 40_000 }, async () => {
    const { access, url } = await granted()
    const programs = Array.from({ length: 4 }, () =>
      reconnecting(url, LOCKED.replace('begin; ', 'begin; set lock_timeout to 0; ')),
    )
    await vi.waitFor(() => expect(programs.some((one) => one.inside())).toBe(true), { timeout: 10_000 })
    expect(await revoke(access)).toMatchObject({ was: 'taken', failures: [] })
    await vi.waitFor(() => expect(programs.some((one) => one.inside())).toBe(false), { timeout: 10_000 })
    await expect(connect(url)).rejects.toThrow()
  })

  it('loses the role while a prepared transaction keeps it from being closed, which is named', {
    timeout: 40_000,
  }, async () => {
    const { access, url } = await granted()
    const person = await connect(url)
    await person.query(`${LOCKED}; prepare transaction 'it''s mine'`)
    const first = await revoke(access)
    expect(first).toMatchObject({ was: 'held', sessionsEnded: 1 })
    expect(first.failures.join()).toContain(`ROLLBACK PREPARED 'it''s mine'`)
    expect(first.failures.join()).toContain('it can still log in')
    expect(await mayRead(access.account)).toBe(false)
    const again = await connect(superuser())
    await again.query(`rollback prepared 'it''s mine'`)
    expect(await revoke(access)).toMatchObject({ was: 'taken', failures: [] })
    await expect(connect(url)).rejects.toThrow()
  })

  it('loses the role and its sessions while an administrator has locked the table of roles', {
    timeout: 40_000,
  }, async () => {
    const { access, url } = await granted()
    const person = await connect(url)
    const administrator = await connect(superuser())
    await administrator.query('begin; lock table pg_authid in share mode')
    const { rows } = await administrator.query('select pg_backend_pid() as pid')
    const first = await revoke(access)
    expect(first).toMatchObject({ was: 'held', sessionsEnded: 1 })
    expect(first.failures.join()).toContain(`SELECT pg_terminate_backend(${rows[0].pid});`)
    await expect(person.query('select from orders')).rejects.toThrow()
    expect(await mayRead(access.account)).toBe(false)
    await administrator.query('rollback')
    expect(await revoke(access)).toMatchObject({ was: 'taken' })
  })

  it('is found by its oid when its mark was removed, and asked about when that is not known either', async () => {
    const access = await accessFor(world)
    const { ids } = await world.connector.grant(access, patient())
    await execute(superuser(), `comment on role "${access.account}" is null`)
    const unknown = await revoke(access)
    expect(unknown).toMatchObject({ was: 'held', sessionsEnded: 0 })
    expect(unknown.failures.join()).toContain('put the comment back')
    expect(await revoke({ ...access, ids })).toMatchObject({ was: 'taken', failures: [] })
    expect(await world.holds(access.account)).toBe(false)
  })

  it('is over although what it left cannot be set aside, which takes a few seconds in all', {
    timeout: 60_000,
  }, async () => {
    const { access, url } = await granted()
    const names = Array.from({ length: 7 }, (_, number) => `busy_${number}`)
    for (const name of names) {
      await execute(world.target.server.url, `create database ${name}`)
      const place = world.target.server.urlOf(name)
      await execute(place, `create table left_here (); alter table left_here owner to "${access.account}"`)
      const colleague = await connect(place)
      await colleague.query('begin; select from left_here')
    }
    onTestFinished(async () => {
      for (const name of names) await execute(world.target.server.url, `drop database ${name} with (force)`)
    })
    const { was, leftBehind } = await revoke(access)
    expect(was).toBe('taken')
    expect(leftBehind).toHaveLength(names.length + 1)
    expect(leftBehind.join()).toContain(`table public.left_here in busy_0, still of ${access.account}`)
    expect(leftBehind.join()).toContain('in busy_6, which were not looked at in time')
    expect(leftBehind.at(-1)).toContain('nobody can log in with')
    await expect(connect(url)).rejects.toThrow()
  })
})

describe('a membership', () => {
  it('is not called gone on another server than the one where it was granted', async () => {
    const access = await accessFor(world)
    const { ids } = await world.connector.grant(access, patient())
    await using elsewhere = await startTestServer()
    const orders = await createDemoOrders(elsewhere.url)
    const astray = open(
      orders.botUrl,
      settingsOf({ mode: 'membership', accounts: { map: { U0ADA: 'ada' } } }),
    )
    onTestFinished(() => astray.close())
    const there = await revokeBy(astray, { ...access, ids })
    expect(there).toMatchObject({ was: 'held' })
    expect(there.failures.join()).toContain('leads to another server')
    expect(await world.holds(access.account)).toBe(true)
    expect(await revokeBy(world.connector, { ...access, ids })).toMatchObject({ was: 'taken' })
  })

  it('is revoked also when its role has another name now', async () => {
    const access = await accessFor(world)
    const { ids } = await world.connector.grant(access, patient())
    await execute(world.target.server.url, 'alter role orders_admin rename to orders_chief')
    try {
      expect(await revokeBy(world.connector, { ...access, ids })).toMatchObject({
        was: 'taken',
        failures: [],
      })
    } finally {
      await execute(world.target.server.url, 'alter role orders_chief rename to orders_admin')
    }
    expect(await world.holds(access.account)).toBe(false)
  })

  let world: PostgresWorld
  beforeAll(async () => {
    world = await membershipWorld()
  })
  afterAll(() => world?.close())

  it('names who keeps it from being taken, and is taken when that is over', { timeout: 40_000 }, async () => {
    const access = await accessFor(world)
    await world.connector.grant(access, patient())
    const administrator = await connect(world.target.orders.superuserUrl)
    await administrator.query('begin; lock table pg_auth_members in share mode')
    const { rows } = await administrator.query('select pg_backend_pid() as pid')
    const first = await revokeBy(world.connector, access)
    expect(first).toMatchObject({ was: 'held' })
    expect(first.failures.join()).toContain(`SELECT pg_terminate_backend(${rows[0].pid});`)
    await administrator.query('rollback')
    expect(await revokeBy(world.connector, access)).toMatchObject({ was: 'taken', failures: [] })
  })

  it('ends a session that became the role and does not show its name', { timeout: 40_000 }, async () => {
    const access = await accessFor(world)
    await world.connector.grant(access, patient())
    const url = new URL(world.target.orders.adaUrl)
    url.searchParams.set('options', '-c role=orders_admin -c post_auth_delay=60')
    const hidden = connect(url.href).then((client) => client.query('select from orders'))
    hidden.catch(() => {})
    const login = `select where exists (select from pg_locks l left join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'virtualxid' and a.usename is null and coalesce(a.backend_type, '') in ('', 'client backend'))`
    // An ordinary login has no name for a moment either; this one is in, and stays like that.
    let looks = 0
    await vi.waitFor(
      async () => {
        looks = (await query(world.target.server.url, login)).length === 1 ? looks + 1 : 0
        expect(looks).toBeGreaterThan(8)
      },
      { timeout: 10_000, interval: 50 },
    )
    expect(await revokeBy(world.connector, access)).toMatchObject({
      was: 'taken',
      sessionsEnded: 1,
      failures: [],
    })
    await expect(hidden).rejects.toThrow()
    expect(await query(world.target.server.url, login)).toEqual([])
  })
})
