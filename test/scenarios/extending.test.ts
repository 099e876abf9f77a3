/** Access that goes on: decided anew, the same login, no gap, and gone with the last of it. */

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openSession } from '../../demo/session.ts'
import type { Elevate } from '../../src/app.ts'
import type { Grant } from '../../src/core/access/grant.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { query } from '../support/postgres.ts'
import { ADA, BEN, DAN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events, membersOf } from './evidence.ts'
import { given, passTime, passTimeUntil, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const read = { by: ADA, target: 'orders-db', role: 'read' }

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

const isOver = (grant: Pick<Grant, 'number'>) =>
  vi.waitFor(async () => {
    const end = (await events(test)).find(
      (event) => event.grant === `G-${grant.number}` && event.type === 'grant.revoked',
    )
    if (!end) throw new Error(`G-${grant.number} is not over`)
    return end
  }, SOON)

async function connects(grant: Grant) {
  const shown = await bindVerbs(elevate.world).showCredential({ grant: grant.id, by: grant.person })
  if (isRefused(shown)) throw new Error(JSON.stringify(shown.refused))
  const value = (label: string) => shown.credential.fields.find((one) => one.label === label)?.value ?? ''
  const url = new URL(test.target.orders.superuserUrl)
  url.username = value('User')
  url.password = value('Password')
  return { url: url.href, session: await openSession(url.href) }
}

async function validUntil(login: string): Promise<Date | undefined> {
  const rows = await query<{ until: Date }>(
    test.target.orders.superuserUrl,
    `select rolvaliduntil as until from pg_roles where rolname = '${login}'`,
  )
  return rows[0]?.until
}

async function asksToExtend(grant: Grant) {
  const asked = await bindVerbs(elevate.world).extendAccess({
    by: grant.person,
    grant: grant.id,
    duration: '30m',
    reason: 'still at it',
  })
  if (isRefused(asked)) throw new Error(JSON.stringify(asked.refused))
  return asked.request
}

const approves = (request: { id: string }, by = BEN) =>
  bindVerbs(elevate.world).decideRequest({ request: request.id, by, verdict: 'approve', note: '' })

const becomesActive = (request: { id: string }) =>
  vi.waitFor(async () => {
    const grant = await elevate.world.store.reads.grantOfRequest(request.id)
    if (grant?.state !== 'active') throw new Error(`it is ${grant?.state}: ${grant?.lastError}`)
    return grant
  }, SOON)

it('goes on with the same login and the same session, and ends both at the last end', {
  timeout: 90_000,
}, async () => {
  const first = await given(elevate.world, read)
  const { url, session } = await connects(first)
  await passTimeUntil(test, first.id, '9 min')
  await sights.pressesLabelled(as(ADA), 'dm', new RegExp(`^Extend G-${first.number}:`))
  await sights.readsDialog(as(ADA), 'Extend access', `G-${first.number}`, 'How much longer')
  await as(ADA).fill('How much longer', '1 h')
  await as(ADA).fill('Reason', 'the repair takes longer')
  expect(await as(ADA).submit()).toMatchObject({ ok: true })
  const told = await sights.readsDialog(as(ADA), 'You asked to extend', /R-\d+/)
  await as(ADA).closeModal()
  const number = Number(/R-(\d+)/.exec(told)?.[1])
  const card = await sights.reads(
    as(BEN),
    ORDERS,
    `This extends G-${first.number}`,
    'without a gap',
    '1 h more',
  )
  expect(card.text).toContain('asks to extend read on orders-db')
  await sights.reads(as(SAM), SECURITY, /Asked.*to extend/)

  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${number}:`))
  await sights.reads(as(ADA), 'dm', 'is extended until', 'Your account stays the same')
  const request = await elevate.world.store.reads.requestByNumber(number)
  const second = await becomesActive({ id: request?.id ?? '' })
  const old = (await elevate.world.store.reads.grant(first.id))?.grant
  expect(second).toMatchObject({ account: first.account, prolongs: first.id, accountFor: first.id })
  expect(second.expiresAt?.getTime()).toBe((old?.expiresAt?.getTime() ?? 0) + 3_600_000)
  expect((await validUntil(first.account ?? ''))?.getTime()).toBeGreaterThanOrEqual(
    second.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
  )
  const extended = (await events(test)).find((event) => event.type === 'grant.extended')
  expect(extended).toMatchObject({ grant: `G-${first.number}`, detail: { by: `G-${second.number}` } })
  await sights.reads(as(BEN), ORDERS, 'Active', `Extended by G-${second.number}, until`)

  await passTime(test, `id = '${first.id}'`)
  expect(await isOver(first)).toMatchObject({
    outcome: 'kept-by-other',
    detail: { kept_by: `G-${second.number}` },
  })
  expect(await session.run('select item from orders where id = 1017')).toMatchObject({ ok: true })
  await (await openSession(url)).close()
  await sights.reads(as(ADA), 'dm', `G-${first.number} is over`, 'Nothing changes for you')

  await passTime(test, `id = '${second.id}'`)
  expect(await isOver(second)).toMatchObject({ outcome: 'taken', account: first.account })
  expect(await session.cut).toMatch(/terminat/)
  expect(await elevatedLogins(test)).toEqual([])
  await sights.reads(as(BEN), ORDERS, `Receipt for G-${first.number}`, `Extended by G-${second.number}`)
  await sights.reads(as(BEN), ORDERS, `Receipt for G-${second.number}`, `It goes on from G-${first.number}`)
})

it('ends the whole chain when its holder is done', { timeout: 60_000 }, async () => {
  const first = await given(elevate.world, { by: ADA, target: 'orders-own', role: 'write' })
  const before = await sights.types(as(ADA), 'extend 30m not done yet')
  const number = Number(/R-(\d+)/.exec(before)?.[1])
  expect(before).toContain(`(G-${first.number})`)
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${number}:`))
  await sights.reads(as(ADA), 'dm', 'is extended until', `goes on from G-${first.number}`)
  await sights.types(as(ADA), 'end')
  await isOver(first)
  await vi.waitFor(async () => expect(await membersOf(test, 'orders_write')).toEqual([]), SOON)
})

it('grants new access when the grant to extend is over, and only to its holder', {
  timeout: 60_000,
}, async () => {
  const first = await given(elevate.world, { ...read, by: DAN })
  expect(await sights.types(as(ADA), `extend G-${first.number} 30m let me in`)).toContain(
    'Only the person who holds the access',
  )
  await sights.reads(as(SAM), SECURITY, 'Refused', /ada/i, /not theirs/)
  const request = await asksToExtend(first)
  await passTime(test, `id = '${first.id}'`)
  await isOver(first)
  await approves(request)
  const anew = await becomesActive(request)
  expect(anew).toMatchObject({ prolongs: undefined, accountFor: anew.id, account: `elv_dan_g${anew.number}` })
  expect(await elevatedLogins(test)).toEqual([anew.account])
  await sights.types(as(DAN), `end G-${anew.number}`)
  await isOver(anew)
  expect(await sights.types(as(DAN), `extend G-${anew.number} 30m again`)).toContain('cannot be extended')
})

it('grants access in both orders of approval and expiry', { timeout: 90_000 }, async () => {
  for (const lead of [0, 2, 5, 10, 20, 40, 80]) {
    const first = await given(elevate.world, read)
    const request = await asksToExtend(first)
    await passTimeUntil(test, first.id, `${lead} ms`)
    await approves(request)
    const grant = await becomesActive(request)
    await isOver(first)
    const { session } = await connects(grant)
    expect(await session.run('select item from orders where id = 1017'), `${lead}`).toMatchObject({
      ok: true,
    })
    await sights.types(as(ADA), `end G-${grant.number}`)
    await isOver(grant)
    await session.cut
    expect(await elevatedLogins(test), `${lead}`).toEqual([])
  }
})
