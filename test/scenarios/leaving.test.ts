/** Who is deactivated in Slack loses what he has, and what he asked for is nobody's wish any more. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openSession } from '../../demo/session.ts'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, CHO, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events, eventsOf, membersOf } from './evidence.ts'
import { asked, given, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)

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

const isOver = (number: number) =>
  vi.waitFor(async () => {
    const all = (await events(test)).filter((event) => event.grant === `G-${number}`)
    if (all.at(-1)?.type !== 'grant.revoked') throw new Error(`G-${number} is not over`)
    return all
  }, SOON)

it('ends a leaver’s access immediately, with the sessions, and withdraws their requests', {
  timeout: 60_000,
}, async () => {
  const other = await given(elevate.world, { by: BEN, target: 'orders-db', role: 'read', approvers: [CHO] })
  const own = await given(elevate.world, { by: ADA, target: 'orders-own', role: 'write' })
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'write' })
  const session = await openSession(test.target.orders.adaUrl)

  // The sweeper looks elsewhere: this is about the news.
  await test.rows(
    `insert into elevate.person_check values ('${ADA}', clock_timestamp() + interval '1 hour')
     on conflict (person) do update set checked_at = excluded.checked_at`,
  )
  await test.simulator.control.deactivate(ADA)
  const told = await isOver(grant.number)
  await isOver(own.number)
  expect(await session.cut).toMatch(/terminat/)
  expect(await elevatedLogins(test)).toEqual([other.account])
  expect(await membersOf(test, 'orders_write')).toEqual([])
  expect(told.find((event) => event.type === 'grant.revoking')).toMatchObject({
    outcome: 'ended-early',
    actor: { kind: 'system', id: 'sweeper' },
  })
  const withdrawn = (await eventsOf(test, request.number)).at(-1)
  expect(withdrawn).toMatchObject({ type: 'request.withdrawn', outcome: 'requester-gone' })
  await sights.reads(as(SAM), SECURITY, 'Ended', /ada/i, 'The account was deactivated in Slack', 'orders-db')
  await sights.reads(as(BEN), ORDERS, `R-${request.number}`, 'Withdrawn', 'was deactivated in Slack')
  await vi.waitFor(async () => expect(await test.rows('select 1 from elevate.outbox')).toEqual([]), SOON)
})

it('finds out about somebody who left while nobody was there to hear it', { timeout: 90_000 }, async () => {
  const grant = await given(elevate.world, { by: DAN, target: 'orders-db', role: 'read' })
  await elevate.stop()
  await test.simulator.control.deactivate(DAN)
  await test.rows("update elevate.person_check set checked_at = checked_at - interval '31 s'")
  elevate = await test.bot()
  await isOver(grant.number)
  expect(await elevatedLogins(test)).not.toContain(grant.account)
})
