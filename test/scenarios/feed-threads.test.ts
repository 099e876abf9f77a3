/** What security reads: one message for each request, its steps in a thread, and what is grave in the channel too. */

import type { SeenMessage } from 'slack-simulator/view'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { ADA, BEN, DAN, EVE, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { asked, given, passTime, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

/** What the channel shows, without opening any thread. */
function inChannel(): readonly SeenMessage[] {
  return as(SAM).channel(SECURITY).messages
}

const headOf = (number: number) =>
  inChannel().find(
    (one) => one.thread_ts === undefined && JSON.stringify(one.blocks).includes(`R-${number} `),
  )

/** Steps that come in the same second share a message. */
function stepsOf(number: number): string {
  return (headOf(number)?.replies ?? []).map((one) => one.text).join(' ')
}

/** Steps that stand in the channel beside their thread. */
function broadcasts(number: number): string[] {
  const head = headOf(number)?.ts
  return inChannel().flatMap((one) => (one.thread_ts === head ? [one.text] : []))
}

const becomes = (number: number, steps: RegExp) =>
  vi.waitFor(() => expect(stepsOf(number)).toMatch(steps), SOON)

it('keeps one message for a request, which follows it, with every step in its thread', {
  timeout: 60_000,
}, async () => {
  const grant = await given(elevate.world, {
    by: ADA,
    target: 'orders-db',
    role: 'read',
    reason: 'for INC-77',
  })
  await becomes(1, /^Approved by Ben: read on orders-db for Ada.* Given: Ada has read on orders-db until/)
  await vi.waitFor(
    () => expect(headOf(1)?.text).toMatch(/^Given: .*Approved by Ben.*Reason: for INC-77/),
    SOON,
  )
  const { ts } = headOf(1) ?? {}
  await sights.finds(as(SAM), SECURITY, /^End G-1 now/)
  await bindVerbs(elevate.world).endGrant({ grant: grant.id, by: ADA, note: '' })
  await becomes(1, /^Approved.* Given.* Ended: .*Ada gave it back/)
  await vi.waitFor(() => expect(headOf(1)?.text).toMatch(/^Ended: read on orders-db for Ada/), SOON)
  expect(headOf(1)?.ts).toBe(ts)
  expect(JSON.stringify(headOf(1)?.blocks)).not.toContain('end_other')
})

it('leaves everyday steps in the thread, and shows the grave ones in the channel too', {
  timeout: 60_000,
}, async () => {
  expect(broadcasts(1)).toEqual([])
  const high = await given(elevate.world, { by: DAN, target: 'orders-db', role: 'admin', approvers: [DAN] })
  await becomes(2, /^Approved.* Given/)
  expect(broadcasts(2)).toEqual([expect.stringMatching(/Given: Dan has admin on orders-db/)])
  await bindVerbs(elevate.world).endGrant({ grant: high.id, by: SAM, note: 'that was not agreed' })
  await becomes(2, /^Approved.* Given.* Ended: .*Sam ended it early/)
  expect(broadcasts(2).at(-1)).toMatch(/^Ended: .*Sam ended it early/)
})

it('shows an attempt on a request in its thread and in the channel, and one on nothing in the channel', {
  timeout: 60_000,
}, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await vi.waitFor(() => expect(headOf(3)?.text).toMatch(/^Asked: Ada asks for read on orders-db/), SOON)
  await bindVerbs(elevate.world).decideRequest({ request: request.id, by: EVE, verdict: 'approve', note: '' })
  await becomes(3, /^Refused: Eve tried to decide on R-3/)
  expect(broadcasts(3)).toEqual([expect.stringMatching(/^Refused: Eve/)])
  await sights.types(as(EVE), 'orders-db read 30m let me in')
  await vi.waitFor(
    () => expect(inChannel().at(-1)?.text).toMatch(/^Refused: Eve tried to ask for read/),
    SOON,
  )
  expect(inChannel().at(-1)?.thread_ts).toBeUndefined()
})

it('says in each thread what ended at the same moment', { timeout: 60_000 }, async () => {
  for (const [by, role] of [
    [BEN, 'read'],
    [DAN, 'read'],
  ] as const)
    await given(elevate.world, { by, target: 'orders-db', role, approvers: [by === BEN ? DAN : BEN] })
  await becomes(4, /^Approved.* Given/)
  await becomes(5, /^Approved.* Given/)
  await passTime(test, 'true')
  await becomes(4, /^Approved.* Given.* Ended: .*its time was over/)
  await becomes(5, /^Approved.* Given.* Ended/)
  expect(broadcasts(4)).toEqual([])
})
