/** Pre-approvals: everyone concerned is notified, they count as much as their giver's right at that moment, and can be ended at any time. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, CHO, configuration, DAN, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events, eventsOf } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

/** `read` and `write`, and `admin`, where self-approval is allowed; not `own-login`. */
const withPreApproval = ['read', 'write-needs-two', 'admin-by-oneself'].reduce(
  (text, name) => text.replace(`- name: ${name}\n`, `- name: ${name}\n    pre_approval: { max: 7d }\n`),
  configuration,
)

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const live = () => elevate.world.store.preApprovals.live(undefined, 100)
const types = async (person: string, text: string) =>
  (await sights.types(as(person), text)).replaceAll('*', '')

/** `P-12` of an answer. */
const numberIn = (text: string) => /\bP-\d+\b/.exec(text)?.[0] ?? ''

beforeAll(async () => {
  test = await testWorld({ configuration: withPreApproval })
  elevate = await test.bot()
}, 60_000)

beforeEach(async () => {
  for (const one of await live())
    await test.rows(`update elevate.pre_approval set ended_at = now() where id = '${one.id}'`)
})

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('notifies everyone concerned, and approves immediately what it covers', { timeout: 60_000 }, async () => {
  const said = await types(BEN, `allow @ada orders-db read for 5d each 2h reason release week`)
  expect(said).toMatch(
    /P-\d+ is given\. Requests of Ada for read on orders-db, each up to 2 h, are approved at once until/,
  )
  const name = numberIn(said)
  await sights.reads(
    as(ADA),
    'dm',
    /approved your requests for \*read\* on \*orders-db\* beforehand/,
    name,
    'release week',
  )
  await sights.reads(
    as(CHO),
    ORDERS,
    /Ben approved requests of Ada for \*read\* on \*orders-db\* beforehand/,
    name,
  )
  await sights.reads(as(SAM), SECURITY, 'Ben approved requests of Ada', name)

  const asked = await types(ADA, 'orders-db read 2h deploy the release')
  expect(asked).toContain(`It was pre-approved by @ben (${name}) at once`)
  const number = Number(/R-(\d+)/.exec(asked)?.[1])
  await sights.reads(as(ADA), 'dm', 'You have *read* on *orders-db*', 'Pre-approved by', name)
  const card = await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Active', `Pre-approved by Ben (${name})`)
  expect(card.text).not.toContain('@dba')
  const told = await eventsOf(test, number)
  expect(told.map((one) => one.type).slice(0, 5)).toEqual([
    'request.created',
    'pre_approval.used',
    'decision.recorded',
    'request.approved',
    'grant.provisioning',
  ])
  expect(told[1]).toMatchObject({ actor: { id: ADA }, detail: { pre_approval: name, giver: BEN } })
  expect(await types(ADA, 'allow list')).toMatch(
    new RegExp(`${name}: Ben approves read on orders-db for Ada.*used 1 time`),
  )
  expect((await types(ADA, 'end')).toLowerCase()).toContain('ending')
})

it('leaves to people what is longer than each may be', { timeout: 40_000 }, async () => {
  await types(BEN, `allow @ada orders-db read 5d 1h release week`)
  const number = await sights.asks(as(ADA), 'orders-db read 61m deploy the release')
  await sights.reads(as(BEN), ORDERS, `R-${number}`, 'Waiting', '@dba')
  await types(ADA, `withdraw R-${number}`)
})

it('counts as one approval where two are needed, and says so', { timeout: 60_000 }, async () => {
  const said = await types(BEN, `allow @ada orders-db write for 2d each 1h release week`)
  expect(said).toContain('It counts as your approval of every request')
  expect(said).toContain('Each of them still needs one more approval')
  const name = numberIn(said)
  const asked = await types(ADA, 'orders-db write 1h deploy INC-3')
  expect(asked).toContain(`It is pre-approved by @ben (${name}) already. It needs one more approval`)
  const number = /R-(\d+)/.exec(asked)?.[1]
  await sights.reads(as(CHO), ORDERS, `R-${number}`, '1 of 2 approvals', 'Ben')
  await sights.pressesLabelled(as(CHO), ORDERS, new RegExp(`^Approve R-${number}:`))
  await sights.reads(
    as(CHO),
    ORDERS,
    `R-${number}`,
    'Active',
    `Approved by Ben (pre-approved, ${name}) and Cho`,
  )
  await types(ADA, 'end')
})

it('is worth nothing any more when its giver left the group', { timeout: 60_000 }, async () => {
  await types(BEN, `allow @ada orders-db read for 5d each 2h release week`)
  await test.simulator.control.setGroupMembers('S0DBA', [CHO, DAN])
  try {
    const number = await sights.asks(as(ADA), 'orders-db read 1h deploy the release')
    await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Waiting', '@dba')
    expect((await eventsOf(test, number)).map((one) => one.type)).toEqual(['request.created'])
    const nothing = 'It counts for nothing now, because Ben is no longer an approver of it'
    for (const one of [ADA, BEN]) expect(await types(one, 'allow list')).toContain(nothing)
    await as(ADA).openHome()
    await sights.readsHome(as(ADA), nothing)
    await types(ADA, `withdraw R-${number}`)
  } finally {
    await test.simulator.control.setGroupMembers('S0DBA', [BEN, CHO, DAN])
  }
  expect(await types(ADA, 'allow list')).not.toContain('counts for nothing')
  expect(await types(ADA, 'orders-db read 1h deploy the release')).toContain('It was pre-approved by @ben')
  await types(ADA, 'end')
})

it.each([
  [
    'by nobody who may not approve it',
    EVE,
    `@ada orders-db read for 1d each 1h x y`,
    'You are not an approver',
  ],
  ['not for oneself', BEN, `@ben orders-db read for 1d each 1h x y`, 'Nobody approves his own requests'],
  [
    'not for somebody who may not ask',
    BEN,
    `@eve orders-db read for 1d each 1h x y`,
    /No policy lets .* ask for read/,
  ],
  [
    'not where the policy does not know it',
    BEN,
    `@ada orders-own write for 1d each 1h x y`,
    'does not allow approving',
  ],
  [
    'not for longer than the policy allows',
    BEN,
    `@ada orders-db read for 8d each 1h x y`,
    'at most 7 d here',
  ],
  [
    'not for longer each than can be asked for',
    BEN,
    `@ada orders-db read for 1d each 5h x y`,
    'at most 4 h can be asked for',
  ],
  [
    'not with a length that is none',
    BEN,
    `@ada orders-db read for 1.5d each 1h x y`,
    '“1.5d” is not a duration',
  ],
  [
    'not for a target that does not exist',
    BEN,
    `@ada order-db read for 1d each 1h x y`,
    'Did you mean orders-db?',
  ],
  [
    'not for somebody whom Slack did not resolve',
    BEN,
    '@nobody orders-db read for 1d each 1h x y',
    'is not a person Slack knows',
  ],
])('is given %s', { timeout: 40_000 }, async (_name, by, line, says) => {
  const said = await types(by, `allow ${line}`)
  expect(said).toMatch(typeof says === 'string' ? new RegExp(says.replace(/[?.]/g, '\\$&')) : says)
  expect(await live()).toEqual([])
})

it('notifies security of somebody who had no right to it', { timeout: 40_000 }, async () => {
  await types(EVE, `allow @ada orders-db read for 1d each 1h let her in`)
  // Alone, or in one message with the refusal before, where the words are not marked.
  await sights.reads(as(SAM), SECURITY, /Eve tried to approve beforehand \*?read\*? on \*?orders-db/)
  const refused = (await events(test)).findLast((one) => one.type === 'decision.refused')
  expect(refused).toMatchObject({ actor: { id: EVE }, subject: ADA, outcome: 'not-an-approver' })
})

it('may be one’s own only where the policy allows self-approval', { timeout: 40_000 }, async () => {
  const name = numberIn(await types(DAN, `allow @dan orders-db admin for 1d each 30m my own release`))
  const asked = await types(DAN, 'orders-db admin 30m my own release')
  expect(asked).toContain(`pre-approved by @dan (${name}) (who asked for it`)
  await types(DAN, 'end')
})

it('lives once for the same giver, person and access', { timeout: 40_000 }, async () => {
  await types(BEN, `allow @ada orders-db read for 5d each 2h release week`)
  expect(await types(BEN, `allow @ada orders-db read for 1d each 1h again`)).toContain('already')
  expect(await live()).toHaveLength(1)
})

it('is given and ended from Home, with a form', { timeout: 60_000 }, async () => {
  const ben = as(BEN)
  await ben.openHome()
  await sights.pressesLabelled(ben, 'home', /^Approve somebody/)
  await sights.readsDialog(ben, 'Approve beforehand', 'Whose requests')
  await ben.fill('Whose requests', 'ada')
  await ben.fill('Access', 'read on orders-db')
  await ben.fill('For how long it holds', '9d')
  await ben.fill('How long each may be', '2h')
  await ben.fill('Reason', 'release week')
  const refused = await ben.submit()
  expect(Object.values(refused.errors ?? {}).join()).toContain('at most 7 d here')
  await ben.fill('For how long it holds', '3d')
  await ben.submit()
  const name = numberIn(await sights.readsDialog(ben, 'is given'))
  await ben.closeModal()
  await sights.readsHome(ben, 'Approved beforehand', name, 'for Ada')
  await as(ADA).openHome()
  await sights.readsHome(as(ADA), 'Approved beforehand', name)
  await sights.pressesLabelled(as(ADA), 'home', new RegExp(`^End ${name}`))
  await vi.waitFor(async () => expect(await live()).toEqual([]), SOON)
})

it('opens the form with what was typed when something is missing', { timeout: 40_000 }, async () => {
  await as(BEN).command(`allow @ada orders-db read for 2d`, { channel: ORDERS })
  await sights.readsDialog(as(BEN), 'Approve beforehand', 'Whose requests')
  await as(BEN).fill('How long each may be', '1h')
  await as(BEN).fill('Reason', 'release week')
  await as(BEN).submit()
  await sights.readsDialog(as(BEN), 'is given', 'Ada')
  await as(BEN).closeModal()
  expect(await live()).toMatchObject([{ giver: BEN, person: ADA, each: 3600, reason: 'release week' }])
})
