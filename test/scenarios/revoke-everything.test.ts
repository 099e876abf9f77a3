/** Security takes all that one person has: it is named first, then gone in the target, and said in one message. */

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { ADA, BEN, CHO, configuration, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events } from './evidence.ts'
import { asked, given, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld({
    configuration: configuration.replace('- name: read\n', '- name: read\n    pre_approval: { max: 7d }\n'),
  })
  elevate = await test.bot()
  await given(elevate.world, { by: DAN, target: 'orders-db', role: 'read' })
  await given(elevate.world, { by: DAN, target: 'orders-db', role: 'admin', approvers: [DAN] })
  await asked(elevate.world, { by: DAN, target: 'orders-db', role: 'write' })
  await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await sights.types(as(BEN), 'allow @dan orders-db read for 5d each 2h the migration of INC-3')
  await sights.types(as(BEN), 'allow @ada orders-db read for 5d each 2h the migration of INC-3')
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

const ofType = async (type: string) => (await events(test)).filter((event) => event.type === type)

it('is not for approvers, and security reads of the attempt', { timeout: 40_000 }, async () => {
  await as(BEN).command('revoke @dan everything because', { channel: ORDERS })
  await sights.readsDialog(
    as(BEN),
    'Only security can end everything of somebody',
    '/elevate revoke Dan target reason',
  )
  await as(BEN).closeModal()
  await sights.reads(
    as(SAM),
    SECURITY,
    'Refused',
    /ben/i,
    'tried to end everything of Dan',
    'only security can',
  )
  const [refused] = await ofType('decision.refused')
  expect(refused).toMatchObject({ actor: { id: BEN }, subject: DAN, outcome: 'not-security' })
  expect(await elevatedLogins(test)).toHaveLength(3)
})

it('is offered where somebody is looked at, and opened by nobody without the right', {
  timeout: 40_000,
}, async () => {
  await sights.types(as(SAM), 'who @dan', SECURITY)
  const spot = await sights.finds(as(SAM), SECURITY, /^End everything of Dan/)
  expect(spot.action).toBe('end_everything')
  await sights.types(as(BEN), 'who orders-db @dan', ORDERS)
  await sights.pressesLabelled(as(BEN), ORDERS, /^End everything of Dan/)
  await sights.readsDialog(as(BEN), 'Only security can end everything')
  await as(BEN).closeModal()
})

it('names exactly what goes, and asks for a reason', { timeout: 40_000 }, async () => {
  await as(SAM).command('revoke @dan everything', { channel: SECURITY })
  const dialog = await sights.readsDialog(as(SAM), /\*?Dan\*? loses all of this now/)
  for (const words of ['(G-1)', '(G-2)', '(R-3)', '(P-1)']) expect(dialog).toContain(words)
  expect(dialog).not.toContain('G-3')
  await as(SAM).fill('Reason', '   ')
  expect(await as(SAM).submit()).toMatchObject({ errors: { note: /say why/ } })
  expect(await elevatedLogins(test)).toHaveLength(3)
})

it('ends it in the target, withdraws what waits, leaves others alone, and has an event for each', {
  timeout: 40_000,
}, async () => {
  await as(SAM).fill('Reason', 'the laptop was stolen')
  expect(await as(SAM).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(
    as(SAM),
    'Everything of Dan is ending',
    '2 grants ended, 1 request withdrawn, 1 pre-approval ended',
  )
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  expect(await elevatedLogins(test)).toEqual([expect.stringContaining('ada')])
  const ending = await ofType('grant.revoking')
  expect(ending.map((event) => [event.actor.id, event.subject, event.grant, event.outcome])).toEqual([
    [SAM, DAN, 'G-1', 'ended-early'],
    [SAM, DAN, 'G-2', 'ended-early'],
  ])
  expect(await ofType('request.withdrawn')).toMatchObject([
    { actor: { id: SAM }, subject: DAN, request: 'R-3', outcome: 'ended-by-security' },
  ])
  await sights.reads(
    as(SAM),
    SECURITY,
    'Everything of one person was ended',
    'Sam ended everything of Dan: 2 grants ended, 1 request withdrawn, 1 pre-approval ended.',
    'the laptop was stolen',
    '(G-1)',
    '(R-3)',
  )
  // With it he would have had it all again at once.
  const yeses = await test.rows<{ person: string }>(
    'select person from elevate.pre_approval where ended_at is null',
  )
  expect(yeses).toEqual([{ person: ADA }])
  await sights.reads(as(DAN), 'dm', 'was ended early by @sam', 'the laptop was stolen')
  await sights.reads(as(DAN), 'dm', '@sam withdrew your R-3', 'Nothing was given.')
})

it('says so when there is nothing, and believes no forged dialog', { timeout: 40_000 }, async () => {
  await as(SAM).closeModal()
  await as(SAM).command('revoke @cho everything', { channel: SECURITY })
  await sights.readsDialog(as(SAM), 'Cho has nothing through elevate')
  await as(SAM).closeModal()
  expect(
    await bindVerbs(elevate.world).endEverything({ by: CHO, person: ADA, note: 'mine now' }),
  ).toMatchObject({
    refused: { code: 'not-security' },
  })
  expect(await elevatedLogins(test)).toHaveLength(1)
})
