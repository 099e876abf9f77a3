/** Two people, or a person and the clock, in the same instant. Two replicas serve them, each with its own socket. */

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import type { Claim, Grant } from '../../src/core/access/grant.ts'
import { LEASE_SECONDS } from '../../src/core/access/retry.ts'
import { advanceGrant } from '../../src/operations/access/grant/advance-grant.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { faults } from '../support/judge.ts'
import { ADA, BEN, CHO, DAN, ORDERS, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events, eventsOf, typesOf } from './evidence.ts'
import { asked, given, passTime, SOON } from './given.ts'
import * as sights from './sights.ts'

const DBA = [BEN, CHO, DAN]

let test: TestWorld
let one: Elevate
let other: Elevate

const as = (person: string) => test.simulator.as(person)
const read = { by: ADA, target: 'orders-db', role: 'read' }
const write = { by: ADA, target: 'orders-db', role: 'write' }
const countOf = (types: readonly string[], type: string) => types.filter((each) => each === type).length

beforeAll(async () => {
  test = await testWorld()
  one = await test.bot()
  other = await test.bot()
  for (const person of DBA) await as(person).openHome()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

/** All of them press at once; what each is told in a dialog of his own. */
async function allPress(people: readonly string[], label: RegExp): Promise<string[]> {
  await Promise.all(people.map((person) => sights.finds(as(person), 'home', label)))
  // Nobody waits from here on: all of it is sent in one turn of the loop.
  await Promise.all(people.map((person) => sights.pressesNow(as(person), 'home', label)))
  const told = await Promise.all(people.map((person) => sights.readsDialog(as(person), /R-\d+/)))
  await Promise.all(people.map((person) => as(person).closeModal()))
  return told
}

it('lets exactly one of three simultaneous approvals complete a request that needs two', {
  timeout: 60_000,
}, async () => {
  const before = await elevatedLogins(test)
  const request = await asked(one.world, write)
  const told = await allPress(DBA, new RegExp(`^Approve R-${request.number}:`))
  const said = (words: RegExp) => told.filter((text) => words.test(text)).length
  expect(said(/It needs one more approval/), told.join('\n')).toBe(1)
  expect(said(/Giving access now/), told.join('\n')).toBe(1)
  expect(said(/already approved/), told.join('\n')).toBe(1)
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(before.length + 1), SOON)
  const types = await typesOf(test, request.number)
  expect(countOf(types, 'decision.recorded')).toBe(2)
  expect(countOf(types, 'request.approved')).toBe(1)
  expect(countOf(types, 'grant.provisioning')).toBe(1)
})

it('does one thing and answers both times when an approver presses twice', { timeout: 40_000 }, async () => {
  const request = await asked(one.world, write)
  const spot = await sights.finds(as(BEN), ORDERS, new RegExp(`^Approve R-${request.number}:`))
  await Promise.all([sights.presses(as(BEN), spot), sights.presses(as(BEN), spot)])
  const about = `R-${request.number}`
  await sights.isTold(as(BEN), ORDERS, 'You approved', about, 'one more approval')
  await sights.isTold(as(BEN), ORDERS, 'You have approved', about, 'already')
  expect(countOf(await typesOf(test, request.number), 'decision.recorded')).toBe(1)
  expect(countOf(await typesOf(test, request.number), 'request.approved')).toBe(0)
  await as(ADA).command(`withdraw ${about}`, { channel: ORDERS })
  await sights.isTold(as(ADA), ORDERS, 'You withdrew', about)
})

it('ends access once when its holder presses twice that they are done', { timeout: 40_000 }, async () => {
  const grant = await given(one.world, { by: DAN, target: 'orders-db', role: 'read' })
  await sights.finds(as(DAN), 'home', new RegExp(`^Give back G-${grant.number}:`))
  const spot = await sights.finds(as(DAN), 'dm', new RegExp(`^Give back G-${grant.number}:`))
  await Promise.all([sights.presses(as(DAN), spot), sights.presses(as(DAN), spot)])
  await sights.isTold(as(DAN), 'dm', 'Ending your', `G-${grant.number}`)
  await sights.isTold(as(DAN), 'dm', `G-${grant.number}`, 'over or ending already')
  await vi.waitFor(async () => expect(await elevatedLogins(test)).not.toContain(grant.account), SOON)
  await vi.waitFor(async () => {
    const types = (await events(test)).filter((event) => event.grant === `G-${grant.number}`)
    expect(types.map((event) => event.type).slice(-2)).toEqual(['grant.revoking', 'grant.revoked'])
    expect(types.filter((event) => event.type === 'grant.revoking')).toHaveLength(1)
  }, SOON)
})

describe('an approver who has left the group', () => {
  afterEach(() => test.simulator.control.setGroupMembers('S0DBA', DBA))

  it('decides nothing with the old card, with a dialog opened before, or on the old Home', {
    timeout: 60_000,
  }, async () => {
    const before = await elevatedLogins(test)
    const request = await asked(one.world, read)
    const about = `R-${request.number}`
    await sights.finds(as(CHO), 'home', new RegExp(`^Approve ${about}:`))
    const onCard = await sights.finds(as(CHO), ORDERS, new RegExp(`^Approve ${about}:`))
    await sights.pressesLabelled(as(CHO), ORDERS, new RegExp(`^Deny ${about}:`))
    await sights.readsDialog(as(CHO), 'Deny a request', about)
    await test.simulator.control.setGroupMembers('S0DBA', [BEN, DAN])

    await as(CHO).fill('Reason', 'I am still here')
    const dialog = await as(CHO).submit()
    expect(Object.values(dialog.errors ?? {}).join()).toContain(
      'You are not an approver of read on orders-db',
    )
    await as(CHO).closeModal()
    await sights.presses(as(CHO), onCard)
    await sights.isTold(as(CHO), ORDERS, 'You are not an approver of read on orders-db')
    await sights.pressesNow(as(CHO), 'home', new RegExp(`^Approve ${about}:`))
    await sights.readsDialog(as(CHO), 'You are not an approver of read on orders-db')
    await as(CHO).closeModal()

    const refused = (await eventsOf(test, request.number)).filter((event) => event.actor.id === CHO)
    expect(refused.map(({ type, outcome, detail }) => [type, outcome, detail?.verdict])).toEqual([
      ['decision.refused', 'not-an-approver', 'deny'],
      ['decision.refused', 'not-an-approver', 'approve'],
      ['decision.refused', 'not-an-approver', 'approve'],
    ])
    expect(await elevatedLogins(test)).toEqual(before)
    await sights.reads(as('U0SAM'), SECURITY, 'Refused', /cho/i, about)
    // The request was not harmed by it.
    await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve ${about}:`))
    await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(before.length + 1), SOON)
  })

  it('is not counted among those who approved before', { timeout: 60_000 }, async () => {
    const before = await elevatedLogins(test)
    const request = await asked(one.world, write)
    const approve = new RegExp(`^Approve R-${request.number}:`)
    await sights.pressesLabelled(as(BEN), 'home', approve)
    await sights.readsDialog(as(BEN), `R-${request.number}`, 'one more approval')
    await as(BEN).closeModal()
    await test.simulator.control.setGroupMembers('S0DBA', [CHO, DAN])
    await sights.pressesLabelled(as(CHO), 'home', approve)
    await sights.readsDialog(as(CHO), `R-${request.number}`, 'one more approval')
    await as(CHO).closeModal()
    expect(await typesOf(test, request.number)).not.toContain('request.approved')
    expect(await elevatedLogins(test)).toEqual(before)
    await sights.pressesLabelled(as(DAN), 'home', approve)
    await sights.readsDialog(as(DAN), 'Giving access now')
    await as(DAN).closeModal()
    await vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(before.length + 1), SOON)
    const approved = (await eventsOf(test, request.number)).find((event) => event.type === 'request.approved')
    expect(approved?.detail?.approvers).toEqual([CHO, DAN])
  })
})

it('ends access once when it expires at the moment in which its holder ends it', {
  timeout: 90_000,
}, async () => {
  for (let round = 1; round <= 10; round++) {
    const grant = await given(one.world, { by: DAN, target: 'orders-db', role: 'read' })
    const name = `G-${grant.number}`
    await Promise.all([
      passTime(test, `id = '${grant.id}'`).then(() => other.world.store.claims.lookNow(grant.id)),
      bindVerbs(one.world).endGrant({ grant: grant.id, by: DAN, note: '' }),
    ])
    await vi.waitFor(async () => {
      const ends = (await events(test)).filter((event) => event.grant === name && /revok/.test(event.type))
      expect(ends.map((event) => event.type)).toEqual(['grant.revoking', 'grant.revoked'])
      expect(['returned', 'expired']).toContain(ends[0]?.outcome)
      expect(ends[1]).toMatchObject({ outcome: 'taken', detail: { why: ends[0]?.outcome } })
    }, SOON)
    expect(await elevatedLogins(test)).not.toContain(grant.account)
  }
})

it('grants access once when two approvers press within a millisecond on two replicas, twenty times', {
  timeout: 90_000,
}, async () => {
  const before = (await elevatedLogins(test)).length
  for (let round = 1; round <= 20; round++) {
    const request = await asked(round % 2 ? one.world : other.world, read)
    const told = await allPress([BEN, CHO], new RegExp(`^Approve R-${request.number}:`))
    const won = told.filter((text) => /You approved .* Giving access now/.test(text))
    const lost = told.filter((text) => /already approved by @?(ben|cho); nothing was changed/i.test(text))
    expect([won.length, lost.length], told.join('\n')).toEqual([1, 1])
    await vi.waitFor(async () => {
      expect((await typesOf(test, request.number)).toSorted()).toEqual([
        'decision.recorded',
        'decision.refused',
        'grant.activated',
        'grant.provisioning',
        'request.approved',
        'request.created',
      ])
    }, SOON)
    expect(await elevatedLogins(test)).toHaveLength(before + round)
  }
})

it('lets either the approval or the withdrawal win, ten times, and tells the second person', {
  timeout: 90_000,
}, async () => {
  for (let round = 1; round <= 10; round++) {
    const before = (await elevatedLogins(test)).length
    const request = await asked(one.world, read)
    const about = `R-${request.number}`
    const label = new RegExp(`^Approve ${about}:`)
    await sights.finds(as(BEN), 'home', label)
    const [, ada] = await Promise.all([
      sights.pressesNow(as(BEN), 'home', label),
      sights.types(as(ADA), `withdraw ${about}`),
    ])
    const ben = await sights.readsDialog(as(BEN), about)
    await as(BEN).closeModal()
    const withdrawn = ada.includes('You withdrew')
    if (withdrawn) expect(ben).toMatch(/already withdrawn by @?ada; nothing was changed/i)
    else expect([ada, ben].join('\n')).toMatch(/already approved by @?ben[\s\S]*Giving access now/i)
    const logins = before + (withdrawn ? 0 : 1)
    await vi.waitFor(async () => {
      const types = await typesOf(test, request.number)
      expect(types.includes('request.withdrawn')).toBe(withdrawn)
      expect(types.includes('grant.activated')).toBe(!withdrawn)
      expect(await elevatedLogins(test)).toHaveLength(logins)
    }, SOON)
  }
})

it('revokes immediately when the holder ends an expired grant that a worker has already claimed', {
  timeout: 60_000,
}, async () => {
  const { grant, claim } = await takenUp()
  await bindVerbs(one.world).endGrant({ grant: grant.id, by: DAN, note: '' })
  await advanceGrant(other.world, claim)
  await vi.waitFor(async () => {
    const ends = (await events(test)).filter(
      (event) => event.grant === `G-${grant.number}` && /revok/.test(event.type),
    )
    expect(ends.map((event) => [event.type, event.outcome])).toEqual([
      ['grant.revoking', 'returned'],
      ['grant.revoked', 'taken'],
    ])
  }, BEFORE_THE_LEASE_ENDS)
  expect(await elevatedLogins(test)).not.toContain(grant.account)
})

/** The worker who came second must not keep the grant to itself for as long as its lease would last. */
const BEFORE_THE_LEASE_ENDS = { timeout: (LEASE_SECONDS - 2) * 1_000, interval: 20 }

/** A grant whose time is over, and a worker's claim on it; the replicas' own workers may be faster, then another. */
async function takenUp(): Promise<{ grant: Grant; claim: Claim }> {
  for (;;) {
    const grant = await given(one.world, { by: DAN, target: 'orders-db', role: 'read' })
    await passTime(test, `id = '${grant.id}'`)
    const claim = await other.world.store.claims.one(grant.id)
    if (claim) return { grant, claim }
  }
}

it('leaves nothing in the target, after all of this, without a live grant', async () => {
  await vi.waitFor(async () => expect(await faults(test)).toEqual([]), SOON)
})
