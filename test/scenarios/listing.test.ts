/** `/elevate list`: all that concerns a person on one page, or on as many as it takes. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, configuration, EVE, ORDERS } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { asked, given, passTimeUntil } from './given.ts'
import * as sights from './sights.ts'

const MANY = Array.from({ length: 60 }, (_, at) => `extra${String(at).padStart(2, '0')}`)

const withMany = configuration
  .replace(
    '      read: {',
    (line) =>
      `${MANY.map((role) => `      ${role}: { description: Reads as well, risk: low, database_role: ${role} }\n`).join('')}${line}`,
  )
  .replace(
    'policies:\n',
    (line) => `${line}  - name: many
    targets: [orders-db]
    roles: [${MANY.join(', ')}]
    request: [S0ENG]
    approve: { from: [S0DBA], count: 1 }
    duration: { default: 30m, max: 4h }
    reason: { min_length: 3 }
    request_for: { from: [U0BEN] }
    lapse_after: 8h
`,
  )

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const plain = async (person: string, text: string) =>
  (await sights.types(as(person), text)).replaceAll('*', '')

beforeAll(async () => {
  test = await testWorld({ configuration: withMany })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('says what I have and how long still, what waits, and what I may ask for, page by page', {
  timeout: 60_000,
}, async () => {
  const { number, id } = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await passTimeUntil(test, id, '12 minutes 30 seconds')
  const mine = await asked(elevate.world, { by: ADA, target: 'orders-db', role: 'write' })
  const said = await plain(ADA, 'list')
  expect(said).toMatch(
    new RegExp(`You have.*read on orders-db \\(G-${number}\\): until .*, 12 min left`, 's'),
  )
  expect(said).toMatch(new RegExp(`You asked for.*write on orders-db.*\\(R-${mine.number}\\).*lapses`, 's'))
  expect(said).toMatch(/You may ask for \(\d+ of 63\)/)
  expect(said).toContain('extra00')
  expect(said).not.toContain('extra59')

  const status = await plain(ADA, 'status')
  expect(status).toContain('12 min left')
  await as(ADA).openHome()
  await sights.readsHome(as(ADA), '12 min left')

  await sights.pressesLabelled(as(ADA), ORDERS, /^Show \d+ more lines of this list/)
  await sights.reads(as(ADA), ORDERS, 'extra59', 'Back to the beginning')
  await sights.pressesLabelled(as(ADA), ORDERS, /^Show the beginning of this list/)
  await sights.reads(as(ADA), ORDERS, 'You have', 'extra00')

  expect(await plain(BEN, 'list')).toMatch(/Waiting for you.*ada asks for write on orders-db/is)
})

it('shows every offer on Home, with a button for each', { timeout: 60_000 }, async () => {
  const numbers = []
  for (const role of ['extra01', 'extra02', 'extra03,extra04'])
    numbers.push(await sights.asks(as(BEN), `orders-db ${role} 1h for @eve take over`))
  expect(await plain(EVE, 'list')).toMatch(/For you to accept.*extra01.*extra02.*extra03 and extra04/s)
  await as(EVE).openHome()
  await sights.readsHome(as(EVE), 'For you to accept', ...numbers.map((number) => `R-${number}`))
  await sights.pressesLabelled(as(EVE), 'home', new RegExp(`^Decline R-${numbers[1]}:`))
  await sights.readsHome(as(EVE), /^(?!.*extra02)/s, 'extra01', /extra03\*? and \*?extra04/)
  await sights.pressesLabelled(as(EVE), 'home', new RegExp(`^Accept R-${numbers[2]}:`))
  await sights.readsHome(as(EVE), /extra01.*extra0[34].*waits for an answer/s)
})
