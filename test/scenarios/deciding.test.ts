/** Who decides, how many it takes, and who may end what somebody else has. */
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, CHO, DAN, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, eventsOf, rolesOf, typesOf } from './evidence.ts'
import { asked, given, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const approve = (number: number) => new RegExp(`^Approve R-${number}:`)

beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

const becomesOf = (logins: readonly string[]) =>
  vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual(logins), SOON)

it('carries a denial and its reason to the requester', { timeout: 40_000 }, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 30m just curious')
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Deny R-${number}:`))
  await as(BEN).fill('Reason', 'Curiosity is no incident')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(BEN), `You denied R-${number}`)
  await as(BEN).closeModal()
  await sights.reads(as(ADA), 'dm', /R-\d+ was denied by .*ben/i, '> Curiosity is no incident')
  const card = await sights.reads(as(CHO), ORDERS, '# Denied', `R-${number}`, '> Curiosity is no incident')
  expect(card.text).not.toContain('[Approve]')
  expect(await typesOf(test, number)).toEqual(['request.created', 'decision.recorded', 'request.denied'])
  expect(await elevatedLogins(test)).toEqual([])
})

it('waits for as many different people as the policy asks for', { timeout: 40_000 }, async () => {
  const number = await sights.asks(as(ADA), 'orders-db write 30m repair INC-7')
  await sights.pressesLabelled(as(BEN), ORDERS, approve(number))
  await sights.isTold(as(BEN), ORDERS, `You approved R-${number}`, 'It needs one more approval')
  await sights.reads(as(ADA), 'dm', `approved R-${number}`, 'It needs one more approval')
  await sights.pressesLabelled(as(BEN), ORDERS, approve(number))
  await sights.isTold(as(BEN), ORDERS, `You have approved R-${number} already`)
  expect(await elevatedLogins(test)).toEqual([])
  await sights.reads(as(CHO), ORDERS, `R-${number}`, '1 of 2 approvals')
  await sights.pressesLabelled(as(CHO), ORDERS, approve(number))
  await sights.isTold(as(CHO), ORDERS, `You approved R-${number}`, 'Giving access now')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  const [login = ''] = await elevatedLogins(test)
  expect(await rolesOf(test, login)).toEqual(['orders_write'])
  const approved = (await eventsOf(test, number)).find((event) => event.type === 'request.approved')
  expect(approved?.detail).toMatchObject({ approvers: [BEN, CHO], needed: 2, self_approved: false })
  expect(await sights.types(as(ADA), 'end orders-db write')).toContain('Ending your')
  await becomesOf([])
})

describe('approval of one’s own request', () => {
  it('is refused, to an approver as well, where the policy does not speak of it', {
    timeout: 40_000,
  }, async () => {
    const number = await sights.asks(as(DAN), 'orders-db read 30m my own')
    await sights.pressesLabelled(as(DAN), ORDERS, approve(number))
    await sights.isTold(as(DAN), ORDERS, 'Nobody decides on his own request here')
    const refused = (await eventsOf(test, number)).at(-1)
    expect(refused).toMatchObject({ type: 'decision.refused', outcome: 'self-approval', actor: { id: DAN } })
    expect(await elevatedLogins(test)).toEqual([])
    await sights.types(as(DAN), 'withdraw')
  })

  it('counts where the policy says so in so many words, and the event and the card say it', {
    timeout: 40_000,
  }, async () => {
    const number = await sights.asks(as(CHO), 'orders-db admin 30m vacuum')
    await sights.pressesLabelled(as(CHO), ORDERS, approve(number))
    await sights.isTold(as(CHO), ORDERS, 'Giving access now')
    await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
    const told = await eventsOf(test, number)
    expect(told.find((event) => event.type === 'decision.recorded')?.detail).toMatchObject({ self: true })
    expect(told.find((event) => event.type === 'request.approved')?.detail).toMatchObject({
      self_approved: true,
    })
    await sights.reads(
      as(BEN),
      ORDERS,
      'Active',
      `R-${number}`,
      'who asked for it; the policy allows self-approval',
    )
    await sights.types(as(CHO), 'end')
    await becomesOf([])
  })
})

describe('somebody else', () => {
  it('who approves such access ends it early with a reason, which its holder reads', {
    timeout: 40_000,
  }, async () => {
    const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
    await sights.pressesLabelled(as(CHO), ORDERS, new RegExp(`^End G-${grant.number} now:`))
    await as(CHO).fill('Reason', 'The incident is closed')
    expect(await as(CHO).submit()).toMatchObject({ ok: true })
    await sights.readsDialog(as(CHO), 'Ending the access of')
    await as(CHO).closeModal()
    await becomesOf([])
    await sights.reads(as(ADA), 'dm', /was ended early by .*cho/i, '> The incident is closed')
  })

  it('of security ends it by naming the person and the target', { timeout: 40_000 }, async () => {
    const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
    await as(SAM).command('revoke @ada orders-db laptop stolen', { channel: SECURITY })
    await sights.readsDialog(as(SAM), /\*?Ada\*? loses this now/, `(G-${grant.number})`, 'laptop stolen')
    await as(SAM).fill('Reason', '   ')
    expect(await as(SAM).submit()).toMatchObject({ errors: { note: /say why/ } })
    expect(await elevatedLogins(test)).toEqual([grant.account])
    await as(SAM).fill('Reason', 'laptop stolen')
    expect(await as(SAM).submit()).toMatchObject({ ok: true })
    await sights.readsDialog(as(SAM), 'Ending the access of')
    await as(SAM).closeModal()
    await becomesOf([])
    await sights.reads(as(ADA), 'dm', /was ended early by .*sam/i, '> laptop stolen')
  })

  it('without that right ends nothing, and security hears of it', { timeout: 40_000 }, async () => {
    const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
    expect(await sights.types(as(EVE), `end G-${grant.number} because I can`)).toContain('Only the holder')
    expect(await elevatedLogins(test)).toEqual([grant.account])
    await sights.reads(as(SAM), SECURITY, 'Refused', /eve/i, 'tried to end')
    await sights.types(as(ADA), `end G-${grant.number}`)
    await becomesOf([])
  })
})

it('refuses an approval after the request has expired by the database’s clock, even if no sweeper has run yet', {
  timeout: 60_000,
}, async () => {
  const before = await elevatedLogins(test)
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const spot = await sights.finds(as(BEN), ORDERS, new RegExp(`^Approve R-${request.number}:`))
  await whileHeld(request.id, async () => {
    await sights.presses(as(BEN), spot)
    await vi.waitFor(async () => expect(await waitingForRow()).toBe(true), SOON)
  })
  await sights.isTold(as(BEN), ORDERS, `R-${request.number} lapsed because nobody answered in time`)
  await sights.reads(as(BEN), ORDERS, 'Lapsed', `R-${request.number}`)
  const told = await eventsOf(test, request.number)
  expect(told.map((event) => event.type).toSorted()).toEqual([
    'decision.refused',
    'request.created',
    'request.lapsed',
  ])
  expect(await elevatedLogins(test)).toEqual(before)
})

/** The request's time is over as soon as `work` is done, and nobody, the sweeper included, could see it before. */
async function whileHeld(request: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client(test.databaseUrl)
  await client.connect()
  try {
    await client.query('set session_replication_role = replica')
    await client.query('begin')
    await client.query(
      "update elevate.request set created_at = created_at - interval '1 day', lapses_at = clock_timestamp() where id = $1",
      [request],
    )
    await work()
    await client.query('commit')
  } finally {
    await client.end()
  }
}

async function waitingForRow(): Promise<boolean> {
  const rows = await test.rows<{ waiting: boolean }>(
    `select exists (select from pg_stat_activity where datname = current_database()
       and wait_event_type = 'Lock' and query like '%"request"%for update%') as waiting`,
  )
  return rows[0]?.waiting ?? false
}
