/** Whatever people type is shown as they typed it, and does nothing: no alert, no link, no line turned around. */

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { postDigest } from '../../src/operations/log/post-digest.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { ADA, BEN, CHO, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { elevatedLogins, typesOf } from './evidence.ts'
import { given, SOON } from './given.ts'
import * as sights from './sights.ts'

const HAZARDS = [
  '@channel @here @everyone',
  '<!here> <!channel|look> <!everyone>',
  '<@U0SAM> <!subteam^S0SEC> <#C0SECURITY>',
  '<https://evil.example|Approve here> https://evil.example/x',
  '`code` ```fence``` *bold* _slanted_ ~gone~ :tada:',
  '> quoted &lt;!here&gt; &amp;',
]
const ALL = HAZARDS.join(' / ')
/** What deceives the eye: direction overrides, isolates, zero width, a soft hyphen, control characters. */
const UNSEEN = 'fix\u202e elif\u202c \u2066or\u2069 ze\u200bro\u00ad wi\u2060dth\u0007\ufeff'
const CLEANED = 'fix elif or zero width'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
/** White space is drawn differently in a list and in a quote. */
const flat = (text: string) => text.replace(/\s+/g, ' ')

beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
  expect(liveMarkup()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const DECEIVING = /[\u0000-\u0009\u000b-\u001f\u00ad\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/
/** Ours are dates, Ada, Ben and the approvers' group; anything else can only be what somebody typed. */
const LIVE = /<(?!@U0(?:ADA|BEN)>|!date\^|!subteam\^S0DBA>)[^<>\s][^<>]*>/
const BARE =
  /(?<![\p{L}\p{N}])@(?:here|channel|everyone)|https?:\/\/|(?<![\p{L}\p{N}])[*_~`](?=evil)|:tada:|```/u

/** Everything that elevate sent so far, looked through for what Slack would bring to life. */
function liveMarkup(): string[] {
  const found: string[] = []
  const look = (value: unknown, parsed: boolean): void => {
    if (typeof value === 'string') {
      if (DECEIVING.test(value) || (parsed && (LIVE.test(value) || BARE.test(value)))) found.push(value)
    } else if (Array.isArray(value)) for (const one of value) look(one, false)
    else if (typeof value === 'object' && value !== null) {
      const node = value as Record<string, unknown>
      if (['broadcast', 'link', 'emoji', 'channel'].includes(String(node.type)))
        found.push(JSON.stringify(node))
      for (const [key, one] of Object.entries(node))
        look(one, key === 'text' && (node.type === 'mrkdwn' || node.blocks !== undefined))
    }
  }
  for (const { args } of test.simulator.control.calls()) look(args, false)
  for (const { ack } of test.simulator.control.deliveries()) look(ack, false)
  return found
}

async function asksInForm(reason: string): Promise<number> {
  await as(ADA).command('orders-db', { channel: ORDERS })
  await as(ADA).fill('Role', 'read')
  await sights.readsDialog(as(ADA), 'For how long')
  await as(ADA).fill('Reason', reason)
  const outcome = await as(ADA).submit()
  if (!outcome.ok) throw new Error(JSON.stringify(outcome))
  const text = await sights.readsDialog(as(ADA), 'You asked for', /R-\d+/)
  await as(ADA).closeModal()
  return Number(/R-(\d+)/.exec(text)?.[1])
}

/** The card with this in its quote, word for word. */
async function quotes(number: number, reason: string): Promise<void> {
  const { text } = await sights.reads(as(BEN), ORDERS, `R-${number} ·`)
  const quote = text
    .split('\n')
    .filter((line) => line.startsWith('> '))
    .map((line) => line.slice(2))
  expect(quote.join('\n')).toBe(reason)
}

const withdraws = (number: number) => sights.types(as(ADA), `withdraw R-${number}`)

it('shows a hostile reason from the form word for word on the card, and alerts nobody', {
  timeout: 60_000,
}, async () => {
  const number = await asksInForm(ALL)
  await quotes(number, ALL)
  await withdraws(number)
})

it('shows the same from one typed line, in which Slack has made mentions and links of it', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(
    as(ADA),
    `orders-db read 30m ${HAZARDS.slice(0, 2).join(' ')} https://evil.example @sam`,
  )
  await quotes(
    number,
    '@channel @here @everyone <!here> <!channel|look> <!everyone> https://evil.example @sam',
  )
  await withdraws(number)
})

it('takes out what deceives the eye, and keeps the rest', { timeout: 60_000 }, async () => {
  const number = await sights.asks(as(ADA), `orders-db read 30m ${UNSEEN}`)
  await quotes(number, CLEANED)
  await withdraws(number)
})

it('keeps line breaks, and no more than one empty line', { timeout: 60_000 }, async () => {
  const number = await asksInForm('first\n\n\n\n# second\r\n*third*')
  await quotes(number, 'first\n\n# second\n*third*')
  await withdraws(number)
})

it('takes 3,000 characters whole into the log, cuts them on the card, and takes no more', {
  timeout: 60_000,
}, async () => {
  const long = 'b@channel <!here> '.repeat(167).slice(0, 2_999).concat('é')
  expect([...long]).toHaveLength(3_000)
  const number = await asksInForm(long)
  const { text } = await sights.reads(as(BEN), ORDERS, `R-${number} ·`, 'the full text is in the audit log')
  expect(text).toContain(long.slice(0, 1_400))
  const kept = await test.rows<{ content: string }>(
    `select s.content from audit.secret s join audit.body b using (index)
     where b.request = 'R-${number}' and s.field = 'reason'`,
  )
  expect(kept).toEqual([{ content: long }])
  await withdraws(number)
  await expect(asksInForm(`${long}x`)).rejects.toThrow(/reason/)
  await as(ADA).closeModal()
  expect(await sights.types(as(ADA), `orders-db read 30m ${'x'.repeat(3_001)}`)).toContain('at most 3000 fit')
})

it('carries a hostile denial to the card and to the requester as words', { timeout: 60_000 }, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 30m please')
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Deny R-${number}:`))
  await as(BEN).fill('Reason', `${ALL}\u202e`)
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await as(BEN).closeModal()
  await sights.reads(as(ADA), 'dm', `R-${number} was denied`, `> ${ALL}`)
  await sights.reads(as(CHO), ORDERS, `R-${number} ·`, '# Denied', `> ${ALL}`)
  expect(await typesOf(test, number)).toContain('request.denied')
})

it('shows it inert in receipt, direct message, feed, digest, and in the answers to who and audit', {
  timeout: 60_000,
}, async () => {
  const from = await elevate.world.store.reads.now()
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read', reason: ALL })
  await sights.reads(as(BEN), ORDERS, `G-${grant.number} ·`, 'Active')
  expect(flat(await sights.types(as(BEN), 'who orders-db'))).toContain(ALL.slice(0, 150))
  const ended = await bindVerbs(elevate.world).endGrant({ grant: grant.id, by: BEN, note: ALL })
  expect(isRefused(ended)).toBe(false)
  await vi.waitFor(async () => expect(await elevatedLogins(test)).toEqual([]), SOON)
  await sights.reads(as(ADA), 'dm', 'was ended early by', `> ${ALL}`)
  await sights.reads(as(BEN), ORDERS, `Receipt for G-${grant.number}`, `> ${ALL}`)
  await sights.reads(as(SAM), SECURITY, 'Ended', `G-${grant.number}`)
  const log = flat(await sights.types(as(SAM), 'audit orders-db read type:request.created', SECURITY))
  expect(log).toContain(`“${ALL.slice(0, 110)}`)
  const to = await elevate.world.store.reads.now()
  expect(await postDigest(elevate.world, from, new Date(to.getTime() + 1_000))).toBe(true)
  const digest = await sights.reads(as(SAM), SECURITY, '# Access digest')
  expect(flat(digest.text)).toContain(ALL.slice(0, 60))
})
