/** Access that one person asks for and another would have: accepted first, judged against both, on both names. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { ADA, BEN, CHO, configuration, DAN, EVE, GIL, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, eventsOf, postsTo, typesOf } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

/** Ben, an approver himself, may ask for others on `read`; Eve may have nothing of her own. */
const withOthers = configuration.replace(
  'reason: { min_length: 3 }\n    lapse_after: 8h\n',
  (lines) => `${lines}    request_for: { from: [U0BEN] }\n`,
)

let test: TestWorld

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld({ configuration: withOthers })
  await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

const stateOf = async (number: number) =>
  (await test.rows<{ state: string }>(`select state from elevate.request where number = ${number}`))[0]?.state

it('is offered to the receiver, and nobody is asked before they accept', {
  timeout: 90_000,
}, async () => {
  const posts = postsTo(test, ORDERS).length
  const number = await sights.asks(as(BEN), 'orders-db read 2h for @eve look into INC-1')
  await sights.reads(
    as(EVE),
    'dm',
    /ben.* asks for .*read.* on .*orders-db.* for you, for 2 h/,
    '> look into INC-1',
  )
  await sights.reads(as(SAM), SECURITY, 'Asked', 'Ben asks on behalf of Eve', `R-${number}`, 'to accept it')
  expect(await stateOf(number)).toBe('offered')
  expect(postsTo(test, ORDERS)).toHaveLength(posts)

  await sights.pressesLabelled(as(EVE), 'dm', new RegExp(`^Accept R-${number}:`))
  await sights.reads(as(EVE), 'dm', `You accepted R-${number}`, 'The approvers are asked now')
  await sights.reads(as(BEN), 'dm', /eve.* accepted R-/)
  const card = await sights.reads(as(CHO), ORDERS, '# Ben asks for read on orders-db for Eve', `R-${number}`)
  expect(card.text).toMatch(/@eve, asked for by @ben/i)

  // Neither of the two decides: not the asker, who is an approver, and not the receiver.
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${number}:`))
  await sights.isTold(as(BEN), ORDERS, 'Nobody decides on his own request here')
  expect(await elevatedLogins(test)).toEqual([])

  await sights.pressesLabelled(as(CHO), ORDERS, new RegExp(`^Approve R-${number}:`))
  await sights.reads(as(EVE), 'dm', /You have .*read.* on .*orders-db/)
  await vi.waitFor(async () => expect((await elevatedLogins(test)).join()).toMatch(/eve/), SOON)
  await sights.reads(as(BEN), 'dm', `R-${number}, which you asked for`, 'was approved by')
  const told = await eventsOf(test, number)
  expect(told[0]).toMatchObject({ type: 'request.created', actor: { id: BEN }, subject: EVE })
  expect(told.find((one) => one.type === 'request.accepted')).toMatchObject({
    actor: { id: EVE },
    subject: EVE,
    detail: { asked_by: BEN },
  })
  expect(told.find((one) => one.type === 'decision.refused')).toMatchObject({ outcome: 'self-approval' })
  await sights.types(as(EVE), 'end')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
  await sights.reads(as(CHO), ORDERS, 'Receipt for G-', 'by Ben')
})

it('is not asked of anybody when it is declined, and the asker hears of it', {
  timeout: 60_000,
}, async () => {
  const posts = postsTo(test, ORDERS).length
  const number = await sights.asks(as(BEN), 'orders-db read for @eve 1h once more')
  const accept = await sights.finds(as(EVE), 'dm', new RegExp(`^Accept R-${number}:`))
  // Somebody else's press, from a forged payload, is an attempt.
  await sights.pressesLabelled(as(EVE), 'dm', new RegExp(`^Decline R-${number}:`))
  await sights.reads(as(EVE), 'dm', `You declined R-${number}`, 'Nobody was asked')
  await sights.reads(as(BEN), 'dm', /eve.* declined R-/)
  expect(await typesOf(test, number)).toEqual(['request.created', 'request.declined'])
  expect(accept).toBeDefined()
  expect(postsTo(test, ORDERS)).toHaveLength(posts)
  expect(await stateOf(number)).toBe('declined')
})

it('can be answered on Home too, and expires for both when it is not', { timeout: 60_000 }, async () => {
  const number = await sights.asks(as(BEN), 'orders-db read 1h for @eve the third time')
  await as(EVE).openHome()
  await sights.readsHome(as(EVE), 'For you to accept', 'Ben asks for', `R-${number}`)
  await test.rows(
    `set session_replication_role = replica;
     update elevate.request set created_at = created_at - interval '1 day', lapses_at = clock_timestamp() where number = ${number}`,
  )
  await vi.waitFor(async () => expect(await stateOf(number)).toBe('lapsed'), SOON)
  await sights.reads(as(BEN), 'dm', `R-${number}, which you asked for`, 'lapsed before it was answered')
  await sights.readsHome(as(EVE), /^(?!.*For you to accept)/s)
})

it.each([
  [ADA, 'orders-db read 1h for @eve please', /No policy lets you ask for read on orders-db for Eve/],
  [BEN, 'orders-db write 1h for @eve INC-1', /No policy lets you ask for write on orders-db for Eve/],
  [BEN, 'orders-db read 1h for @gil please', /Gil is a guest of this workspace/],
  [BEN, 'orders-db read 1h for @evee please', /“@evee” is not a person Slack knows/],
])('refuses %s who types “%s”', async (person, text, why) => {
  expect(await sights.types(as(person), text)).toMatch(why)
  expect(await test.rows(`select 1 from elevate.request where state in ('offered', 'pending')`)).toEqual([])
})

it('is chosen in the form, which says what the other one has to do', { timeout: 60_000 }, async () => {
  await as(BEN).command('orders-db', { channel: ORDERS })
  await as(BEN).fill('Role', 'read')
  await as(BEN).fill('For somebody else', '@gil')
  await sights.readsDialog(as(BEN), /gil.* is a guest|No policy/i)
  await as(BEN).fill('For somebody else', '@dan')
  await sights.readsDialog(as(BEN), 'Dan has to accept it first')
  await as(BEN).fill('Reason', 'he is on call')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(BEN), 'for Dan', 'Dan has to accept it first')
  await as(BEN).closeModal()
  const [row] = await test.rows<{ requester: string; asked_by: string; number: string }>(
    `select requester, asked_by, number from elevate.request where state = 'offered'`,
  )
  expect(row).toMatchObject({ requester: DAN, asked_by: BEN })
  expect(await sights.types(as(BEN), 'withdraw')).toContain('You withdrew')
  expect(await sights.types(as(GIL), 'list')).toBeTruthy()
})
