/** Somebody's access on one target is taken away by name: what goes is listed first, and a reason is asked for. */

import { WebClient } from '@slack/web-api'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { runCommand } from '../../src/slack/commands/run-command.ts'
import { answerOf } from '../../src/slack/platform/handlers.ts'
import { commandBody } from '../../src/slack/platform/payloads.ts'
import { ADA, BEN, CHO, configuration, DAN, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events } from './evidence.ts'
import { given, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const ofType = async (type: string) => (await events(test)).filter((event) => event.type === type)
const becomesOf = (count: number) =>
  vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(count), SOON)

beforeAll(async () => {
  // Admin has an approver of its own, so that Ben oversees a part of the target.
  const others = 'approve: { from: [S0DBA], count: 1, allow_self_approval: true }'
  expect(configuration).toContain(others)
  test = await testWorld({
    configuration: configuration.replace(others, 'approve: { from: [U0CHO], count: 1 }'),
  })
  elevate = await test.bot()
  await given(elevate.world, { by: DAN, target: 'orders-db', role: 'read' })
  await given(elevate.world, { by: DAN, target: 'orders-db', role: 'admin', approvers: [CHO] })
  await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

async function dialogAfter(person: string, text: string, channel: string, ...words: sights.Words[]) {
  await as(person).command(text, { channel })
  return sights.readsDialog(as(person), ...words)
}

it('lists exactly what goes, keeps what was typed, and ends nothing by being looked at', {
  timeout: 40_000,
}, async () => {
  const said = await dialogAfter(
    SAM,
    'revoke @dan orders-db the laptop was stolen',
    SECURITY,
    /Dan\*? loses this now/,
    '(G-1)',
    '(G-2)',
    '<the laptop was stolen>',
  )
  expect(said).not.toContain('G-3')
  await as(SAM).closeModal()
  const one = await dialogAfter(SAM, 'revoke @dan orders-db admin', SECURITY, '(G-2)', 'Reason')
  expect(one).not.toContain('(G-1)')
  await as(SAM).closeModal()
  expect(await elevatedLogins(test)).toHaveLength(3)
  expect(await ofType('grant.revoking')).toEqual([])
})

it('leaves to others what is theirs to end, and says so', { timeout: 40_000 }, async () => {
  const said = await dialogAfter(
    BEN,
    'revoke @dan orders-db',
    ORDERS,
    '(G-1)',
    'Not yours to end, so it stays',
  )
  expect(said).toMatch(/Not yours to end, so it stays: admin \(G-2\)/)
  await as(BEN).closeModal()
  // Only what is not his: the attempt is on record.
  await dialogAfter(BEN, 'revoke @dan orders-db admin because', ORDERS, 'the approvers of admin on orders-db')
  await as(BEN).closeModal()
  expect(await ofType('decision.refused')).toMatchObject([
    { actor: { id: BEN }, subject: DAN, role: 'admin', outcome: 'not-an-approver' },
  ])
})

it('is for nobody else, who does not learn whether there is anything', { timeout: 40_000 }, async () => {
  const only = 'Only the holder, the approvers of that access and security can end access on orders-db'
  for (const text of ['revoke @dan orders-db x', 'revoke @cho orders-db x']) {
    await dialogAfter(EVE, text, ORDERS, only)
    await as(EVE).closeModal()
  }
  await dialogAfter(
    SAM,
    'revoke @cho orders-db x',
    SECURITY,
    'has no access on orders-db that could be ended',
  )
  await as(SAM).closeModal()
  const ask = { by: EVE, person: DAN, target: 'orders-db', role: undefined, note: 'mine now' }
  expect(await bindVerbs(elevate.world).revokeOnTarget(ask)).toMatchObject({ refused: { code: 'not-yours' } })
  expect(await elevatedLogins(test)).toHaveLength(3)
})

it('needs a reason, and then ends all that was named, which its holder reads', {
  timeout: 40_000,
}, async () => {
  await dialogAfter(SAM, 'revoke @dan orders-db', SECURITY, '(G-1)', '(G-2)')
  await as(SAM).fill('Reason', '  ')
  expect(await as(SAM).submit()).toMatchObject({ errors: { note: /say why/ } })
  expect(await elevatedLogins(test)).toHaveLength(3)
  await as(SAM).fill('Reason', 'the laptop was stolen')
  expect(await as(SAM).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(SAM), /Ending the access of Dan on \*?orders-db\*?: 2 grants/, '(G-1)', '(G-2)')
  await as(SAM).closeModal()
  await becomesOf(1)
  expect(await elevatedLogins(test)).toEqual([expect.stringContaining('ada')])
  const ending = await ofType('grant.revoking')
  expect(ending.map((event) => [event.actor.id, event.grant, event.outcome])).toEqual([
    [SAM, 'G-1', 'ended-early'],
    [SAM, 'G-2', 'ended-early'],
  ])
  await sights.reads(as(DAN), 'dm', 'was ended early by @sam', 'the laptop was stolen')
})

it('says so when it ended while somebody was reading the dialog', { timeout: 40_000 }, async () => {
  await dialogAfter(SAM, 'revoke @ada orders-db read she left', SECURITY, '(G-3)')
  const grant = await elevate.world.store.reads.grantByNumber(3)
  await bindVerbs(elevate.world).endGrant({ grant: grant?.grant.id ?? '', by: ADA, note: '' })
  const { errors = {} } = await as(SAM).submit()
  expect(errors.note).toContain('has no access as read on orders-db that could be ended')
  await as(SAM).closeModal()
  await becomesOf(0)
})

it('goes by words alone where Slack lets no dialog be opened', { timeout: 40_000 }, async () => {
  await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const types = async (text: string) => {
    const body = { team_id: 'T0ACME', user_id: SAM, command: '/elevate', text, channel_id: SECURITY }
    const { simulator } = test
    const client = new WebClient(simulator.botToken, { slackApiUrl: simulator.apiUrl })
    const door = { ...elevate.inside, client, teamId: 'T0ACME', patience: 5_000 }
    return (await answerOf(door, () => runCommand(door, commandBody.parse(body))))?.text
  }
  expect(await types(`revoke <@${ADA}> orders-db`)).toContain('Please say why you end it')
  expect(await elevatedLogins(test)).toHaveLength(1)
  expect(await types(`revoke <@${ADA}> orders-db read the laptop was stolen`)).toContain(
    'Ending the access of',
  )
  await becomesOf(0)
})
