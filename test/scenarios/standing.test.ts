/** Access that elevate did not give: found by asking the targets, told to security, and settled with one press. */

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { lookAtStanding } from '../../src/operations/standing/look-at-standing.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { query } from '../support/postgres.ts'
import { ADA, BEN, configuration, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events, postsTo } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

/** Each target is looked at once a day, and at once when it was never looked at. */
const looking = configuration.replace('\ntargets:', '\nstanding_access: { every: 24h }\ntargets:')

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const sql = (text: string) => query(test.target.orders.superuserUrl, text)
const look = async (target = 'orders-own') => {
  await vi.waitFor(async () => expect(await elevate.world.store.standing.claim(target)).toBe(true), SOON)
  return lookAtStanding(elevate.world, target)
}
const accept = (access = '', until = '') =>
  bindVerbs(elevate.world).acceptStanding({ what: { access }, by: SAM, why: 'it is meant', until })

const present = async (target = 'orders-own') =>
  (await elevate.world.store.standing.present(target)).map((one) => `${one.account} ${one.role} ${one.state}`)
const typesSince = async (from: number) =>
  (await events(test))
    .slice(from)
    .filter((one) => one.type.startsWith('standing_access') || one.outcome === 'not-security')
    .map((one) => `${one.type} ${one.role} ${one.account ?? ''} ${one.actor.id}`.trim())
const reports = (target: string) =>
  postsTo(test, SECURITY).filter(
    ({ args }) =>
      String(args.text).includes('that elevate did not give') && String(args.text).includes(target),
  )

beforeAll(async () => {
  test = await testWorld({ configuration: looking })
  // Given by hand before elevate came: joe by an administrator, kim in a way that elevate may undo, ada for good.
  await sql(`create role joe login; create role kim login; create role access; create role team;
    grant orders_write to joe, ada;
    grant orders_write to access with admin true, inherit false, set false; grant access to elevate_bot;
    grant orders_write to kim granted by access`)
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('is all in one report at the first look, with the superusers of the target', {
  timeout: 40_000,
}, async () => {
  const report = await sights.reads(
    as(SAM),
    SECURITY,
    'Standing access on orders-own',
    '4 accounts have access',
    'first look',
    /ada.* has .*write.*given by "postgres"/,
    'joe',
    'kim',
    /postgres.* has .*everything.*superuser/,
    'GRANTED BY "postgres"',
  )
  expect(report.text).not.toContain('elevate_bot')
  await sights.finds(as(SAM), SECURITY, /^Accept all 4 on orders-own/)
  expect(await present()).toEqual(['postgres * open', 'ada write open', 'joe write open', 'kim write open'])
  expect(await typesSince(0)).toEqual(
    expect.arrayContaining([
      'standing_access.found write ada standing',
      'standing_access.found * postgres standing',
    ]),
  )
  expect(reports('orders-own')).toHaveLength(1)
  await vi.waitFor(() => expect(reports('orders-db')).toHaveLength(1), SOON)
})

it('is accepted as the baseline by security, with a reason, and by nobody else', {
  timeout: 40_000,
}, async () => {
  const from = (await events(test)).length
  await sights.pressesLabelled(as(SAM), SECURITY, /^Accept ada, write/)
  await sights.readsDialog(as(SAM), 'Accept access', 'ada has write')
  expect(await as(SAM).submit()).toMatchObject({ ok: false })
  await as(SAM).fill('Why it is meant', 'Ada is on call for the orders, INC-1')
  await as(SAM).fill('Until', '2020-01-31')
  expect(await as(SAM).submit()).toMatchObject({ errors: { until: /is over/ } })
  await as(SAM).fill('Until', '2999-01-31')
  expect(await as(SAM).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(SAM), 'Accepted: ada may have write')
  await as(SAM).closeModal()
  await sights.reads(
    as(SAM),
    SECURITY,
    'Standing access on orders-own',
    /Accepted.* by Sam/,
    'INC-1',
    '3 of 4 still to be settled',
  )
  expect(reports('orders-own')).toHaveLength(1)

  const access =
    (await elevate.world.store.standing.present('orders-own')).find((one) => one.account === 'joe')?.id ?? ''
  const accepting = { what: { access }, by: EVE, why: 'I say so', until: '' }
  expect(await bindVerbs(elevate.world).acceptStanding(accepting)).toMatchObject({
    refused: { code: 'not-security' },
  })
  expect(await present()).toContain('joe write open')
  await sights.reads(as(SAM), SECURITY, 'Refused', /eve/i, 'settle standing access to', 'only security does')
  expect(await typesSince(from)).toEqual([
    `standing_access.accepted write ada ${SAM}`,
    `decision.refused write  ${EVE}`.trim(),
  ])
  const said = JSON.stringify((await test.events()).map((one) => one.bytes))
  expect(said).not.toContain('on call for the orders')
})

it('is on the card when somebody asks for what they have already', { timeout: 40_000 }, async () => {
  const number = await sights.asks(as(ADA), 'orders-own write 30m for the record')
  await sights.reads(as(BEN), ORDERS, /Ada has standing access to this already, as .*ada.*accepted by Sam/)
  expect(await sights.types(as(ADA), `withdraw R-${number}`)).toContain('withdrew')
  const other = await sights.asks(as(BEN), 'orders-own write 30m and Ben does not')
  await sights.reads(as(ADA), ORDERS, 'and Ben does not')
  expect(
    sights.readAll(as(ADA).view(), ORDERS).find(({ text }) => text.includes('and Ben does not'))?.text,
  ).not.toContain('already')
  await sights.types(as(BEN), `withdraw R-${other}`)
})

it('is reported again only when it is new, and when nobody has it any more', {
  timeout: 40_000,
}, async () => {
  const from = (await events(test)).length
  expect(await look()).toEqual({ unread: undefined, found: 0 })
  await sql(
    'grant orders_write to team; grant team to joe; create role lou login; grant team to lou; revoke orders_write from ada',
  )
  expect(await look()).toEqual({ unread: undefined, found: 1 })
  await sights.reads(
    as(SAM),
    SECURITY,
    'New standing access on orders-own',
    '1 account has',
    /lou.* has .*write.*through "team"/,
  )
  await sights.reads(
    as(SAM),
    SECURITY,
    'Standing access on orders-own',
    /ada.* no longer has .*write.*it was gone/,
  )
  expect(await typesSince(from)).toEqual([
    'standing_access.found write lou standing',
    'standing_access.gone write ada standing',
  ])
  expect(reports('orders-own')).toHaveLength(2)
})

it('is removed with one press where elevate can, and a late press is told by whom', {
  timeout: 40_000,
}, async () => {
  const from = (await events(test)).length
  expect(sights.spotOf(as(SAM).view(), SECURITY, /^Take away joe/)).toBeUndefined()
  expect(sights.spotOf(as(SAM).view(), SECURITY, /^Take away postgres/)).toBeUndefined()
  const spot = await sights.finds(as(SAM), SECURITY, /^Take away kim, write on orders-own/)
  await sights.presses(as(SAM), spot)
  await sights.readsDialog(as(SAM), 'kim will no longer have write', 'cannot give it back')
  expect(await as(SAM).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(SAM), 'Taken away: kim no longer has write')
  await as(SAM).closeModal()
  const has = await sql("select pg_has_role('kim', 'orders_write', 'member') as has")
  expect(has).toEqual([{ has: false }])
  await sights.reads(
    as(SAM),
    SECURITY,
    'Standing access on orders-own',
    /kim.* no longer has .*write.*Sam took it away/,
  )
  expect(await typesSince(from)).toEqual([`standing_access.removed write kim ${SAM}`])

  const [late] = await test.rows<{ id: string }>(
    "select id from elevate.standing_access where account = 'kim' and target = 'orders-own'",
  )
  expect(await accept(late?.id)).toMatchObject({
    refused: { case: 'standing-removed', code: 'already-closed', data: { by: SAM } },
  })
})

it('is asked about in the channel of the target', { timeout: 40_000 }, async () => {
  await sights.pressesLabelled(as(SAM), SECURITY, /^Ask about joe, write on orders-own/)
  await sights.isTold(as(SAM), SECURITY, /The people of .*orders-own.* are asked/)
  await sights.reads(
    as(BEN),
    ORDERS,
    '@dba',
    /Sam of security asks what the account .*joe.* has .*write.* on .*orders-own.* for/,
    'answer in this thread',
  )
})

it('is not access of a live grant, and is what a grant leaves behind', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-own write 30m needed for a test')
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${number}:`))
  await vi.waitFor(
    async () => expect((await elevate.world.store.reads.liveGrants())[0]?.grant.state).toBe('active'),
    SOON,
  )
  expect(await look()).toEqual({ unread: undefined, found: 0 })
  // The same server under another name: that target knows the grant, too. Lou is news there.
  expect(await look('orders-db')).toEqual({ unread: undefined, found: 1 })
  expect(await present('orders-db')).not.toContainEqual(expect.stringMatching(/^(ada|elv_)/))
  await sights.types(as(ADA), 'end orders-own write')
  await vi.waitFor(async () => expect(await elevate.world.store.reads.liveGrants()).toEqual([]), SOON)
  // As after a backup was restored: elevate gave it, and knows of no grant.
  const { botUrl } = test.target.orders
  await query(
    botUrl,
    'grant orders_write to ada with inherit true, set true, admin false granted by current_user',
  )
  expect(await look()).toEqual({ unread: undefined, found: 1 })
  await sights.reads(as(SAM), SECURITY, /ada.* has .*write.*given by elevate, and no grant stands for it/)
  await sights.pressesLabelled(as(SAM), SECURITY, /^Take away ada, write on orders-own/)
  await sights.readsDialog(as(SAM), 'ada will no longer have write')
  await as(SAM).submit()
  await sights.readsDialog(as(SAM), 'Taken away: ada')
  await as(SAM).closeModal()
  expect(await look()).toEqual({ unread: undefined, found: 0 })
})

it('is unknown, and not none, while the target cannot be read', { timeout: 60_000 }, async () => {
  const before = await present()
  await sql(
    `alter role elevate_bot nologin; select pg_terminate_backend(pid) from pg_stat_activity where usename = 'elevate_bot'`,
  )
  expect((await look()).unread).toBeTruthy()
  expect((await look()).unread).toBeTruthy()
  await sights.reads(
    as(SAM),
    SECURITY,
    /Who has access on .*orders-own.* could not be read/,
    'says nothing about who has it',
  )
  // Said when it began, and not with every look.
  const silent = await test.rows('select from elevate.standing_report where error is not null')
  expect(silent).toHaveLength(1)
  expect(await present()).toEqual(before)
  expect(await sights.types(as(SAM), 'standing orders-own')).toContain('could not be read')
  await sql('alter role elevate_bot login')
  expect((await look()).unread).toBeUndefined()
  await sights.reads(as(SAM), SECURITY, 'could not be read', 'It was read again')
})

it('comes back when the day is over until which it was accepted', { timeout: 40_000 }, async () => {
  const access =
    (await elevate.world.store.standing.present('orders-own')).find((one) => one.account === 'lou')?.id ?? ''
  expect(await accept(access, '2999-01-01')).toHaveProperty('accepted')
  expect(await look()).toEqual({ unread: undefined, found: 0 })
  await test.rows(
    "update elevate.standing_access set accepted_until = now() - interval '1 s', version = version + 1 where account = 'lou' and target = 'orders-own'",
  )
  expect(await look()).toEqual({ unread: undefined, found: 1 })
  await sights.reads(as(SAM), SECURITY, 'New standing access on orders-own', /lou.*It was accepted until/)
})

it('is listed for security, and for nobody else', { timeout: 40_000 }, async () => {
  const said = await sights.types(as(SAM), 'standing', SECURITY)
  for (const words of ['that nobody has settled', 'orders-own: lou has write', 'orders-db was read'])
    expect(said).toContain(words)
  expect(await sights.types(as(EVE), 'standing')).toContain('Only security can do this')
  expect(await sights.types(as(SAM), 'standing nothing', SECURITY)).toContain('There is no target “nothing”')
})

it('is looked at by one replica at a time', async () => {
  const { standing } = elevate.world.store
  const both = await Promise.all([standing.claim('orders-own'), standing.claim('orders-own')])
  expect(both.toSorted()).toEqual([false, true])
  await lookAtStanding(elevate.world, 'orders-own')
  expect(await standing.claimDue(['orders-own'], { every: 3600 })).toBeUndefined()
  await standing.ask(['orders-own'])
  // The bot's own clock may have been faster.
  const mine = await standing.claimDue(['orders-own'], undefined)
  expect([undefined, 'orders-own']).toContain(mine)
})
