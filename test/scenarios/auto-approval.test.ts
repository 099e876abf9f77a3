/** A rule of the policy approves at once: nobody is asked, everybody can read that it was the rule. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, configuration, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { eventsOf, postsTo, rolesOf } from './evidence.ts'
import { passTime, SOON } from './given.ts'
import * as sights from './sights.ts'

/** Ada may read for half an hour when she names an incident; `write` is never approved by the clock of the test. */
const withRules = configuration
  .replace(
    'reason: { min_length: 3 }\n    lapse_after: 8h',
    (text) => `${text}
    auto_approve:
      - { name: on-call-read, from: [U0ADA], max_duration: 30m, reason_pattern: '\\bINC-\\d+\\b' }`,
  )
  .replace(
    `hint: "Name the incident, e.g. INC-123." }\n`,
    (text) => `${text}    auto_approve:
      - { name: at-that-minute, hours: { from: "HH:MM", to: "HH:NN", timezone: UTC } }
`,
  )

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const types = async (person: string, text: string) =>
  (await sights.types(as(person), text)).replaceAll('*', '')

beforeAll(async () => {
  // Hours that begin twelve hours from now and last for a minute.
  const then = new Date(Date.now() + 12 * 3_600_000)
  const time = (at: Date) => at.toISOString().slice(11, 16)
  test = await testWorld({
    configuration: withRules
      .replace('HH:MM', time(then))
      .replace('HH:NN', time(new Date(then.getTime() + 60_000))),
  })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('says in advance that a rule would approve', { timeout: 40_000 }, async () => {
  const said = await types(ADA, 'explain orders-db read')
  expect(said).toMatch(/rule on-call-read approves at once/i)
  expect(said).toContain('at most 30 min')
  expect(said).toContain('the reason matches')
  expect(await types(BEN, 'explain orders-db read')).not.toContain('on-call-read')
  const write = await types(ADA, 'explain orders-db write')
  expect(write).toContain('at-that-minute')
  expect(write).toContain('not now')
})

it('grants what the rule covers without asking anyone', { timeout: 60_000 }, async () => {
  const said = await types(ADA, 'orders-db read 30m look at INC-7')
  expect(said).toMatch(/R-\d+\. It was approved by rule on-call-read at once/)
  const number = Number(/R-(\d+)/.exec(said)?.[1])
  await sights.reads(as(ADA), 'dm', 'You have *read* on *orders-db*', 'Approved by rule *on-call-read*')
  const card = await sights.reads(as(BEN), ORDERS, `R-${number}`, 'Active', 'Approved by rule *on-call-read*')
  expect(card.text).not.toContain('@dba')
  expect(postsTo(test, ORDERS).filter((call) => JSON.stringify(call.args).includes('subteam'))).toEqual([])
  await sights.reads(as(SAM), SECURITY, /Approved\*? by rule \*?on-call-read/, `R-${number}`)
  const grant = await elevate.world.store.reads.grantByNumber(1)
  expect(await rolesOf(test, grant?.grant.account ?? '')).toEqual(['orders_read'])

  const told = await eventsOf(test, number)
  expect(told.map((one) => one.type).slice(0, 3)).toEqual([
    'request.created',
    'request.approved',
    'grant.provisioning',
  ])
  expect(told[1]).toMatchObject({
    actor: { kind: 'system', id: 'policy' },
    outcome: 'rule',
    detail: { auto_rule: 'on-call-read', rule: 'read', approvers: [] },
  })

  await types(SAM, 'who orders-db read').then((who) => expect(who).toContain('rule on-call-read'))
  await passTime(test, 'true')
  const receipt = await sights.reads(as(BEN), ORDERS, 'Receipt for G-1')
  expect(receipt.text).toMatch(/Approved\*? by rule \*?on-call-read/)
})

it.each([
  ['longer than the rule allows', ADA, 'orders-db read 31m look at INC-7'],
  ['without the words that the rule looks for', ADA, 'orders-db read 30m just looking'],
  ['by somebody whom the rule does not name', DAN, 'orders-db read 30m look at INC-7'],
  ['outside the hours of the rule', ADA, 'orders-db write 30m look at INC-7'],
])('asks people when it is asked for %s', { timeout: 40_000 }, async (_name, by, line) => {
  const number = await sights.asks(as(by), line)
  await sights.reads(as(BEN), ORDERS, `R-${number}`, 'Waiting', '@dba')
  expect(await types(by, `withdraw R-${number}`)).toContain('You withdrew')
})

it('leaves the decision about an extension to people', { timeout: 60_000 }, async () => {
  const said = await types(ADA, 'orders-db read 30m look at INC-8')
  expect(said).toContain('approved by rule')
  await vi.waitFor(async () => {
    expect((await elevate.world.store.reads.liveGrants(ADA))[0]?.grant.state).toBe('active')
  }, SOON)
  const extended = await types(ADA, 'extend 30m still at INC-8')
  expect(extended).toContain('It needs one approval')
  const number = Number(/R-(\d+)/.exec(extended)?.[1])
  await sights.reads(as(BEN), ORDERS, `R-${number}`, 'Waiting')
  expect((await elevate.world.store.reads.requestByNumber(number))?.state).toBe('pending')
})
