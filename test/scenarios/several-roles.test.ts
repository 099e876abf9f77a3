/** Several roles of one target in one go: each is decided and given for itself, on one card. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { ADA, BEN, CHO, configuration, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events, eventsOf, postsTo, rolesOf } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld({ configuration })
  // A card must stay for a moment as it was, for a press that comes late.
  await test.bot('paced')
}, 60_000)

afterEach(async () => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

const numbersIn = (text: string) => [...text.matchAll(/\bR-(\d+)/g)].map((match) => Number(match[1]))
const stateOf = async (number: number) =>
  (await test.rows<{ state: string }>(`select state from elevate.request where number = ${number}`))[0]?.state

async function asksTogether(person: string, text: string): Promise<number[]> {
  const answer = await sights.types(as(person), text)
  const numbers = [...new Set(numbersIn(answer))]
  if (numbers.length < 2) throw new Error(`“${text}” was not taken: ${answer}`)
  return numbers
}

/** Whoever has something gives it back, so that the next test begins with nothing. */
async function endsAll(person: string): Promise<void> {
  const grants = await test.rows<{ number: string }>(
    `select number from elevate.access_grant where person = '${person}' and state in ('provisioning', 'active')`,
  )
  for (const { number } of grants) await sights.types(as(person), `end G-${number}`)
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
}

it('are asked for in one line, stand on one card, and are approved with one press as far as one person can', {
  timeout: 90_000,
}, async () => {
  const cards = postsTo(test, ORDERS).length
  const [read = 0, write = 0] = await asksTogether(ADA, 'orders-db read,write 1h repair INC-1')
  const card = await sights.reads(as(BEN), ORDERS, '# Ada asks for read and write on orders-db', `R-${read}`)
  expect(card.text).toContain(`R-${write}`)
  expect(postsTo(test, ORDERS)).toHaveLength(cards + 1)

  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${read}, R-${write} for`))
  await sights.isTold(as(BEN), ORDERS, `R-${read}, read: approved`, `R-${write}, write: your yes counts`)
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(1), SOON)
  const [login = ''] = await elevatedLogins(test)
  expect(await rolesOf(test, login)).toEqual(['orders_read'])
  await sights.reads(as(CHO), ORDERS, '# Ada asks for', 'Active', '1 of 2 approvals')
  expect(await stateOf(write)).toBe('pending')

  await sights.pressesLabelled(as(CHO), ORDERS, new RegExp(`^Approve R-${write}:`))
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(2), SOON)
  const [, second] = await Promise.all([eventsOf(test, read), eventsOf(test, write)])
  expect(second[0]?.detail).toMatchObject({ rule: 'write-needs-two', together_with: `R-${read}` })

  await endsAll(ADA)
  const receipts = async () =>
    sights.readAll(as(BEN).view(), ORDERS).filter(({ text }) => text.includes('Receipt for G-'))
  await vi.waitFor(async () => expect(await receipts()).toHaveLength(2), SOON)
  // Both stand in the thread of the one card.
  const head = card.message.ts
  const [channel] = as(BEN)
    .view()
    .channels.filter((one) => one.id === ORDERS)
  const thread = channel?.messages.find((one) => one.ts === head)?.replies ?? []
  expect(thread.filter((one) => one.text.includes('Receipt'))).toHaveLength(2)
  expect(postsTo(test, ORDERS).filter(({ args }) => !args.thread_ts).length).toBeLessThan(cards + 4)
})

it('have each a thread of their own in the security channel', { timeout: 60_000 }, async () => {
  const [read = 0, write = 0] = await asksTogether(ADA, 'orders-db read,write 1h look at INC-2')
  for (const number of [read, write]) await sights.reads(as(SAM), SECURITY, 'Asked', `R-${number}`)
  await sights.types(as(ADA), `withdraw R-${read}`)
  await sights.reads(as(BEN), ORDERS, 'Withdrawn', `R-${write}`, 'Waiting')
  await sights.types(as(ADA), `withdraw R-${write}`)
})

it('are all opened or none: the refusal says which one it was', { timeout: 60_000 }, async () => {
  const before = (await events(test)).filter((one) => one.type === 'request.created').length
  expect(await sights.types(as(ADA), 'orders-db read,admin 1h repair INC-3')).toMatch(
    /Nothing was asked for, because of admin: No policy lets you ask for admin/,
  )
  expect(await sights.types(as(ADA), 'orders-db read,write 1h repair it')).toMatch(
    /Nothing was asked for, because of write: .*Name the incident/,
  )
  const alone = await sights.asks(as(ADA), 'orders-db write 1h repair INC-4')
  expect(await sights.types(as(ADA), 'orders-db read,write 1h repair INC-5')).toMatch(
    /because of write: You have asked for write on orders-db already/,
  )
  const rows = await test.rows<{ reason: string }>(
    `select reason from elevate.request where reason like '%INC-3%' or reason like '%INC-5%' or reason = 'repair it'`,
  )
  expect(rows).toEqual([])
  const created = (await events(test)).filter((one) => one.type === 'request.created')
  expect(created).toHaveLength(before + 1)
  await sights.types(as(ADA), `withdraw R-${alone}`)
})

it('are denied together with one reason, and a late press changes nothing', { timeout: 60_000 }, async () => {
  const [read = 0, write = 0] = await asksTogether(ADA, 'orders-db read,write 1h try INC-6')
  const late = await sights.finds(as(CHO), ORDERS, new RegExp(`^Approve R-${read}, R-${write} for`))
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Deny R-${read}, R-${write} for`))
  await as(BEN).fill('Reason', 'Use the replica')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(BEN), 'You denied 2 requests', `R-${read}`, `R-${write}`)
  await as(BEN).closeModal()
  expect([await stateOf(read), await stateOf(write)]).toEqual(['denied', 'denied'])
  await sights.presses(as(CHO), late)
  await sights.isTold(as(CHO), ORDERS, /R-\d+ was already denied/)
  expect(await elevatedLogins(test)).toEqual([])
})

it('are chosen together in the form, which says that their rules differ', { timeout: 60_000 }, async () => {
  await as(DAN).command('orders-db', { channel: ORDERS })
  await as(DAN).fill('Role', ['read', 'admin (high risk)'])
  const said = await sights.readsDialog(as(DAN), 'These roles have different rules', 'up to 4 h', 'up to 1 h')
  expect(said).toContain('*read*: An approval from')
  await expect(as(DAN).fill('For how long', '2 h')).rejects.toThrow(/not on the menu/)
  await as(DAN).fill('For how long', '1 h')
  await as(DAN).fill('Reason', 'vacuum')
  expect(await as(DAN).submit()).toMatchObject({ ok: true })
  const answer = await sights.readsDialog(
    as(DAN),
    /You asked for .*read.* and .*admin.* on .*orders-db.* for 1 h/,
  )
  await as(DAN).closeModal()
  // Dan may approve his own admin, and never his own read.
  const [read = 0, admin = 0] = [...new Set(numbersIn(answer))]
  await sights.pressesLabelled(as(DAN), ORDERS, new RegExp(`^Approve R-${read}, R-${admin} for`))
  await sights.isTold(as(DAN), ORDERS, `R-${admin}, admin: approved`, `R-${read}, read: not yours to decide`)
  expect(await stateOf(read)).toBe('pending')
  const refused = (await eventsOf(test, read)).filter((one) => one.type === 'decision.refused')
  expect(refused).toEqual([])
  await sights.types(as(DAN), `withdraw R-${read}`)
  await endsAll(DAN)
})

it('are at most five, and a role named twice is one', { timeout: 40_000 }, async () => {
  expect(await sights.types(as(ADA), 'orders-db a,b,c,d,e,f 1h repair INC-9')).toMatch(/At most 5 roles/)
  const number = await sights.asks(as(ADA), 'orders-db read,read 1h once')
  await sights.reads(as(BEN), ORDERS, '# Ada asks for read on orders-db', `R-${number}`)
  await sights.types(as(ADA), `withdraw R-${number}`)
})
