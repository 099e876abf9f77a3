/** What would happen, before anybody is asked: in `explain`, and who of the approvers would see it now. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { ADA, BEN, CHO, configuration, DAN, EVE } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events } from './evidence.ts'
import * as sights from './sights.ts'

const withMore = configuration.replace(
  'reason: { min_length: 3 }\n    lapse_after: 8h\n',
  (lines) =>
    `${lines}    ticket: { pattern: 'INC-\\d+', required: false }\n    fallback: [S0SEC]\n    fallback_after: 2h\n    break_glass: { from: [U0ADA], max: 30m }\n    request_for: { from: [U0DAN] }\n`,
)

let test: TestWorld

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld({ configuration: withMore })
  await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('says the rule, who would be asked and who of them is there, and asks nobody', {
  timeout: 60_000,
}, async () => {
  const { control } = test.simulator
  control.setPresence(CHO, 'away')
  control.setPresence(DAN, 'away')
  const before = (await events(test)).length
  const said = await sights.types(as(ADA), 'explain orders-db read')
  for (const words of [
    'under the policy read',
    'It allows: Read customers and orders (low risk)',
    'Active in Slack now: Ben. Away: Cho and Dan.',
    'Ticket: if there is one',
    'Undecided after 2 h, Sam may approve as well',
    'Break-glass: possible without approval for up to 30 min',
    'Nobody was asked now',
  ])
    expect(said).toContain(words)
  expect((await events(test)).length).toBe(before)
  control.setPresence(BEN, 'away')
  expect(await sights.types(as(ADA), 'explain orders-db read')).toContain(
    'None of them is active in Slack now',
  )
  expect(test.simulator.control.calls('dnd.teamInfo')).toEqual([])
})

it('counts nobody who is deactivated, and names them', { timeout: 60_000 }, async () => {
  await test.simulator.control.deactivate(CHO)
  await test.simulator.control.deactivate(DAN)
  expect(await sights.types(as(ADA), 'explain orders-db write')).toMatch(
    /it needs 2 approvals, and only 1 person could give one.*cannot be approved/,
  )
  expect(await sights.types(as(ADA), 'explain orders-db read')).toMatch(/Cho and Dan cannot approve/)
  await test.simulator.control.reactivate(CHO)
  await test.simulator.control.reactivate(DAN)
})

it('says why it would be refused', { timeout: 60_000 }, async () => {
  expect(await sights.types(as(EVE), 'explain orders-db read')).toMatch(/No policy lets you ask for read/)
  expect(await sights.types(as(ADA), 'explain orders-db reed')).toMatch(/Did you mean orders-db read/)
  expect(await sights.types(as(ADA), 'explain orders-db read for @eve')).toMatch(
    /No policy lets you ask for read on orders-db for Eve/,
  )
  expect(await sights.types(as(DAN), 'explain orders-db read for @eve')).toContain(
    'First Eve has to accept it',
  )
  const number = await sights.asks(as(ADA), 'orders-db read 1h look')
  expect(await sights.types(as(ADA), 'explain orders-db read')).toMatch(
    new RegExp(`It would be refused now.*R-${number} waits for an answer`),
  )
  await sights.types(as(ADA), 'withdraw')
})
