/** The form shows what asking comes to while it is filled in, and warns before anything is sent. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { lookAtStanding } from '../../src/operations/standing/look-at-standing.ts'
import { query } from '../support/postgres.ts'
import { ADA, BEN, CHO, configuration, DAN, ORDERS } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins } from './evidence.ts'
import { given, SOON } from './given.ts'
import * as sights from './sights.ts'

const withStages = configuration
  .replace(
    'approve: { from: [S0DBA], count: 2 }',
    'approve: { stages: [{ from: [S0DBA] }, { from: [S0SEC] }] }',
  )
  .replace(
    `hint: "Name the incident, e.g. INC-123." }\n`,
    (line) => `${line}    break_glass: { from: [U0ADA], max: 30m }\n`,
  )

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld({ configuration: withStages })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('says the approvals, the longest time, what ends and what it allows, for each choice', {
  timeout: 60_000,
}, async () => {
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'write')
  await sights.readsDialog(
    as(ADA),
    '2 approvals: one of @dba and one of @security; up to 2 h; ends your sessions.',
    'Medium risk. It allows: Change customers and orders.',
    'Should elevate be down, orders-db refuses new logins by itself',
    '/elevate break-glass orders-db write',
  )
  await as(ADA).fill('Role', 'read')
  const said = await sights.readsDialog(as(ADA), 'An approval from @dba; up to 4 h; ends your sessions.')
  expect(said).not.toContain('2 approvals')
  await as(ADA).fill('For how long', '4 h')
  await sights.readsDialog(as(ADA), '4 h is longer than usual here (30 min)')
  await as(ADA).fill('Or exactly this long', '9h')
  await sights.readsDialog(as(ADA), '9 h is too long: at most 4 h here')
  await as(ADA).fill('Or exactly this long', 'ages')
  await sights.readsDialog(as(ADA), '“ages” is not a duration')
  await as(ADA).closeModal()
})

it('warns of access that is there already, and offers to extend it', { timeout: 60_000 }, async () => {
  await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'read')
  await sights.readsDialog(as(ADA), /You already have .*read.* on .*orders-db.* until/, '[Extend…]')
  await as(ADA).pressButton('Extend…', { where: 'modal' })
  await sights.readsDialog(as(ADA), 'How much longer')
  await as(ADA).closeModal()
  await sights.types(as(ADA), 'end')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
})

it('warns of the same question that waits already', { timeout: 60_000 }, async () => {
  const number = await sights.asks(as(DAN), 'orders-db read 1h look')
  await as(DAN).command('orders-db', { channel: ORDERS })
  await as(DAN).fill('Role', 'read')
  await sights.readsDialog(as(DAN), /You asked for .*read.* already/, `R-${number} waits for an answer`)
  await as(DAN).closeModal()
  await sights.types(as(DAN), 'withdraw')
})

it('warns of standing access that is known already', { timeout: 60_000 }, async () => {
  await query(test.target.orders.superuserUrl, 'grant orders_write to ada')
  await elevate.world.store.standing.claim('orders-own')
  await lookAtStanding(elevate.world, 'orders-own')
  await as(ADA).command('orders-own', { channel: ORDERS })
  await sights.readsDialog(as(ADA), /You have standing access to this already, as \*?ada\*?/)
  await as(ADA).closeModal()
})

it('warns when nobody who may approve is there any more', { timeout: 60_000 }, async () => {
  const { control } = test.simulator
  await control.setGroupMembers('S0DBA', [BEN, CHO])
  await control.deactivate(BEN)
  await control.deactivate(CHO)
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'read')
  await sights.readsDialog(
    as(ADA),
    'It cannot be approved now',
    'nobody could give one',
    'Ben and Cho are not here',
  )
  await as(ADA).closeModal()
  await control.setGroupMembers('S0DBA', [])
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'write')
  await sights.readsDialog(as(ADA), 'It cannot be approved now', 'If it cannot wait: ')
  await as(ADA).closeModal()
})
