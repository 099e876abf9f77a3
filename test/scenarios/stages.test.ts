/** One of these and one of those: approvals in stages, in any order, and one person for one stage only. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, CHO, configuration, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, eventsOf } from './evidence.ts'
import { asked, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const approve = (number: number) => new RegExp(`^Approve R-${number}:`)

beforeAll(async () => {
  test = await testWorld({
    // Dan is in both.
    configuration: configuration.replace(
      'approve: { from: [S0DBA], count: 2 }',
      'approve: { stages: [{ from: [S0DBA] }, { name: Security, from: [S0SEC, U0DAN] }] }\n    fallback: [U0EVE]\n    fallback_after: 1h',
    ),
  })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

async function gone(): Promise<void> {
  await sights.types(as(ADA), 'end orders-db write')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
}

it('asks one of each, says who filled which stage, and refuses an approval that fills none', {
  timeout: 60_000,
}, async () => {
  expect(await sights.types(as(ADA), 'explain orders-db write')).toMatch(
    /2 approvals: one of .*ben.* and one of .*sam.* \(Security\)/i,
  )
  const number = await sights.asks(as(ADA), 'orders-db write 30m repair INC-7')
  await sights.reads(
    as(BEN),
    ORDERS,
    `R-${number}`,
    /2 approvals: one of @dba and one of .*@security.*Security/,
  )
  await sights.pressesLabelled(as(BEN), ORDERS, approve(number))
  await sights.isTold(as(BEN), ORDERS, `You approved R-${number}`, /one more approval: one of .*@security/)
  await sights.reads(as(ADA), 'dm', `approved R-${number}`, /one more approval: one of .*@security/)
  await sights.reads(
    as(CHO),
    ORDERS,
    `R-${number}`,
    '1 of 2 approvals',
    /Ben.* for @dba/,
    /still needs one of/,
  )

  await sights.pressesLabelled(as(CHO), ORDERS, approve(number))
  await sights.isTold(as(CHO), ORDERS, `R-${number} has every approval that you could give`, 'still deny')
  expect((await eventsOf(test, number)).at(-1)).toMatchObject({
    type: 'decision.refused',
    outcome: 'stage-filled',
    actor: { id: CHO },
  })
  expect(await elevatedLogins(test)).toEqual([])
  // A friendly answer, and no attempt that security should look at.
  expect(sights.readAll(as(SAM).view(), SECURITY).filter(({ text }) => text.includes('Refused'))).toEqual([])

  await sights.pressesLabelled(as(SAM), ORDERS, approve(number))
  await sights.isTold(as(SAM), ORDERS, 'Giving access now')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  const approved = (await eventsOf(test, number)).find((event) => event.type === 'request.approved')
  expect(approved?.detail).toMatchObject({
    approvers: [BEN, SAM],
    needed: 2,
    stages: [`S0DBA: ${BEN}`, `Security: ${SAM}`],
  })
  await gone()
})

it('counts a person who is in both groups once, for the stage where they are needed', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db write 30m repair INC-8')
  await sights.pressesLabelled(as(DAN), ORDERS, approve(number))
  await sights.isTold(as(DAN), ORDERS, 'one more approval')
  await sights.pressesLabelled(as(DAN), ORDERS, approve(number))
  await sights.isTold(as(DAN), ORDERS, `You have approved R-${number} already`)
  expect(await elevatedLogins(test)).toEqual([])
  await sights.pressesLabelled(as(CHO), ORDERS, approve(number))
  await sights.isTold(as(CHO), ORDERS, 'Giving access now')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  const approved = (await eventsOf(test, number)).find((event) => event.type === 'request.approved')
  expect(approved?.detail).toMatchObject({ stages: [`S0DBA: ${CHO}`, `Security: ${DAN}`] })
  const decisions = (await eventsOf(test, number)).filter((event) => event.type === 'decision.recorded')
  expect(decisions.map(({ detail }) => [detail?.stage, detail?.through])).toEqual([
    // His yes filled the first stage until another DBA came; both are his to fill.
    ['S0DBA', ['S0DBA', DAN]],
    ['S0DBA', ['S0DBA']],
  ])
  await gone()
})

it('empties a stage again when who filled it has left the group', { timeout: 60_000 }, async () => {
  const number = await sights.asks(as(ADA), 'orders-db write 30m repair INC-9')
  await sights.pressesLabelled(as(BEN), ORDERS, approve(number))
  await sights.isTold(as(BEN), ORDERS, 'one more approval')
  await test.simulator.control.setGroupMembers('S0DBA', [CHO, DAN])
  await sights.pressesLabelled(as(SAM), ORDERS, approve(number))
  await sights.isTold(as(SAM), ORDERS, `You approved R-${number}`, /one more approval: one of @dba/)
  expect(await elevatedLogins(test)).toEqual([])
  await sights.pressesLabelled(as(CHO), ORDERS, approve(number))
  await sights.isTold(as(CHO), ORDERS, 'Giving access now')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  await test.simulator.control.setGroupMembers('S0DBA', [BEN, CHO, DAN])
  await gone()
})

it('lets a fallback approver fill any one stage, and the event says by which right', {
  timeout: 60_000,
}, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'write' })
  await test.rows(
    `set session_replication_role = replica;
     update elevate.request set fallback_at = clock_timestamp() where id = '${request.id}'`,
  )
  await sights.reads(as(BEN), ORDERS, `R-${request.number}`, /one of @dba or @eve.* and one of .*@eve/)
  await sights.pressesLabelled(as('U0EVE'), ORDERS, approve(request.number))
  await sights.isTold(as('U0EVE'), ORDERS, `You approved R-${request.number}`, 'one more approval')
  await sights.pressesLabelled(as(BEN), ORDERS, approve(request.number))
  await sights.isTold(as(BEN), ORDERS, 'Giving access now')
  const told = await eventsOf(test, request.number)
  const decisions = told.filter((event) => event.type === 'decision.recorded')
  expect(decisions.map((event) => [event.actor.id, event.detail?.via, event.detail?.through])).toEqual([
    ['U0EVE', 'fallback', ['U0EVE']],
    [BEN, undefined, ['S0DBA']],
  ])
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  await gone()
})
