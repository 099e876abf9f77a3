/** From the question to the receipt, as the people of the workspace see it, judged in the target and the log. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openSession } from '../../demo/session.ts'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, eventsOf, membersOf, rolesOf, sessionsOf, typesOf } from './evidence.ts'
import { given, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const approve = (number: number) => new RegExp(`^Approve R-${number}:`)

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

const becomesOf = (logins: readonly string[]) =>
  vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual(logins), SOON)

/** What the dialog with a password shows; the one that is already open does not count. */
async function passwordShown(not = ''): Promise<{ login: string; password: string }> {
  const text = await as(ADA).see(
    (view) => {
      const modal = view.modals.at(-1)
      const said = modal && JSON.stringify(modal.blocks)
      return said && /elv_/.test(said) && !(not && said.includes(not)) ? modal : undefined
    },
    { what: 'a dialog with a fresh password' },
  )
  const values = new Map<string, string>()
  for (const block of text.blocks as readonly { elements?: { elements: { text: string }[] }[] }[]) {
    const [label, value] = block.elements?.map((part) => part.elements?.[0]?.text ?? '') ?? []
    if (label && value) values.set(label, value)
  }
  await as(ADA).closeModal()
  return { login: values.get('User') ?? '', password: values.get('Password') ?? '' }
}

function urlOf({ login, password }: { login: string; password: string }): string {
  const url = new URL(test.target.orders.superuserUrl)
  url.username = login
  url.password = password
  return url.href
}

it('leads from one typed line to access used, ended and reported in full', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 30m fix INC-123')
  const name = `R-${number}`
  const card = await sights.reads(as(BEN), ORDERS, name, 'Approve')
  for (const words of [
    '@ada',
    'read',
    'orders-db',
    '30 min',
    'low',
    '> fix INC-123',
    '@dba',
    'It lapses',
    'policy read',
  ])
    expect(card.text).toContain(words)
  expect(await elevatedLogins(test)).toEqual([])

  await sights.pressesLabelled(as(BEN), ORDERS, approve(number))
  await sights.isTold(as(BEN), ORDERS, `You approved ${name}`)
  await sights.reads(
    as(ADA),
    'dm',
    /You have .*read.* on .*orders-db.* until/,
    /approved by .*ben/i,
    'elv_ada_g1',
  )
  expect(await elevatedLogins(test)).toEqual(['elv_ada_g1'])
  expect(await rolesOf(test, 'elv_ada_g1')).toEqual(['orders_read'])
  const redrawn = await sights.reads(as(BEN), ORDERS, 'Active', name, 'G-1')
  expect(redrawn.message.ts).toBe(card.message.ts)
  expect(redrawn.text).not.toContain('[Approve]')

  await sights.pressesLabelled(as(ADA), 'dm', /^Show a new password/)
  const first = await passwordShown()
  expect(first.login).toBe('elv_ada_g1')
  const session = await openSession(urlOf(first))
  expect(await session.run('select item from orders where id = 1017')).toMatchObject({ ok: true })
  expect(await session.run('update orders set price_cents = 0')).toMatchObject({ ok: false })

  await sights.pressesLabelled(as(ADA), 'dm', /^Show a new password/)
  const second = await passwordShown(first.password)
  await expect(openSession(urlOf(first))).rejects.toThrow(/password authentication failed/)
  const again = await openSession(urlOf(second))
  expect(await sessionsOf(test, 'elv_ada_g1')).toBe(2)

  await sights.pressesLabelled(as(ADA), 'dm', /^Give back G-1:/)
  expect(await session.cut).toMatch(/terminat|closed/)
  expect(await again.cut).toMatch(/terminat|closed/)
  await becomesOf([])
  expect(await sessionsOf(test, 'elv_ada_g1')).toBe(0)
  await expect(openSession(urlOf(second))).rejects.toThrow()

  await sights.reads(as(ADA), 'dm', 'has ended: you gave it back', 'Taken back and checked')
  await sights.reads(as(BEN), ORDERS, /no longer has .*read.* on .*orders-db.* through G-1/)
  const receipt = await sights.reads(
    as(BEN),
    ORDERS,
    'Receipt for G-1',
    /approved.* by .*ben/i,
    'gave it back',
    '2 open sessions were ended',
    'Checked in the target',
  )
  expect(receipt.message.thread_ts).toBe(card.message.ts)
  const closed = await sights.reads(as(BEN), ORDERS, '# Ended: read on orders-db', name)
  expect(closed.message.ts).toBe(card.message.ts)
  const head = await sights.reads(as(SAM), SECURITY, /Ended\*?: .*read/, /ada/i, 'asked')
  for (const word of ['Approved', 'Given', 'Ended']) {
    const step = await sights.reads(as(SAM), SECURITY, new RegExp(`${word}\\*?(:| by)`), /ada/i)
    expect([step.message.ts, step.message.thread_ts]).toContain(head.message.ts)
  }
})

it('writes each step down in order, with who, whom, what, which, when and under which policy', async () => {
  const told = await eventsOf(test, 1)
  expect(told.map((event) => [event.type, event.actor.id])).toEqual([
    ['request.created', ADA],
    ['decision.recorded', BEN],
    ['request.approved', BEN],
    ['grant.provisioning', BEN],
    ['grant.activated', 'worker'],
    ['credential.shown', ADA],
    ['credential.shown', ADA],
    ['grant.revoking', ADA],
    ['grant.revoked', 'worker'],
  ])
  const hash = elevate.world.catalog().hash
  for (const event of told) {
    expect(event, event.type).toMatchObject({
      subject: ADA,
      target: 'orders-db',
      role: 'read',
      request: 'R-1',
      policy: hash,
      ...(event.type.startsWith('grant.') || event.type === 'credential.shown' ? { grant: 'G-1' } : {}),
    })
    expect(Number.isNaN(Date.parse(event.time))).toBe(false)
  }
  expect(told.map((event) => event.time)).toEqual(told.map((event) => event.time).toSorted())
  expect(told.at(-1)).toMatchObject({ outcome: 'taken', account: 'elv_ada_g1', detail: { why: 'returned' } })
  const reasons = await test.rows<{ content: string }>(
    "select content from audit.secret where field = 'reason'",
  )
  expect(reasons).toEqual([{ content: 'fix INC-123' }])
  expect(told.every((event) => !JSON.stringify(event).includes('fix INC-123'))).toBe(true)
})

it('offers in the form only what this person may ask for, and takes the question from there', {
  timeout: 40_000,
}, async () => {
  await as(EVE).command('', { channel: ORDERS })
  await sights.readsDialog(as(EVE), 'No policy lets you ask for anything here')
  await as(EVE).closeModal()

  await as(ADA).command('', { channel: ORDERS })
  await as(ADA).fill('Target', 'orders-db')
  await sights.readsDialog(as(ADA), 'Role')
  await expect(as(ADA).fill('Role', 'admin (high risk)')).rejects.toThrow(/not on the menu/)
  await as(ADA).fill('Role', 'read')
  await sights.readsDialog(as(ADA), 'An approval from')
  await as(ADA).fill('For how long', '1 h')
  await as(ADA).fill('Reason', 'look at order 17')
  expect(await as(ADA).submit()).toMatchObject({ ok: true })
  const text = await sights.readsDialog(as(ADA), 'You asked for', /for 1 h: R-\d+/)
  await as(ADA).closeModal()
  const number = Number(/R-(\d+)/.exec(text)?.[1])
  await sights.reads(as(BEN), ORDERS, `R-${number}`, '> look at order 17', '1 h')
  expect(await sights.types(as(ADA), `withdraw R-${number}`)).toContain('You withdrew')
  expect(await typesOf(test, number)).toEqual(['request.created', 'request.withdrawn'])
  await sights.reads(as(BEN), ORDERS, 'Withdrawn', `R-${number}`)
  expect(await elevatedLogins(test)).toEqual([])
})

it('grants a membership to the login that a person already has, and revokes it', {
  timeout: 40_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-own write 30m INC-9')
  await sights.pressesLabelled(as(BEN), ORDERS, approve(number))
  const told = await sights.reads(as(ADA), 'dm', /You have .*write.* on .*orders-own/)
  expect(told.text).not.toContain('Show password')
  expect(await membersOf(test, 'orders_write')).toEqual(['ada by elevate_bot'])
  const session = await openSession(test.target.orders.adaUrl)
  expect(await session.run("update customers set city = 'Cork' where id = 1")).toMatchObject({ ok: true })
  await sights.types(as(ADA), 'end orders-own')
  await session.cut
  await vi.waitFor(async () => expect(await membersOf(test, 'orders_write')).toEqual([]), SOON)
  expect(await elevatedLogins(test)).toEqual([])
})

it('answers who has access, who had it, and what happened, each to those who may know', {
  timeout: 40_000,
}, async () => {
  const moment = new Date().toISOString().slice(0, 19)
  const grant = await given(elevate.world, {
    by: ADA,
    target: 'orders-db',
    role: 'read',
    reason: 'for INC-77',
  })
  const now = await sights.types(as(BEN), 'who orders-db')
  for (const words of [/ada/i, /read/, `G-${grant.number}`, 'for INC-77']) expect(now).toMatch(words)
  expect(await sights.types(as(BEN), `who orders-db read at ${moment}Z`)).not.toContain(`G-${grant.number}`)
  expect(await sights.types(as(EVE), 'who orders-db')).toMatch(/You do not have .*orders-db/)
  expect(await sights.types(as(EVE), 'who @ada')).toContain('You can look at your own access')
  const log = await sights.types(as(SAM), 'audit orders-db read type:grant', SECURITY)
  expect(log).toMatch(new RegExp(`Given[^\\n]*ada[^\\n]*G-${grant.number}`, 'i'))
  expect(await sights.types(as(EVE), 'audit orders-db')).not.toMatch(/Given|Asked|Approved/)
  await sights.types(as(ADA), `end G-${grant.number}`)
  await becomesOf([])
  const had = await sights.types(
    as(BEN),
    `who orders-db read at ${grant.activatedAt?.toISOString().slice(0, 19)}Z`,
  )
  expect(had.includes(`G-${grant.number}`) || had.includes('Nobody had')).toBe(true)
})

it('shows on Home what I have, what I asked for, and what waits for me', { timeout: 40_000 }, async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await as(ADA).openHome()
  await as(BEN).openHome()
  const number = await sights.asks(as(ADA), 'orders-own write 15m INC-10')
  await sights.readsHome(
    as(ADA),
    `G-${grant.number}`,
    'Show password',
    `(R-${number})`,
    'waits for an answer',
  )
  await sights.readsHome(as(BEN), 'Waiting for you', `(R-${number})`, '> INC-10')
  await sights.pressesLabelled(as(ADA), 'home', new RegExp(`^Withdraw R-${number}:`))
  await sights.readsDialog(as(ADA), `You withdrew R-${number}`)
  await as(ADA).closeModal()
  await as(BEN).see((view) => !sights.spotOf(view, 'home', approve(number)), { what: 'a Home without it' })
  await sights.pressesLabelled(as(ADA), 'home', new RegExp(`^Give back G-${grant.number}:`))
  await becomesOf([])
  await sights.readsHome(as(ADA), 'You have no access through elevate now')
})
