/** Access at once and without approval: everybody hears of it, it ends by itself, and somebody else reviews it. */

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { postDigest } from '../../src/operations/log/post-digest.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { ADA, BEN, configuration, DAN, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, events, eventsOf, postsTo, rolesOf, typesOf } from './evidence.ts'
import { passTime, SOON } from './given.ts'
import * as sights from './sights.ts'

/** Ada and Dan, an approver himself, may take `write`, which needs two approvals otherwise. */
const withBreakGlass = configuration.replace(
  `hint: "Name the incident, e.g. INC-123." }\n`,
  (line) => `${line}    break_glass: { from: [U0ADA, U0DAN], max: 30m }\n`,
)

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const review = (number: number) => new RegExp(`^Review R-${number}:`)

beforeAll(async () => {
  test = await testWorld({ configuration: withBreakGlass })
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

const becomesOf = (count: number) =>
  vi.waitFor(async () => expect(await elevatedLogins(test)).toHaveLength(count), SOON)

async function dialogAfter(person: string, text: string, ...words: sights.Words[]): Promise<string> {
  await as(person).command(text, { channel: ORDERS })
  return sights.readsDialog(as(person), ...words)
}

/** The colour of the copy of this request that a channel has. */
const colourOf = async (person: string, channel: string, number: number) => {
  const card = await sights.reads(as(person), channel, '# 🚨 Break-glass', `R-${number} `, 'asked')
  return card.message.attachments?.map((one) => one.color)
}

async function digestNow(): Promise<void> {
  const now = await elevate.world.store.reads.now()
  await postDigest(elevate.world, new Date(now.getTime() - 3_600_000), now)
}

it('asks whether it is meant, and does nothing when it is not', { timeout: 40_000 }, async () => {
  const said = await dialogAfter(
    ADA,
    'break-glass orders-db write 20m the shop is down, INC-5',
    'access without approval',
  )
  for (const words of [
    'for at most 30 min',
    'Every approver and security are alerted',
    'Somebody else has to',
  ])
    expect(said).toContain(words)
  await as(ADA).closeModal()
  expect(await events(test)).not.toContainEqual(expect.objectContaining({ type: 'request.created' }))
  expect(await elevatedLogins(test)).toEqual([])
})

it('grants access immediately, and alerts the approvers and security in both channels', {
  timeout: 40_000,
}, async () => {
  await dialogAfter(ADA, 'break-glass orders-db write the shop is down, INC-5', 'access without approval')
  await as(ADA).fill('For how long', '31m')
  expect(await as(ADA).submit()).toMatchObject({ errors: { own_duration: /at most 30 min/ } })
  await as(ADA).fill('For how long', '20m')
  await as(ADA).fill('Reason', 'INC-5 now')
  expect(await as(ADA).submit()).toMatchObject({ errors: { reason: /at least 10 characters/ } })
  await as(ADA).fill('Reason', 'the shop is down, INC-5')
  expect(await as(ADA).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(ADA), 'You broke the glass', 'for 20 min, R-1')
  await as(ADA).closeModal()

  await becomesOf(1)
  const [login = ''] = await elevatedLogins(test)
  expect(await rolesOf(test, login)).toEqual(['orders_write'])
  await sights.reads(as(ADA), 'dm', /You have .*write.* on .*orders-db/, 'without approval')
  for (const [person, channel] of [
    [BEN, ORDERS],
    [SAM, SECURITY],
  ] as const) {
    await sights.reads(as(person), channel, 'Break-glass: Ada has write', '@dba', '@security', 'R-1')
    await sights.finds(as(person), channel, /^End G-1 now/)
    const [first] = postsTo(test, channel).filter(({ args }) => String(args.text).includes('Break-glass'))
    // What alerts people stands above the colour.
    expect(JSON.stringify(first?.args.blocks)).toMatch(/subteam\^S0DBA.*subteam\^S0SEC/)
    expect(await colourOf(person, channel, 1)).toEqual(['d7263d'])
  }
  expect((await typesOf(test, 1)).slice(0, 4)).toEqual([
    'request.created',
    'break_glass.used',
    'grant.provisioning',
    'grant.activated',
  ])
  expect(await typesOf(test, 1)).not.toContain('request.approved')
  const used = (await eventsOf(test, 1)).find((event) => event.type === 'break_glass.used')
  expect(used).toMatchObject({ actor: { id: ADA }, subject: ADA, target: 'orders-db', role: 'write' })
  const [grant] = await test.rows<{ s: number }>('select duration_s as s from elevate.access_grant')
  expect(grant?.s).toBe(1200)
})

it('is refused to whom no policy names for it, and while an earlier use waits for its review', {
  timeout: 40_000,
}, async () => {
  await dialogAfter(ADA, 'break-glass orders-db write it is down again, INC-5', 'still waits for its review')
  await as(ADA).closeModal()
  await sights.reads(as(SAM), SECURITY, 'Refused', /ada/i, 'tried to break glass for', 'waits for its review')
  await dialogAfter(
    EVE,
    'break-glass orders-db write I would like it, INC-5',
    'No policy lets you break glass',
  )
  await as(EVE).closeModal()
  await sights.reads(as(SAM), SECURITY, 'Refused', /eve/i, 'tried to break glass for', 'no policy lets them')
  // The dialog is no key either: the verb judges again.
  const again = { target: 'orders-db', role: 'write', duration: '5m', reason: 'past the dialog, INC-5' }
  expect(await bindVerbs(elevate.world).breakGlass({ by: ADA, ...again })).toMatchObject({
    refused: { code: 'review-open' },
  })
  expect(await bindVerbs(elevate.world).breakGlass({ by: BEN, ...again })).toMatchObject({
    refused: { code: 'no-break-glass' },
  })
  const refused = (await events(test)).filter((event) => event.type === 'request.refused')
  expect(refused.slice(-4).map((event) => [event.actor.id, event.outcome])).toEqual([
    [ADA, 'review-open'],
    [EVE, 'no-break-glass'],
    [ADA, 'review-open'],
    [BEN, 'no-break-glass'],
  ])
  await becomesOf(1)
})

it('lets two uses at the same instant through once', { timeout: 40_000 }, async () => {
  const use = { by: DAN, target: 'orders-db', role: 'write', duration: '5m', reason: 'both hands, INC-5' }
  const both = await Promise.all([
    bindVerbs(elevate.world).breakGlass(use),
    bindVerbs(elevate.world).breakGlass(use),
  ])
  expect(both.filter((one) => 'request' in one)).toHaveLength(1)
  await becomesOf(2)
  expect(await sights.types(as(DAN), 'end orders-db write')).toContain('Ending your')
  await becomesOf(1)
})

it('ends by itself, and the receipt says that the review is open', { timeout: 40_000 }, async () => {
  await passTime(test, "role = 'write'")
  await becomesOf(0)
  const receipt = await sights.reads(as(BEN), ORDERS, 'Receipt for G-1', 'without approval')
  expect(receipt.text).toContain('The review is open')
  await sights.reads(as(BEN), ORDERS, '# 🚨 Break-glass, ended: write on orders-db', 'The review is open')
})

it('is listed in every digest, and on Home of those who may review it', { timeout: 40_000 }, async () => {
  await digestNow()
  await sights.reads(as(SAM), SECURITY, 'Access digest', 'Break-glass without a review', '(R-1)', '(R-2)')
  await as(SAM).openHome()
  await sights.readsHome(as(SAM), 'To review', '(R-1)', '(R-2)')
  await as(DAN).openHome()
  const dan = await sights.readsHome(as(DAN), 'To review', '(R-1)')
  expect(dan).not.toContain('(R-2)')
  await as(ADA).openHome()
  expect(await sights.readsHome(as(ADA), 'You may ask for')).not.toContain('To review')
})

it('is reviewed by nobody who used it, and by nobody who is neither approver nor security', {
  timeout: 40_000,
}, async () => {
  const [row] = await test.rows<{ id: string }>('select id from elevate.request where number = 2')
  const spot = await sights.finds(as(BEN), ORDERS, review(2))
  for (const [person, says] of [
    [DAN, 'Nobody reviews his own break-glass'],
    [EVE, 'Only the approvers of write on orders-db and security'],
  ] as const) {
    await sights.presses(as(person), spot)
    const dialog = await sights.readsDialog(as(person), says)
    expect(dialog).not.toContain('both hands')
    await as(person).closeModal()
  }
  const refused = (await events(test)).filter((event) => event.type === 'decision.refused')
  expect(refused.map((event) => [event.actor.id, event.outcome, event.request])).toEqual([
    [DAN, 'self-review', 'R-2'],
    [EVE, 'not-a-reviewer', 'R-2'],
  ])
  for (const name of [/dan/i, /eve/i])
    await sights.reads(as(SAM), SECURITY, 'Refused', name, 'tried to review')
  expect(await elevate.world.store.reads.request(row?.id ?? '')).toMatchObject({ review: { state: 'open' } })
})

it('takes no review from a dialog that was made to name another one', { timeout: 40_000 }, async () => {
  const requests = await test.rows<{ id: string }>('select id from elevate.request order by number')
  // Dan may review what Ada took; the dialog is made to name what he took himself.
  await sights.pressesLabelled(as(DAN), ORDERS, review(1))
  await sights.readsDialog(as(DAN), 'the shop is down, INC-5', 'Was it right')
  const view = as(DAN).topModal()
  const forge = async (metadata: string) => {
    const { title, submit, blocks } = view ?? {}
    const forged = { type: 'modal', callback_id: 'write_a_review', private_metadata: metadata }
    await fetch(`${test.simulator.apiUrl}views.update`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${test.simulator.botToken}`,
        'content-type': 'application/json; charset=utf-8',
      },
      body: JSON.stringify({ view_id: view?.id, view: { ...forged, title, submit, blocks } }),
    })
  }
  for (const [metadata, says] of [
    [requests[1]?.id ?? '', /Nobody reviews his own break-glass/],
    ['00000000-0000-4000-8000-000000000000', /no such break-glass/],
    ['R-1', /not one that elevate made/],
  ] as const) {
    await forge(metadata)
    await as(DAN).fill('Was it right to break the glass?', 'Justified')
    await as(DAN).fill('What you found', 'All was well')
    const { errors = {} } = await as(DAN).submit()
    expect(Object.values(errors).join()).toMatch(says)
  }
  await as(DAN).closeModal()
  expect(await elevate.world.store.reads.openReviews(9)).toHaveLength(2)
})

it('is closed by the review of somebody else, who is named everywhere', { timeout: 40_000 }, async () => {
  await sights.pressesLabelled(as(SAM), SECURITY, review(1))
  await sights.readsDialog(as(SAM), /Ada took .*write.* on .*orders-db/, '> the shop is down, INC-5')
  await as(SAM).fill('Was it right to break the glass?', 'Not justified')
  await as(SAM).fill('What you found', 'Ben was awake and could have approved')
  expect(await as(SAM).submit()).toMatchObject({ ok: true })
  await sights.readsDialog(as(SAM), 'You reviewed R-1', 'not justified')
  await as(SAM).closeModal()
  await sights.reads(as(ADA), 'dm', /sam.* reviewed your break-glass R-1/i, '> Ben was awake')
  for (const [person, channel] of [
    [BEN, ORDERS],
    [SAM, SECURITY],
  ] as const) {
    const words = ['Break-glass', /Reviewed.* by Sam/, ': not justified', '> Ben was awake'] as const
    await sights.reads(as(person), channel, ...words)
    await as(person).see((seen) => !sights.spotOf(seen, channel, review(1)), { what: 'a card without it' })
    expect(await colourOf(person, channel, 1)).toBeUndefined()
    expect(await colourOf(person, channel, 2)).toEqual(['d7263d'])
  }
  const closed = (await eventsOf(test, 1)).find((event) => event.type === 'break_glass.reviewed')
  expect(closed).toMatchObject({
    actor: { id: SAM },
    subject: ADA,
    outcome: 'unjustified',
  })
  expect(JSON.stringify(closed)).not.toContain('Ben was awake')
  await digestNow()
  await sights.reads(as(SAM), SECURITY, 'Access digest', '(R-2)', /^(?![\s\S]*\(R-1\))/)
  // Nothing else was ever coloured: what hangs in the threads and the direct messages is as plain as before.
  for (const [person, channel] of [
    [ADA, 'dm'],
    [BEN, ORDERS],
    [SAM, SECURITY],
  ] as const)
    for (const { message, text } of sights.readAll(as(person).view(), channel))
      if (message.attachments) expect(text).toContain('# 🚨 Break-glass')
  // And now she may again.
  expect(await sights.types(as(ADA), 'explain orders-db write')).toContain('Break-glass: possible without')
  const asking = { target: 'orders-db', role: 'write', duration: undefined, reason: 'once more, INC-6' }
  expect(await bindVerbs(elevate.world).breakGlass({ by: ADA, ...asking })).toMatchObject({
    request: { duration: 900 },
  })
  await becomesOf(1)
})
