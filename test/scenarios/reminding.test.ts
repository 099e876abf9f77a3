/** A request that waits is brought to mind again, in its thread, once for each interval. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, configuration, ORDERS, SAM } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { asked, SOON } from './given.ts'
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
    configuration: configuration.replaceAll(
      'lapse_after: 8h',
      'lapse_after: 8h\n    remind_after: 15m\n    fallback: [U0SAM]\n    fallback_after: 1h',
    ),
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

it('lets the fallback approvers decide once it has waited for long enough, and not before', {
  timeout: 60_000,
}, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const approve = new RegExp(`^Approve R-${request.number}:`)
  await sights.pressesLabelled(as(SAM), ORDERS, approve)
  await sights.isTold(as(SAM), ORDERS, 'You are not an approver')
  await test.rows(
    `set session_replication_role = replica;
     update elevate.request set fallback_at = clock_timestamp() where id = '${request.id}'`,
  )
  await sights.reads(as(SAM), ORDERS, `R-${request.number} still waits`, /from .*@dba.* or .*@sam/)
  await sights.reads(as(SAM), ORDERS, 'Waiting', `R-${request.number}`, /@dba.* or .*@sam/)
  await sights.pressesLabelled(as(SAM), ORDERS, approve)
  await sights.isTold(as(SAM), ORDERS, 'You approved', `R-${request.number}`)
  await vi.waitFor(async () => {
    expect((await elevate.world.store.reads.grantOfRequest(request.id))?.state).toBe('active')
  }, SOON)
})
