/** The holder is told that access ends while there is time to do something about it: once, whoever of us tells it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, DAN } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins } from './evidence.ts'
import { given, passTimeUntil } from './given.ts'
import * as sights from './sights.ts'

/** Two turns of everybody's sweeper, and a message's way. */
const TURNS_MS = 3_000

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const warnings = (person: string) =>
  sights.readAll(as(person).view(), 'dm').filter(({ text }) => text.includes('Save your work'))

beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
  await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('warns once that access ends in ten minutes, and ends it at a press', {
  timeout: 60_000,
}, async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await passTimeUntil(test, grant.id, '601 s')
  await sights.reads(as(ADA), 'dm', /Your .*read.* on .*orders-db.* ends/, 'Save your work')
  await sleep(TURNS_MS)
  expect(warnings(ADA)).toHaveLength(1)
  await sights.pressesLabelled(as(ADA), 'dm', new RegExp(`^Give back G-${grant.number}:`))
  await sights.reads(as(ADA), 'dm', 'has ended: you gave it back')
  expect(await elevatedLogins(test)).toEqual([])
})

it('says nothing when it would come too late to matter', { timeout: 60_000 }, async () => {
  const late = await given(elevate.world, { by: DAN, target: 'orders-db', role: 'read' })
  await passTimeUntil(test, late.id, '110 s')
  const grant = await given(elevate.world, { by: BEN, target: 'orders-db', role: 'read', approvers: [DAN] })
  await passTimeUntil(test, grant.id, '5 min')
  await sights.reads(as(BEN), 'dm', 'Save your work')
  expect(warnings(DAN)).toEqual([])
})
