/** How a pre-approval ends: by hand, by the clock, or because one of its two people left. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, CHO, configuration, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events } from './evidence.ts'
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

/** The sweeper looks elsewhere: so it is the news that does it. */
const noSweeping = () =>
  test.rows(
    `insert into elevate.person_check
     select person, clock_timestamp() + interval '1 hour' from unnest(array['${ADA}', '${BEN}']) as person
     on conflict (person) do update set checked_at = excluded.checked_at`,
  )

/** `P-12` of an answer. */
const numberIn = (text: string) => /\bP-\d+\b/.exec(text)?.[0] ?? ''

beforeAll(async () => {
  test = await testWorld({
    configuration: withPreApproval,
    // News that nobody heard does not come again.
    simulator: { eventRetriesMs: [] },
  })
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

it.each([
  ['whoever gave it', BEN],
  ['whoever has it', ADA],
  ['security', SAM],
])('is ended by %s, and then asks people again', { timeout: 40_000 }, async (_name, by) => {
  const name = numberIn(await types(BEN, `allow @ada orders-db read for 5d each 2h release week`))
  expect(await types(by, `allow end ${name}`)).toContain(`You ended ${name}`)
  await sights.reads(as(CHO), ORDERS, `${name} was ended`)
  if (by !== ADA) await sights.reads(as(ADA), 'dm', `${name} was ended`, 'your requests')
  expect(await types(by, `allow end ${name}`)).toContain('over already')
  const number = await sights.asks(as(ADA), 'orders-db read 1h deploy the release')
  await sights.reads(as(BEN), ORDERS, `R-${number}`, 'Waiting')
  await types(ADA, `withdraw R-${number}`)
})

it('is not ended by anybody else', { timeout: 40_000 }, async () => {
  const name = numberIn(await types(BEN, `allow @ada orders-db read for 5d each 2h release week`))
  expect(await types(EVE, `allow end ${name}`)).toContain('can end it')
  expect(await live()).toHaveLength(1)
})

const endedOf = async (name: string) =>
  (await events(test)).find((one) => one.type === 'pre_approval.ended' && one.detail?.pre_approval === name)

it.each([
  ['its giver', BEN, ADA, 'giver-gone', 'requests'],
  ['the person it is for', ADA, BEN, 'requester-gone', 'requests of @ada'],
])(
  'ends by itself when %s is deactivated',
  { timeout: 60_000 },
  async (_who, left, other, outcome, whose) => {
    const name = numberIn(await types(BEN, `allow @ada orders-db read for 5d each 2h release week`))
    await sights.reads(as(ADA), 'dm', 'beforehand', name)
    await noSweeping()
    await test.simulator.control.deactivate(left)
    try {
      const why = `because the account of ${left === BEN ? 'Ben' : 'Ada'} was deactivated in Slack`
      await sights.reads(as(SAM), SECURITY, `${name} is over`, why, 'It was not used')
      await sights.reads(as(CHO), ORDERS, `${name} is over`, why)
      await sights.reads(as(other), 'dm', `${name} is over`, 'was deactivated in Slack', whose)
      expect(await endedOf(name)).toMatchObject({ actor: { kind: 'system', id: 'sweeper' }, outcome })
      expect(await live()).toEqual([])
    } finally {
      await test.simulator.control.reactivate(left)
    }
  },
)

it('ends when its giver was deactivated while nobody was there to hear it', { timeout: 60_000 }, async () => {
  const name = numberIn(await types(BEN, `allow @ada orders-db read for 5d each 2h release week`))
  await elevate.stop()
  await test.simulator.control.deactivate(BEN)
  try {
    await test.rows('delete from elevate.person_check')
    elevate = await test.bot()
    await sights.reads(as(SAM), SECURITY, `${name} is over`, 'the account of Ben was deactivated')
    expect(await endedOf(name)).toMatchObject({ outcome: 'giver-gone' })
  } finally {
    await test.simulator.control.reactivate(BEN)
  }
})

it('is over by itself, and that is on record', { timeout: 60_000 }, async () => {
  const name = numberIn(await types(BEN, `allow @ada orders-db read for 5d each 2h release week`))
  await test.rows(
    `set session_replication_role = replica;
     update elevate.pre_approval set given_at = now() - interval '6 d', ends_at = now() - interval '1 s'
     where ended_at is null`,
  )
  await sights.reads(as(SAM), SECURITY, `${name} is over`, 'It was not used')
  await vi.waitFor(async () => {
    const ended = (await events(test)).find(
      (one) => one.type === 'pre_approval.ended' && one.detail?.pre_approval === name,
    )
    expect(ended).toMatchObject({ actor: { kind: 'system', id: 'sweeper' }, outcome: 'lapsed' })
  }, SOON)
  const number = await sights.asks(as(ADA), 'orders-db read 1h deploy the release')
  await sights.reads(as(BEN), ORDERS, `R-${number}`, 'Waiting')
  await types(ADA, `withdraw R-${number}`)
})
