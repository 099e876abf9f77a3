/** Rules and pre-approvals are checked when an offer is accepted, not when it is made. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { BEN, CHO, configuration, DAN, EVE, ORDERS, SAM } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, eventsOf, postsTo, typesOf } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

/** Hours of the day that begin twelve hours from now, as they did twelve hours ago, and last for ten minutes. */
const then = new Date(Date.now() + 12 * 3_600_000)
const time = (at: Date) => at.toISOString().slice(11, 16)
const hours = `{ from: "${time(then)}", to: "${time(new Date(then.getTime() + 600_000))}", timezone: UTC }`

/** Ben, an approver himself, and security may ask for others on `read`; Eve has a rule, and Dan may be approved beforehand. */
const beforehand = configuration.replace(
  'reason: { min_length: 3 }\n    lapse_after: 8h\n',
  (lines) => `${lines}    request_for: { from: [U0BEN, S0SEC] }
    pre_approval: { max: 7d }
    auto_approve:
      - { name: on-call-read, from: [U0EVE], max_duration: 30m, reason_pattern: '\\bINC-\\d+\\b' }
      - { name: at-that-hour, from: [U0EVE], hours: ${hours} }
`,
)

let test: TestWorld

const as = (person: string) => test.simulator.as(person)
const accepts = (person: string, number: number) =>
  sights.pressesLabelled(as(person), 'dm', new RegExp(`^Accept R-${number}:`))
const plain = async (person: string, text: string) =>
  (await sights.types(as(person), text)).replaceAll('*', '')

beforeAll(async () => {
  test = await testWorld({ configuration: beforehand })
  await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('a rule approves nothing while a request is only offered, and approves it when it is accepted', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(BEN), 'orders-db read 30m for @eve look at INC-7')
  await sights.reads(as(EVE), 'dm', 'asks for', `R-${number}`)
  expect(await typesOf(test, number)).toEqual(['request.created'])
  expect(await elevatedLogins(test)).toEqual([])

  await accepts(EVE, number)
  await sights.reads(
    as(EVE),
    'dm',
    `You accepted R-${number}`,
    /was approved by rule \*?on-call-read\*? at once/,
    'You are being given it now',
  )
  await sights.reads(as(EVE), 'dm', 'You have *read* on *orders-db*', 'Approved by rule *on-call-read*')
  await sights.reads(as(BEN), 'dm', `R-${number}, which you asked for`, 'approved by rule')
  await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Active', 'Approved by rule *on-call-read*')
  expect(postsTo(test, ORDERS).filter((call) => JSON.stringify(call.args).includes('subteam'))).toEqual([])
  const told = await eventsOf(test, number)
  expect(told.map((one) => one.type).slice(0, 4)).toEqual([
    'request.created',
    'request.accepted',
    'request.approved',
    'grant.provisioning',
  ])
  expect(told[2]).toMatchObject({ outcome: 'rule', detail: { auto_rule: 'on-call-read', approvers: [] } })
  await sights.types(as(EVE), 'end')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
})

it('what a rule does not cover is put to people', { timeout: 60_000 }, async () => {
  const number = await sights.asks(as(BEN), 'orders-db read 31m for @eve look at INC-8')
  await accepts(EVE, number)
  await sights.reads(as(EVE), 'dm', `You accepted R-${number}`, 'The approvers are asked now')
  await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Waiting', '@dba')
  await plain(EVE, `withdraw R-${number}`)
})

it('a rule’s hours are checked when the offer is accepted, not when it is made', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(BEN), 'orders-db read 20m for @eve a look')
  const asked = new Date(then.getTime() - 24 * 3_600_000 + 120_000).toISOString()
  await test.rows(
    `set session_replication_role = replica;
     update elevate.request set created_at = '${asked}', lapses_at = clock_timestamp() + interval '1 hour'
     where number = ${number}`,
  )
  await accepts(EVE, number)
  await sights.reads(as(EVE), 'dm', `You accepted R-${number}`, 'The approvers are asked now')
  expect(await typesOf(test, number)).toEqual(['request.created', 'request.accepted'])
  await plain(EVE, `withdraw R-${number}`)
})

it('a pre-approval counts, even if it was given after the offer was made', { timeout: 60_000 }, async () => {
  const number = await sights.asks(as(BEN), 'orders-db read 1h for @dan take over')
  const name = /\bP-\d+\b/.exec(
    await plain(CHO, 'allow @dan orders-db read for 5d each 2h reason on call'),
  )?.[0]
  await accepts(DAN, number)
  await sights.reads(as(DAN), 'dm', `You accepted R-${number}`, `was pre-approved by Cho (${name}) at once`)
  await sights.reads(as(DAN), 'dm', 'You have *read* on *orders-db*', 'Pre-approved by')
  const told = await eventsOf(test, number)
  expect(told.map((one) => one.type).slice(0, 5)).toEqual([
    'request.created',
    'request.accepted',
    'pre_approval.used',
    'decision.recorded',
    'request.approved',
  ])
  expect(told[2]).toMatchObject({ actor: { id: DAN }, detail: { pre_approval: name, giver: CHO } })
  await sights.types(as(DAN), 'end')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
  expect(await plain(CHO, `allow end ${name}`)).toContain('You ended')
})

it('a pre-approval counts for nothing from the person who made the offer, or from a former approver', {
  timeout: 60_000,
}, async () => {
  await plain(BEN, 'allow @dan orders-db read for 5d each 2h reason on call')
  await plain(CHO, 'allow @dan orders-db read for 5d each 2h reason on call')
  const number = await sights.asks(as(BEN), 'orders-db read 1h for @dan take over again')
  await test.simulator.control.setGroupMembers('S0DBA', [BEN, DAN])
  try {
    await accepts(DAN, number)
    await sights.reads(as(DAN), 'dm', `You accepted R-${number}`, 'The approvers are asked now')
    expect(await typesOf(test, number)).toEqual(['request.created', 'request.accepted'])
    await plain(DAN, `withdraw R-${number}`)
  } finally {
    await test.simulator.control.setGroupMembers('S0DBA', [BEN, CHO, DAN])
  }
})

it('nothing is auto-approved if the person who made the offer may no longer ask for others', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(SAM), 'orders-db read 30m for @eve look at INC-9')
  await sights.finds(as(EVE), 'dm', new RegExp(`^Accept R-${number}:`))
  await test.simulator.control.setGroupMembers('S0SEC', [])
  try {
    await accepts(EVE, number)
    await sights.reads(as(EVE), 'dm', `You accepted R-${number}`, 'The approvers are asked now')
    expect(await typesOf(test, number)).toEqual(['request.created', 'request.accepted'])
    expect(await elevatedLogins(test)).toEqual([])
  } finally {
    await test.simulator.control.setGroupMembers('S0SEC', [SAM])
  }
})
