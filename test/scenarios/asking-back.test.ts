/** A question before the decision: in the thread of the card, to who asked, and back. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, CHO, configuration, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { eventsOf, typesOf } from './evidence.ts'
import { asked, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const answer = (number: number) => new RegExp(`^Answer the question about R-${number}$`)

beforeAll(async () => {
  test = await testWorld({
    configuration: configuration.replaceAll('lapse_after: 8h', 'lapse_after: 8h\n    remind_after: 15m'),
  })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

async function asks(person: string, number: number, text: string): Promise<void> {
  await sights.pressesLabelled(as(person), ORDERS, new RegExp(`^Ask about R-${number}:`))
  await sights.readsDialog(as(person), 'It decides nothing')
  await as(person).fill('Question', text)
  expect(await as(person).submit()).toMatchObject({ ok: true })
}

const dueIn = async (id: string) => {
  const [row] = await test.rows<{ s: number }>(
    `select extract(epoch from remind_at - clock_timestamp())::float8 as s from elevate.request where id = '${id}'`,
  )
  return row?.s ?? 0
}

it('goes to the thread and to who asked, whose answer comes back with the buttons to decide', {
  timeout: 60_000,
}, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const card = await sights.reads(as(BEN), ORDERS, `R-${request.number}`, 'Approve')
  await test.rows(
    `set session_replication_role = replica;
     update elevate.request set remind_at = remind_at - interval '14 min' where id = '${request.id}'`,
  )
  await asks(BEN, request.number, 'Which order? <@U0EVE> & @channel *now*')
  await sights.readsDialog(as(BEN), `You asked about R-${request.number}`, 'Nothing is decided')
  await as(BEN).closeModal()
  const inThread = await sights.reads(
    as(CHO),
    ORDERS,
    /@ben.* asks .*@ada/,
    '> Which order? <@U0EVE> & @channel *now*',
  )
  expect(inThread.message.thread_ts).toBe(card.message.ts)
  // Somebody did look at it: who waits for an answer is not reminded for another whole interval.
  expect(await dueIn(request.id)).toBeGreaterThan(14 * 60)

  const dm = await sights.reads(
    as(ADA),
    'dm',
    /@ben.* wants to know something/,
    'Nothing is decided yet',
    '> Which order?',
  )
  expect(JSON.stringify(dm.message.blocks)).toMatch(/archives\/C0ORDERS\/p\d+/)
  await sights.pressesLabelled(as(ADA), 'dm', answer(request.number))
  await sights.readsDialog(as(ADA), 'wants to know', 'Which order?')
  await as(ADA).fill('Answer', 'Order 1017, see INC-1')
  expect(await as(ADA).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(ADA), 'You answered')
  await as(ADA).closeModal()
  await sights.reads(as(CHO), ORDERS, /@ada.* answers .*@ben/, '> Order 1017, see INC-1')
  await sights.reads(
    as(BEN),
    'dm',
    /@ada.* answered your question/,
    'You asked: Which order?',
    '> Order 1017',
  )
  expect(await typesOf(test, request.number)).toEqual([
    'request.created',
    'question.asked',
    'question.answered',
  ])
  const bytes = (await test.events()).map((event) => event.bytes).join('\n')
  expect(bytes).not.toMatch(/Which order|Order 1017/)

  await sights.pressesLabelled(as(BEN), 'dm', new RegExp(`^Deny R-${request.number}:`))
  await as(BEN).fill('Reason', 'Ask the shop instead')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await as(BEN).closeModal()
  await sights.reads(as(CHO), ORDERS, '# Denied', `R-${request.number}`)
})

it('is asked by who asked for the access as well, and answered by an approver', {
  timeout: 60_000,
}, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await asks(ADA, request.number, 'Can somebody look before noon?')
  await as(ADA).closeModal()
  await sights.reads(as(BEN), ORDERS, /@ada.* asks .*@dba/, '> Can somebody look')
  await sights.pressesLabelled(as(BEN), ORDERS, answer(request.number))
  await sights.readsDialog(as(BEN), 'Can somebody look')
  await as(BEN).fill('Answer', 'Yes, at eleven')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await as(BEN).closeModal()
  await sights.reads(as(ADA), 'dm', /@ben.* answered your question/, '> Yes, at eleven')
  await sights.types(as(ADA), 'withdraw')
})

it('is refused to people who have no part in it, and security hears of them', {
  timeout: 60_000,
}, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await sights.pressesLabelled(as(EVE), ORDERS, new RegExp(`^Ask about R-${request.number}:`))
  await sights.readsDialog(as(EVE), 'It decides nothing')
  await as(EVE).fill('Question', 'What is in there?')
  expect(await as(EVE).submit()).toMatchObject({ ok: false })
  await vi.waitFor(
    () =>
      expect(JSON.stringify(as(EVE).view().modals.at(-1))).toContain('who may decide on it ask and answer'),
    SOON,
  )
  await as(EVE).closeModal()
  expect((await eventsOf(test, request.number)).at(-1)).toMatchObject({
    type: 'decision.refused',
    outcome: 'not-yours',
    actor: { id: EVE },
  })
  await sights.reads(as(SAM), SECURITY, 'Refused', /eve/i, `R-${request.number}`)
  await sights.types(as(ADA), 'withdraw')
})

it('is answered once, not by who asked it, and not after the decision', { timeout: 60_000 }, async () => {
  const request = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await asks(BEN, request.number, 'For how many rows?')
  await as(BEN).closeModal()
  const spot = await sights.finds(as(ADA), 'dm', answer(request.number))
  await sights.pressesLabelled(as(BEN), ORDERS, answer(request.number))
  await as(BEN).fill('Answer', 'Me')
  expect(await as(BEN).submit()).toMatchObject({ ok: false })
  await vi.waitFor(
    () => expect(JSON.stringify(as(BEN).view().modals.at(-1))).toContain('This is your own question'),
    SOON,
  )
  await as(BEN).closeModal()
  await sights.presses(as(ADA), spot)
  await sights.readsDialog(as(ADA), 'For how many rows?')
  await sights.pressesLabelled(as(CHO), ORDERS, answer(request.number))
  await as(CHO).fill('Answer', 'Three')
  expect(await as(CHO).submit()).toMatchObject({ ok: true })
  await as(CHO).closeModal()
  await as(ADA).fill('Answer', 'Four')
  expect(await as(ADA).submit()).toMatchObject({ ok: false })
  await vi.waitFor(
    () => expect(JSON.stringify(as(ADA).view().modals.at(-1))).toContain('has been answered already'),
    SOON,
  )
  await as(ADA).closeModal()
  await sights.types(as(ADA), 'withdraw')
})
