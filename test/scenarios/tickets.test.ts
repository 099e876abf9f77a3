/** A policy that wants a ticket: asked for in a field of its own, found in the line, and shown with its link. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { csvPieces } from '../../src/audit/export/rows.ts'
import { approve } from '../support/asking.ts'
import { ADA, BEN, configuration, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events, eventsOf, postsTo } from './evidence.ts'
import { given } from './given.ts'
import * as sights from './sights.ts'

const LINK = 'https://tracker.example/browse/INC-7'

const withTicket = configuration.replace(
  'reason: { min_length: 3 }\n    lapse_after: 8h\n',
  (lines) =>
    `${lines}    ticket: { pattern: 'INC-\\d{1,6}', link: 'https://tracker.example/browse/{ticket}', hint: "For example INC-7." }\n`,
)

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld({ configuration: withTicket })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('finds it in the line, and shows it on the card, in the feed, to the holder and on the receipt', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 30m look into (INC-7), as agreed')
  const card = await sights.reads(as(BEN), ORDERS, `R-${number}`, 'INC-7', 'Waiting')
  expect(JSON.stringify(card.message.blocks)).toContain(`<${LINK}|INC-7>`)
  await sights.reads(as(SAM), SECURITY, 'Asked', `R-${number}`, 'ticket INC-7')
  expect(JSON.stringify(postsTo(test, SECURITY))).toContain(LINK)
  await approve(test.simulator, 'INC-7')
  const given = await sights.reads(as(ADA), 'dm', /You have .*read.* on .*orders-db/, 'Ticket INC-7')
  expect(JSON.stringify(given.message.blocks)).toContain(LINK)
  const created = (await eventsOf(test, number)).find((one) => one.type === 'request.created')
  expect(created?.detail).toMatchObject({ ticket: 'INC-7' })

  await sights.types(as(ADA), 'end')
  const receipt = await sights.reads(as(BEN), ORDERS, 'Receipt for G-', 'ticket INC-7')
  expect(JSON.stringify(receipt.message.blocks)).toContain(LINK)
  let csv = ''
  const before = (await events(test)).length
  for await (const piece of csvPieces({ proof: elevate.world.store.proof, filter: {}, before })) csv += piece
  const [head = '', ...lines] = csv.split('\r\n')
  const column = head.split(',').indexOf('"ticket"')
  const line = lines.find((one) => one.includes('request.created') && one.includes(`R-${number}`))
  expect(line?.split('","')[column]).toBe('INC-7')
})

it('asks for it in the form, and says at its field what is wrong with it', { timeout: 60_000 }, async () => {
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'read')
  await sights.readsDialog(as(ADA), 'Ticket', 'For example INC-7.')
  await as(ADA).fill('Ticket', 'INC 7')
  await as(ADA).fill('Reason', 'stuck orders')
  expect(await as(ADA).submit()).toMatchObject({ errors: { ticket: /“INC 7” is not a ticket/ } })
  await as(ADA).fill('Ticket', null)
  expect(await as(ADA).submit()).toMatchObject({ errors: { ticket: /Please name the ticket/ } })
  await as(ADA).fill('Ticket', 'INC-8')
  expect(await as(ADA).submit()).toMatchObject({ ok: true })
  await as(ADA).closeModal()
  await sights.reads(as(BEN), ORDERS, 'INC-8', 'Waiting')
  await sights.types(as(ADA), 'withdraw')
})

it('refuses a line without one, and keeps what was typed in the part that can be erased', {
  timeout: 40_000,
}, async () => {
  expect(await sights.types(as(ADA), 'orders-db read 30m stuck orders')).toMatch(
    /Please name the ticket that this is for\. For example INC-7/,
  )
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'read')
  await sights.readsDialog(as(ADA), 'Ticket')
  await as(ADA).fill('Ticket', 'my private note')
  await as(ADA).fill('Reason', 'stuck orders')
  await as(ADA).submit()
  await as(ADA).closeModal()
  const refused = (await events(test)).filter((one) => one.type === 'request.refused')
  expect(refused.map((one) => one.outcome).slice(-2)).toEqual(['ticket-missing', 'ticket-pattern'])
  expect(JSON.stringify(refused)).not.toContain('private note')
})

it('does not ask for one where the policy does not', { timeout: 40_000 }, async () => {
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'write')
  const said = await sights.readsDialog(as(ADA), 'Or exactly this long')
  expect(said).not.toContain('Ticket')
  await as(ADA).closeModal()
})

it('shows in the form for more time which one goes on, and takes another or none', {
  timeout: 60_000,
}, async () => {
  const { number } = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await as(ADA).command(`extend G-${number}`, { channel: ORDERS })
  await sights.readsDialog(as(ADA), 'Extend access', 'Ticket', 'INC-1')
  await as(ADA).fill('Reason', 'it takes longer')
  await as(ADA).fill('Ticket', 'the same')
  expect(await as(ADA).submit()).toMatchObject({ errors: { ticket: /“the same” is not a ticket/ } })
  await as(ADA).fill('Ticket', null)
  expect(await as(ADA).submit()).toMatchObject({ errors: { ticket: /Please name the ticket/ } })
  await as(ADA).fill('Ticket', 'INC-9')
  expect(await as(ADA).submit()).toMatchObject({ ok: true })
  const told = await sights.readsDialog(as(ADA), 'You asked to extend')
  await as(ADA).closeModal()
  const extension = Number(/R-(\d+)/.exec(told)?.[1])
  await sights.reads(as(BEN), ORDERS, `R-${extension}`, 'INC-9', 'Waiting')
  await sights.types(as(ADA), `withdraw R-${extension}`)
  const line = await sights.types(as(ADA), `extend G-${number} 30m it takes longer`)
  await sights.reads(as(BEN), ORDERS, `R-${/R-(\d+)/.exec(line)?.[1]}`, 'INC-1', 'Waiting')
})
