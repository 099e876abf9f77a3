/** An approver says yes to less than was asked: a shorter time, a later start. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, CHO, ORDERS } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, eventsOf } from './evidence.ts'
import { asked, SOON } from './given.ts'
import * as sights from './sights.ts'

const HOUR_MS = 3_600_000

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const withChanges = (number: number) => new RegExp(`^Approve with changes R-${number}:`)

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

async function opens(person: string, number: number): Promise<void> {
  await sights.pressesLabelled(as(person), ORDERS, withChanges(number))
  await sights.readsDialog(as(person), `R-${number}`, 'Approve it for')
}

it('grants the shorter time, and shows everyone what was requested and what was approved', {
  timeout: 60_000,
}, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await opens(BEN, request.number)
  await as(BEN).fill('Or exactly this long', '10m')
  await as(BEN).fill('Why', 'One query takes no hour')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(BEN), `You approved R-${request.number}`, 'for 10 min instead of 1 h')
  await as(BEN).closeModal()
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  const grant = await elevate.world.store.reads.grantOfRequest(request.id)
  expect(grant?.duration).toBe(600)
  await sights.reads(as(ADA), 'dm', 'You have', /Approved by .*ben.* for 10 min instead of 1 h/i)
  await sights.reads(as(CHO), ORDERS, 'Active', `R-${request.number}`, '10 min (1 h asked)')
  const told = await eventsOf(test, request.number)
  expect(told.find((event) => event.type === 'decision.recorded')?.detail).toMatchObject({ duration_s: 600 })
  expect(told.find((event) => event.type === 'request.approved')?.detail).toMatchObject({ duration_s: 600 })
  await sights.types(as(ADA), 'end')
  await sights.reads(as(BEN), ORDERS, 'Receipt', /Asked.* for 1 h/, 'Allowed: 10 min instead of 1 h')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
})

it('keeps the shortest time and the latest start of all who approve', { timeout: 60_000 }, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'write' })
  const start = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + HOUR_MS)
  await opens(BEN, request.number)
  await as(BEN).fill('Approve it for', '30 min')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await as(BEN).closeModal()
  await sights.reads(as(CHO), ORDERS, `R-${request.number}`, '1 of 2 approvals', '30 min (1 h asked)')
  await opens(CHO, request.number)
  await as(CHO).fill('Start', start)
  expect(await as(CHO).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(CHO), 'for 30 min instead of 1 h', 'It starts')
  await as(CHO).closeModal()
  const grant = await elevate.world.store.reads.grantOfRequest(request.id)
  expect(grant).toMatchObject({ duration: 1800, startsAt: start, state: 'provisioning', account: undefined })
  await sights.reads(
    as(ADA),
    'dm',
    `R-${request.number} was approved by`,
    /ben.* for 30 min instead of 1 h and .*cho.* from .* on/i,
  )
  const decisions = (await eventsOf(test, request.number)).filter((one) => one.type === 'decision.recorded')
  expect(decisions.map((one) => [one.detail?.duration_s, one.detail?.starts_at])).toEqual([
    [1800, undefined],
    [undefined, start.toISOString()],
  ])
  await sights.types(as(ADA), 'end')
})

it('says under the field what would be more than was asked, sooner, or no time at all', {
  timeout: 60_000,
}, async () => {
  const startsAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2 * HOUR_MS)
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read', startsAt })
  await opens(BEN, request.number)
  const refused = async (field: string, entry: string | Date, says: RegExp) => {
    await as(BEN).fill(field, entry)
    expect(await as(BEN).submit()).toMatchObject({ ok: false })
    await vi.waitFor(() => expect(JSON.stringify(as(BEN).view().modals.at(-1))).toMatch(says), SOON)
  }
  await refused('Or exactly this long', '2h', /2 h is longer than the 1 h that were asked for/)
  await refused('Or exactly this long', '1.5h', /is not a duration/)
  await as(BEN).fill('Or exactly this long', '20m')
  await refused('Start', new Date(startsAt.getTime() - HOUR_MS), /sooner than it was asked for/)
  await refused('Start', new Date(Date.now() + 8 * 24 * HOUR_MS), /too far ahead: at most 7 d/)
  await as(BEN).closeModal()
  expect((await elevate.world.store.reads.request(request.id))?.decisions).toEqual([])
  await sights.types(as(ADA), 'withdraw')
})

it('answers in the dialog when it was decided meanwhile', { timeout: 60_000 }, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await opens(BEN, request.number)
  const late = await sights.finds(as(CHO), ORDERS, withChanges(request.number))
  await sights.types(as(ADA), 'withdraw')
  expect(await as(BEN).submit()).toMatchObject({ ok: false })
  await vi.waitFor(
    () => expect(JSON.stringify(as(BEN).view().modals.at(-1))).toContain('was already withdrawn'),
    SOON,
  )
  await as(BEN).closeModal()
  await as(CHO).press(late.place, late.block, late.action)
})
