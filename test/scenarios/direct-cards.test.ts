/** Cards in the direct messages of approvers: the same card everywhere, and an on-call group that may be empty. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import {
  ADA,
  BEN,
  CHO,
  configuration,
  DAN,
  EVE,
  ORDERS,
  SAM,
  SECURITY,
  workspace,
} from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { postsTo } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

const CREW = Array.from({ length: 30 }, (_, at) => ({
  id: `U0CREW${at}`,
  name: `crew${at}`,
  realName: `Crew ${at}`,
  email: `crew${at}@acme.example`,
}))

/** `read` asks directly, `write` a crew of thirty, `admin` an on-call group with a fallback. */
const direct = configuration
  .replace('approve: { from: [S0DBA], count: 1 }', 'approve: { from: [S0DBA], count: 1, tell: direct }')
  .replace('approve: { from: [S0DBA], count: 2 }', 'approve: { from: [S0CREW], count: 2, tell: direct }')
  .replace(
    'approve: { from: [S0DBA], count: 1, allow_self_approval: true }',
    'approve: { from: [S0ONCALL], count: 1 }\n    fallback: [U0SAM]\n    fallback_after: 2h',
  )

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const types = async (person: string, text: string) =>
  (await sights.types(as(person), text)).replaceAll('*', '')

beforeAll(async () => {
  test = await testWorld({
    configuration: direct,
    simulator: {
      workspace: {
        ...workspace,
        users: [...workspace.users, ...CREW],
        groups: [
          ...(workspace.groups ?? []),
          { id: 'S0CREW', handle: 'crew', members: CREW.map((one) => one.id) },
          { id: 'S0ONCALL', handle: 'oncall', members: [CHO] },
        ],
      },
    },
  })
  // Twenty-five copies of one card use up the redraws of a minute: only at Slack's own pace there is time for the next.
  elevate = await test.bot('paced')
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('asks each approver directly, and every copy is updated and says who acted', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 1h look around')
  for (const one of [BEN, CHO, DAN])
    await sights.reads(as(one), 'dm', `R-${number}`, 'Waiting', 'look around')
  expect(sights.readAll(as(BEN).view(), ORDERS).filter((one) => one.text.includes(`R-${number}`))).toEqual([])
  await sights.pressesLabelled(as(BEN), 'dm', new RegExp(`^Approve R-${number}:`))
  for (const one of [BEN, CHO, DAN])
    await sights.reads(as(one), 'dm', `R-${number}`, 'Active', 'Approved by Ben')
  await types(ADA, 'end')
  for (const one of [BEN, CHO, DAN]) await sights.reads(as(one), 'dm', `R-${number}`, 'Ended')
})

it('answers a late press in direct messages privately, with the name of the person who was faster', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 1h look around')
  const approve = new RegExp(`^Approve R-${number}:`)
  const both = [BEN, CHO]
  // Whose copy is not sent yet would get none.
  for (const one of [...both, DAN]) await sights.finds(as(one), 'dm', approve)
  await Promise.all(both.map((one) => sights.pressesNow(as(one), 'dm', approve)))
  const told = await Promise.all(
    both.map((one) => sights.isTold(as(one), 'dm', `R-${number}`, /You approved|nothing was changed/)),
  )
  const [lost, ...others] = told.map(({ text }) => text).filter((text) => !text.includes('You approved'))
  expect(lost).toMatch(/was already approved by @?(ben|cho); nothing was changed/i)
  expect(others).toEqual([])
  await sights.reads(as(DAN), 'dm', `R-${number}`, 'Active')
  await types(ADA, 'end')
})

it('keeps the record in security’s thread, and leaves the target’s channel in peace', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 1h look around')
  for (const one of [BEN, CHO, DAN])
    await sights.reads(
      as(one),
      'dm',
      `R-${number}`,
      'Its steps and its receipt stand in the security channel',
    )
  await sights.pressesLabelled(as(BEN), 'dm', new RegExp(`^Approve R-${number}:`))
  await sights.reads(as(CHO), 'dm', `R-${number}`, 'Active')
  const before = postsTo(test, ORDERS).length
  await types(ADA, 'end')
  const head = await sights.reads(as(SAM), SECURITY, `R-${number}`, 'look around', 'Ended')
  const grant = /G-\d+/.exec(head.text)?.[0]
  const receipt = await sights.reads(as(SAM), SECURITY, `Receipt for ${grant}`, 'Approved by', 'Taken back')
  expect(receipt.message.thread_ts).toBe(head.message.ts)
  // What was done is known a little later: the receipt is drawn anew where it stands.
  await sights.reads(as(SAM), SECURITY, `Receipt for ${grant}`, /^(?![\s\S]*still being read)/)
  await vi.waitFor(async () => expect(await test.rows('select 1 from elevate.outbox')).toEqual([]), SOON)
  expect(postsTo(test, ORDERS)).toHaveLength(before)
})

it('does not ask the person who asks', { timeout: 40_000 }, async () => {
  const number = await sights.asks(as(BEN), 'orders-db read 1h look around')
  await sights.reads(as(CHO), 'dm', `R-${number}`, 'Waiting')
  const copies = await test.rows<{ person: string }>(
    `select person from elevate.direct_card d join elevate.request r on r.id = d.request_id where r.number = ${number} order by 1`,
  )
  expect(copies.map((one) => one.person)).toEqual([CHO, DAN])
  await types(BEN, `withdraw R-${number}`)
  await sights.reads(as(CHO), 'dm', `R-${number}`, 'Withdrawn')
})

it('asks at most twenty-five directly, and then the channel too, and says so', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db write 1h fix INC-1')
  await sights.reads(as(EVE), ORDERS, `R-${number}`, 'Waiting', 'Sent directly to 25 of 30 approvers')
  await sights.reads(as('U0CREW0'), 'dm', `R-${number}`, 'Waiting')
  await types(ADA, `withdraw R-${number}`)
})

it('says who is on call now, and asks the fallback immediately if nobody is', {
  timeout: 60_000,
}, async () => {
  expect(await types(BEN, 'explain orders-db admin')).toContain('1 approval from Cho')
  const number = await sights.asks(as(BEN), 'orders-db admin 30m repair')
  await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Waiting', '@oncall', 'Could approve it now: Cho')
  // The shift ends, and nobody follows: what waits is put to the fallback at once.
  await test.simulator.control.setGroupMembers('S0ONCALL', [])
  await sights.reads(as(SAM), ORDERS, `R-${number} still waits`, '@sam')
  await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Could approve it now: Sam', 'Nobody is in @oncall')
  await types(BEN, `withdraw R-${number}`)

  const said = await types(BEN, 'explain orders-db admin')
  expect(said).toMatch(/Nobody is in .* right now/)
  expect(said).toContain('So the fallback approvers would be asked at once.')
  const next = await sights.asks(as(BEN), 'orders-db admin 30m repair again')
  await sights.reads(as(SAM), ORDERS, `R-${next}`, 'Waiting', '@sam')
  await sights.pressesLabelled(as(SAM), ORDERS, new RegExp(`^Approve R-${next}:`))
  await sights.reads(as(CHO), ORDERS, `R-${next}`, 'Approved by Sam')
  expect(elevate).toBeDefined()
})

it('asks the fallback immediately when the group is disabled while a request waits', {
  timeout: 60_000,
}, async () => {
  await test.simulator.control.setGroupMembers('S0ONCALL', [CHO])
  const number = await sights.asks(as(BEN), 'orders-db admin 30m repair')
  await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Waiting', 'Could approve it now: Cho')
  await test.simulator.control.disableGroup('S0ONCALL')
  try {
    await sights.reads(as(SAM), ORDERS, `R-${number} still waits`, '@sam')
    await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Could approve it now: Sam')
    const approve = new RegExp(`^Approve R-${number}:`)
    await sights.pressesLabelled(as(CHO), ORDERS, approve)
    await sights.isTold(as(CHO), ORDERS, 'You are not an approver')
    await sights.pressesLabelled(as(SAM), ORDERS, approve)
    await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Approved by Sam')
  } finally {
    await test.simulator.control.enableGroup('S0ONCALL')
  }
  expect(await types(DAN, 'explain orders-db admin')).toContain('1 approval from Cho')
})
