/** How access ends: only what elevate gave, with the sessions that used it, and told in few words. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openSession, type Session } from '../../demo/session.ts'
import type { Elevate } from '../../src/app.ts'
import { markOf } from '../../src/connectors/postgres/roles.ts'
import { findRole } from '../../src/core/catalog.ts'
import { execute } from '../support/postgres.ts'
import { ADA, BEN, ORDERS, SAM, SECURITY, workspace } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events, membersOf, postsTo, sessionsOf } from './evidence.ts'
import { given, passTime, SOON } from './given.ts'
import * as sights from './sights.ts'

/** People of whom each has a grant that ends in the same moment as everybody else's. */
const CROWD = Array.from({ length: 300 }, (_, at) => ({ id: `U0CROWD${at}`, name: `crowd${at}` }))

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const own = { by: ADA, target: 'orders-own', role: 'write' }
const asAdmin = (sql: string) => execute(test.target.orders.superuserUrl, sql)
const adas = async () => (await membersOf(test, 'orders_write')).filter((one) => one.startsWith('ada '))

beforeAll(async () => {
  const users = [...workspace.users, ...CROWD]
  test = await testWorld({ simulator: { workspace: { ...workspace, users } } })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

async function endOf(grant: { number: number }) {
  return vi.waitFor(async () => {
    const end = (await events(test)).find(
      (event) => event.grant === `G-${grant.number}` && event.type === 'grant.revoked',
    )
    if (!end) throw new Error(`G-${grant.number} has not ended`)
    return end
  }, SOON)
}

/** Ada's own login; `cut` is what the server said last, undefined while it lives. */
async function adaConnects(): Promise<Session & { readonly ended: () => string | undefined }> {
  const session = await openSession(test.target.orders.adaUrl)
  let words: string | undefined
  void session.cut.then((last) => {
    words = last
  })
  return { ...session, ended: () => words }
}

it('keeps what another grant still needs, and takes it with the last one', { timeout: 40_000 }, async () => {
  const first = await given(elevate.world, own)
  const second = await given(elevate.world, own)
  const session = await adaConnects()
  expect(
    await session.run('insert into customers select 900, $$Zoe$$, $$Bath$$, $$zoe@example.com$$'),
  ).toMatchObject({ ok: true })

  await passTime(test, `id = '${first.id}'`)
  expect(await endOf(first)).toMatchObject({
    outcome: 'kept-by-other',
    detail: { kept_by: `G-${second.number}` },
  })
  expect(await adas()).toEqual(['ada by elevate_bot'])
  expect(await session.run("update customers set city = 'Bristol' where id = 900")).toMatchObject({
    ok: true,
  })
  expect(session.ended()).toBeUndefined()
  await sights.reads(as(ADA), 'dm', 'Another live grant still gives you this access')

  await sights.types(as(ADA), `end G-${second.number}`)
  expect(await endOf(second)).toMatchObject({
    outcome: 'taken',
    detail: { why: 'returned', sessions_ended: 1 },
  })
  expect(await adas()).toEqual([])
  await vi.waitFor(() => expect(session.ended()).toMatch(/terminat/), SOON)
})

it('leaves standing access, and the session that uses it, as they were', { timeout: 40_000 }, async () => {
  await asAdmin('grant orders_write to ada')
  try {
    const session = await adaConnects()
    await session.run('set role orders_write')
    const grant = await given(elevate.world, own)
    expect(await adas()).toEqual(['ada by elevate_bot', 'ada by postgres'])
    await passTime(test, `id = '${grant.id}'`)
    expect(await endOf(grant)).toMatchObject({ outcome: 'kept-standing', detail: { sessions_ended: 0 } })
    expect(await adas()).toEqual(['ada by postgres'])
    expect(await session.run("update customers set city = 'Exeter' where id = 1")).toMatchObject({ ok: true })
    expect(session.ended()).toBeUndefined()
    await sights.reads(as(ADA), 'dm', 'you had this access before elevate gave it, so it stays')
    await session.close()
  } finally {
    await asAdmin('revoke orders_write from ada')
  }
})

it('cuts a session that became the role and holds a cursor open, when its time is over', {
  timeout: 40_000,
}, async () => {
  const grant = await given(elevate.world, own)
  const session = await adaConnects()
  for (const statement of [
    'set role orders_write',
    'begin',
    'declare open_cursor cursor with hold for select id from customers',
    'fetch 1 from open_cursor',
  ])
    expect(await session.run(statement)).toMatchObject({ ok: true })
  expect(await sessionsOf(test, 'ada')).toBe(1)
  await passTime(test, `id = '${grant.id}'`)
  await vi.waitFor(() => expect(session.ended()).toMatch(/terminat/), SOON)
  expect(await session.run('fetch 1 from open_cursor')).toMatchObject({ ok: false })
  expect(await endOf(grant)).toMatchObject({
    outcome: 'taken',
    detail: { why: 'expired', sessions_ended: 1 },
  })
  expect(await sessionsOf(test, 'ada')).toBe(0)
  expect(await adas()).toEqual([])
  // She can still come in as herself, and has no more than that.
  const again = await adaConnects()
  expect(await again.run('set role orders_write')).toMatchObject({ ok: false })
  await again.close()
})

it('says how late it ended, and that the clock ended it', { timeout: 40_000 }, async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  expect(await elevatedLogins(test)).toEqual([grant.account])
  await passTime(test, `id = '${grant.id}'`)
  const end = await endOf(grant)
  const late = Number(end.detail?.late_by_ms)
  expect(end.detail?.why).toBe('expired')
  expect(Number.isInteger(late) && late >= 0).toBe(true)
  expect(Date.parse(end.time) - Date.parse(String(end.detail?.due_at))).toBeGreaterThanOrEqual(late)
  expect(await elevatedLogins(test)).toEqual([])
  const intent = (await events(test)).find(
    (event) => event.grant === end.grant && event.type === 'grant.revoking',
  )
  expect(intent).toMatchObject({ actor: { kind: 'system', id: 'sweeper' }, outcome: 'expired' })
  await sights.reads(as(BEN), ORDERS, `G-${grant.number}`, 'its time was over', 's after its time')
})

it('redraws Home as things end, without opening it again', { timeout: 40_000 }, async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await as(ADA).openHome()
  await sights.readsHome(as(ADA), `(G-${grant.number}): until`)
  await passTime(test, `id = '${grant.id}'`)
  await endOf(grant)
  await as(ADA).see(
    (view) => sights.spotOf(view, 'home', /^Ask for read/) && !sights.spotOf(view, 'home', /^Give back/),
    {
      what: 'a Home without the grant',
    },
  )
  await sights.readsHome(as(ADA), 'You have no access through elevate now')
})

describe('when hundreds of grants end in the same second', () => {
  const COUNT = CROWD.length

  it('takes all of them, and makes a handful of messages of it', { timeout: 120_000 }, async () => {
    await vi.waitFor(async () => expect(await waiting()).toBe(0), SOON)
    await elevate.stop()
    elevate = await test.bot('paced')
    await giveCrowd()
    expect(await elevatedLogins(test)).toHaveLength(COUNT)
    const before = { orders: postsTo(test, ORDERS).length, security: postsTo(test, SECURITY).length }
    const last = { orders: newest(BEN, ORDERS), security: newest(SAM, SECURITY) }
    await passTime(test, "state = 'active'")
    await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), {
      timeout: 60_000,
      interval: 100,
    })
    // Told are all of them: each is a line or is counted, in the channel and in the feed.
    await vi.waitFor(
      () => {
        const notices = since(BEN, ORDERS, last.orders)
        expect(sum(notices, /^\*?(\d+) grants?\*? ended/)).toBe(COUNT)
      },
      { timeout: 60_000, interval: 100 },
    )
    await vi.waitFor(
      () => {
        const feeds = since(SAM, SECURITY, last.security)
        const lines = feeds
          .flatMap((text) => text.split('\n'))
          .filter((line) => /Ended\*?: .*crowd/.test(line))
        expect(lines.length + sum(feeds, /(\d+) grants? that ended/)).toBe(COUNT)
      },
      { timeout: 60_000, interval: 100 },
    )
    // About one a second while they end, which a busy machine needs longer for.
    expect(postsTo(test, ORDERS).length - before.orders).toBeLessThanOrEqual(COUNT / 7)
    expect(postsTo(test, SECURITY).length - before.security).toBeLessThanOrEqual(COUNT / 7)
  })

  const sum = (texts: readonly string[], words: RegExp) =>
    texts.reduce((total, text) => total + Number(words.exec(text)?.[1] ?? 0), 0)

  const newest = (person: string, channel: string) => as(person).messages(channel)[0]?.ts ?? ''
  const since = (person: string, channel: string, ts: string) =>
    sights
      .readAll(as(person).view(), channel)
      .filter(({ message }) => message.ts > ts)
      .map(({ text }) => text)

  async function waiting(): Promise<number> {
    const rows = await test.rows<{ count: string }>('select count(*) from elevate.outbox')
    return Number(rows[0]?.count)
  }

  /** Requests and grants by SQL, and their logins in the target as the bot would have made them. */
  async function giveCrowd(): Promise<void> {
    const role = findRole(elevate.world.catalog(), 'orders-db', 'read')
    await test.rows(`
      with asked as (
        insert into elevate.request (requester, target, role, duration_s, reason, policy_name, policy_hash, state,
          created_at, lapses_at, closed_at, closed_by, cards)
        select 'U0CROWD' || n, 'orders-db', 'read', 3600, 'together', 'read', 'hash', 'approved',
          now(), now() + interval '1 hour', now(), '${BEN}', '{}'
        from generate_series(0, ${COUNT - 1}) as n returning id, requester
      ), bound as (
        insert into elevate.binding (target, role, person) select 'orders-db', 'read', requester from asked
      )
      insert into elevate.access_grant (request_id, person, target, role, account, entitlement, subject, duration_s,
        state, policy_hash, created_at, provision_by, not_after, activated_at, expires_at, wake_at)
      select id, requester, 'orders-db', 'read', 'elv_' || lower(substr(requester, 3)),
        '${JSON.stringify(role?.settings)}',
        jsonb_build_object('person', requester, 'name', requester), 3600, 'active', 'hash', now(),
        now() + interval '5 min', now() + interval '2 hours', now(), now() + interval '1 hour', now() + interval '1 hour'
      from asked`)
    const crowd = await test.rows<{ id: string; person: string; account: string }>(
      "select id, person, account from elevate.access_grant where state = 'active'",
    )
    await execute(
      test.target.orders.botUrl,
      crowd
        .map(
          ({ id, person, account }) =>
            `create role ${account} login; comment on role ${account} is '${markOf(id, person)}'; grant orders_read to ${account};`,
        )
        .join('\n'),
    )
  }
})
