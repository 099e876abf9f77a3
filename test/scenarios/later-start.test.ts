/** Access that is decided now and begins later: until then the target is left alone, and at the start it is judged anew. */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import type { Grant } from '../../src/core/access/grant.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { ADA, BEN, configuration, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, eventsOf, typesOf } from './evidence.ts'
import { asked, passTimeToStart, SOON } from './given.ts'
import * as sights from './sights.ts'

/** Two turns of everybody's sweeper. */
const TURNS_MS = 2_500
const HOUR_MS = 3_600_000

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const later = (hours: number) => new Date(Date.now() + hours * HOUR_MS)

beforeAll(async () => {
  test = await testWorld({
    configuration: configuration.replaceAll('lapse_after: 8h', 'lapse_after: 8h\n    start_within: 2d'),
  })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

/** Approved, and waiting for tomorrow. */
async function waiting(by = ADA): Promise<{ number: number; grant: Grant }> {
  const request = await asked(elevate.world, { by, target: 'orders-db', role: 'read', startsAt: later(24) })
  const decided = await bindVerbs(elevate.world).decideRequest({
    request: request.id,
    by: BEN,
    verdict: 'approve',
    note: '',
  })
  if (isRefused(decided)) throw new Error(JSON.stringify(decided.refused))
  const grant = await elevate.world.store.reads.grantOfRequest(request.id)
  if (!grant) throw new Error('there is no grant')
  return { number: request.number, grant }
}

const grantNow = async (id: string) => (await elevate.world.store.reads.grant(id))?.grant

it('waits for its start without a call to the target, and its clock begins when the access is there', {
  timeout: 60_000,
}, async () => {
  const startsAt = later(24)
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read', startsAt })
  await sights.reads(as(BEN), ORDERS, `R-${request.number}`, /1 h, from .* on/)
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${request.number}:`))
  await sights.isTold(as(BEN), ORDERS, `You approved R-${request.number}`, /It starts/)
  await sights.reads(
    as(ADA),
    'dm',
    `R-${request.number} was approved`,
    /You are given .*read.* on .*orders-db/,
  )
  const card = await sights.reads(
    as(BEN),
    ORDERS,
    '# Approved for later',
    `R-${request.number}`,
    'until then nothing is given',
  )
  expect(card.text).not.toContain('Active')
  const grant = await elevate.world.store.reads.grantOfRequest(request.id)
  expect(grant).toMatchObject({ state: 'provisioning', startsAt, account: undefined })
  await sleep(TURNS_MS)
  expect(await grantNow(grant?.id ?? '')).toMatchObject({
    state: 'provisioning',
    account: undefined,
    attempts: 0,
  })
  expect(await elevatedLogins(test)).toEqual([])
  expect(await sights.types(as(ADA), 'status')).toMatch(/approved for 1 h, starts/)
  expect(await typesOf(test, request.number)).toEqual([
    'request.created',
    'decision.recorded',
    'request.approved',
    'grant.provisioning',
  ])

  await passTimeToStart(test, grant?.id ?? '')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  await sights.reads(as(ADA), 'dm', /You have .*read.* on .*orders-db.* until/)
  const active = await grantNow(grant?.id ?? '')
  const seconds = ((active?.expiresAt?.getTime() ?? 0) - (active?.activatedAt?.getTime() ?? 0)) / 1000
  expect(seconds).toBe(3600)
  await sights.types(as(ADA), 'end')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
})

it('is cancelled by the requester before it started, and says that nothing was granted', {
  timeout: 60_000,
}, async () => {
  const { number, grant } = await waiting()
  expect(await sights.types(as(ADA), `withdraw R-${number}`)).toContain(
    `Call it off with /elevate end G-${grant.number}`,
  )
  await sights.pressesLabelled(as(ADA), 'dm', new RegExp(`^Call off G-${grant.number}:`))
  await sights.isTold(as(ADA), 'dm', /You called off your .*read/, 'Nothing was given')
  await sights.reads(as(BEN), ORDERS, '# Called off', `R-${number}`)
  const told = await eventsOf(test, number)
  expect(told.at(-1)).toMatchObject({ type: 'grant.revoked', outcome: 'never-given' })
  expect(told.map((event) => event.type)).not.toContain('grant.activated')
})

it('is called off by an approver with a reason, which the requester reads', { timeout: 60_000 }, async () => {
  const { number, grant } = await waiting()
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^End G-${grant.number} now:`))
  await as(BEN).fill('Reason', 'The release moved')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(BEN), /You called off .*read/)
  await as(BEN).closeModal()
  await sights.reads(as(ADA), 'dm', `(G-${grant.number}) was called off by`, '> The release moved')
  await sights.reads(as(SAM), SECURITY, 'Called off', `R-${number}`)
})

it('does not begin for somebody whom today’s policy no longer lets have it', {
  timeout: 60_000,
}, async () => {
  const { number, grant } = await waiting(DAN)
  await test.simulator.control.setGroupMembers('S0ENG', [ADA, BEN])
  await passTimeToStart(test, grant.id)
  await sights.reads(
    as(DAN),
    'dm',
    `(G-${grant.number}) was called off before it began`,
    /> Today's policy no longer/,
  )
  await test.simulator.control.setGroupMembers('S0ENG', [ADA, BEN, DAN])
  const told = await eventsOf(test, number)
  expect(told.find((event) => event.type === 'grant.revoking')).toMatchObject({
    actor: { kind: 'system', id: 'worker' },
    detail: { refused: 'policy-changed' },
  })
  expect(told.at(-1)).toMatchObject({ type: 'grant.revoked', outcome: 'never-given' })
  expect(await elevatedLogins(test)).toEqual([])
})

it('does not start while Slack cannot be asked, and starts when it can', {
  timeout: 60_000,
}, async () => {
  const { number, grant } = await waiting()
  test.simulator.control.down()
  await passTimeToStart(test, grant.id)
  await vi.waitFor(async () => expect((await grantNow(grant.id))?.attempts).toBeGreaterThan(0), SOON)
  expect(await elevatedLogins(test)).toEqual([])
  test.simulator.control.up()
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), {
    timeout: 30_000,
    interval: 50,
  })
  expect(await typesOf(test, number)).toContain('grant.activated')
  await sights.types(as(ADA), 'end')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
})

it('is not asked for in the past, nor further ahead than the policy allows', {
  timeout: 60_000,
}, async () => {
  const ask = (startsAt: Date) =>
    bindVerbs(elevate.world).requestAccess({
      by: ADA,
      target: 'orders-db',
      role: 'read',
      duration: '1h',
      reason: 'INC-1',
      startsAt,
    })
  expect(await ask(later(-1))).toMatchObject({ refused: { code: 'bad-start', field: 'start' } })
  expect(await ask(later(49))).toMatchObject({
    refused: { case: 'start-too-far', code: 'too-far', field: 'start', data: { max: 2 * 86_400 } },
  })
  expect(await ask(new Date(Number.NaN))).toMatchObject({ refused: { code: 'bad-start' } })
})

it('starts immediately if its start passed before it was approved', { timeout: 60_000 }, async () => {
  const request = await asked(elevate.world, {
    by: ADA,
    target: 'orders-db',
    role: 'read',
    startsAt: later(1),
  })
  await test.rows(
    `set session_replication_role = replica;
     update elevate.request set created_at = created_at - interval '2 h', starts_at = starts_at - interval '2 h'
     where id = '${request.id}'`,
  )
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${request.number}:`))
  await sights.isTold(as(BEN), ORDERS, `You approved R-${request.number}`, 'Giving access now')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  await sights.types(as(ADA), 'end')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
})
