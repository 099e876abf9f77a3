/** A request that waits is brought to mind again, in its thread, once for each interval. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Elevate } from '../../src/wire.ts'
import { ADA, BEN, configuration, ORDERS } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { asked } from './given.ts'
import * as sights from './sights.ts'

/** Two turns of everybody's sweeper, and a message's way. */
const TURNS_MS = 3_000

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const reminders = () =>
  sights.readAll(as(BEN).view(), ORDERS).filter(({ text }) => text.includes('still waits'))

beforeAll(async () => {
  test = await testWorld({
    configuration: configuration.replaceAll('lapse_after: 8h', 'lapse_after: 8h\n    remind_after: 15m'),
  })
  elevate = await test.bot()
  await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

const passes = (minutes: number) =>
  test.rows(
    `set session_replication_role = replica;
     update elevate.request set remind_at = remind_at - interval '${minutes} min' where state = 'pending'`,
  )

it('reminds the approvers in the thread, ever more rarely, until somebody answers', {
  timeout: 60_000,
}, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'write' })
  const card = await sights.reads(as(BEN), ORDERS, `R-${request.number}`, 'Approve')
  await passes(15)
  const first = await sights.reads(
    as(BEN),
    ORDERS,
    `R-${request.number} still waits`,
    '2 more approvals',
    '@dba',
  )
  expect(first.message.thread_ts).toBe(card.message.ts)
  await passes(29)
  await sleep(TURNS_MS)
  expect(reminders()).toHaveLength(1)

  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${request.number}:`))
  await sights.isTold(as(BEN), ORDERS, 'You approved', 'one more approval')
  await passes(1)
  await sights.reads(as(BEN), ORDERS, 'still waits', '1 more approval', /from .*@cho.*@dan/)
  expect(reminders()).toHaveLength(2)

  await sights.types(as(ADA), `withdraw R-${request.number}`)
  await passes(60)
  await sleep(TURNS_MS)
  expect(reminders()).toHaveLength(2)
})
