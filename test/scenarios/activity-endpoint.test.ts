/** Another system, a bastion for one, reports what accounts did: signed, matched to grants, and strangers told of. */

import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import type { Grant } from '../../src/core/access/grant.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { missing, shapeOf } from '../contract/outputs.ts'
import { ADA, BEN, configuration, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld, wireUnpaced } from '../support/world.ts'
import { events } from './evidence.ts'
import { given, SOON } from './given.ts'
import * as sights from './sights.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const KEY = randomBytes(32)
const secret = `whsec_${KEY.toString('base64')}`
const SOURCES = `
activity_sources:
  bastion: { secret: { env: BASTION_SECRET }, targets: [orders-db], known_accounts: [backup] }
`

let test: TestWorld
let elevate: Elevate
let port: number

beforeAll(async () => {
  const scout = createServer().listen(0, '127.0.0.1')
  await once(scout, 'listening')
  port = (scout.address() as AddressInfo).port
  scout.close()
  await once(scout, 'close')
  test = await testWorld({ configuration: configuration + SOURCES })
  elevate = await wireUnpaced(
    { ...test.environment, http: { port, host: '127.0.0.1' } },
    {
      ORDERS_DB_URL: test.target.orders.botUrl,
      BASTION_SECRET: secret,
    },
  )
  await elevate.start()
})
afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})
afterAll(async () => {
  await elevate?.stop()
  await test?.[Symbol.asyncDispose]()
})

type Delivery = {
  readonly id?: string
  readonly at?: number
  readonly key?: Buffer
  readonly source?: string
  readonly method?: string
  readonly signature?: string
}

const answers = new Set<string>()

async function sends(body: unknown, { id = `msg_${randomBytes(6).toString('hex')}`, ...how }: Delivery = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const at = how.at ?? Math.floor(Date.now() / 1000)
  const mac = createHmac('sha256', how.key ?? KEY)
    .update(`${id}.${at}.${text}`)
    .digest('base64')
  const answer = await fetch(`http://127.0.0.1:${port}/activity/${how.source ?? 'bastion'}`, {
    method: how.method ?? 'POST',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': how.signature ?? `v1,${mac}`,
    },
    ...(how.method === 'GET' ? {} : { body: text }),
  })
  const said = (await answer.json()) as Record<string, unknown>
  for (const line of shapeOf(said)) answers.add(`${answer.status} ${line}`)
  return { status: answer.status, body: said }
}

const entry = (account: string, more: object = {}) => ({
  account,
  target: 'orders-db',
  at: new Date().toISOString(),
  kind: 'select',
  outcome: 'done',
  session: 'tty7',
  ...more,
})

async function givesBack(grant: Grant): Promise<void> {
  const ended = await bindVerbs(elevate.world).endByName({ by: grant.person, grant: grant.number, rest: '' })
  if (isRefused(ended)) throw new Error(JSON.stringify(ended.refused))
}

const closed = (grant: Grant) =>
  vi.waitFor(async () => {
    const known = await elevate.world.store.activity.summary(grant.id)
    if (known?.state !== 'closed') throw new Error(`the record is ${known?.state}`)
    return known
  }, SOON)

it('what a bastion reports is in the record of the grant once, however often it is sent', async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const account = grant.account ?? ''
  const list = [
    entry(account, { text: "select 1 where name = 'S3CRET'" }),
    entry(account, { kind: 'delete', outcome: 'refused', text: 'delete from orders' }),
    entry('backup', { text: 'copy everything' }),
  ]
  expect(await sends(list, { id: 'msg_1' })).toEqual({
    status: 200,
    body: { matched: 2, unmatched: 0, known: 1 },
  })
  expect(await sends(list, { id: 'msg_1' })).toEqual({
    status: 200,
    body: { matched: 0, unmatched: 0, known: 3 },
  })
  await givesBack(grant)
  const first = await closed(grant)
  expect(first).toMatchObject({ counts: { select: 1, delete: 1 }, refused: 1 })
  const entries = await elevate.world.store.activity.entries(grant.id, { after: 0, limit: 10 })
  expect(entries.map(({ source, kind, text }) => [source, kind, text])).toEqual([
    ['bastion', 'select', "select ? where name = '…'"],
    ['bastion', 'delete', 'delete from orders'],
  ])

  // What comes late, about the time of the grant, opens the record once more; both hashes stay on record.
  const at = grant.activatedAt?.toISOString()
  expect(
    await sends([entry(account, { at, kind: 'update', text: 'update orders set x = 1' })]),
  ).toMatchObject({
    body: { matched: 1 },
  })
  await vi.waitFor(async () => expect((await closed(grant)).counts).toMatchObject({ update: 1 }), SOON)
  const hashes = (await events(test)).filter(
    (one) => one.type === 'activity.collected' && one.grant === `G-${grant.number}`,
  )
  expect(hashes.map((one) => one.detail?.record_sha256)).toEqual([first.hash, (await closed(grant)).hash])
  await sights.reads(as(BEN), ORDERS, `Receipt for G-${grant.number}`, '1 update')
})

const as = (person: string) => test.simulator.as(person)

it('an account without a grant is reported to security, and with a mention if its grant is over', async () => {
  expect(await sends([entry('mallory'), entry('mallory')])).toMatchObject({ body: { unmatched: 2 } })
  const told = await sights.reads(
    as(SAM),
    SECURITY,
    'Access without a grant: mallory on orders-db',
    /2 things/,
    'as bastion reports',
  )
  expect(told.text).not.toContain('@security')
  // Once is enough for ten minutes, and every report is on record.
  expect(await sends([entry('mallory')])).toMatchObject({ body: { unmatched: 1 } })

  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await givesBack(grant)
  await closed(grant)
  const later = new Date(Date.now() + 60_000).toISOString()
  expect(await sends([entry(grant.account ?? '', { at: later })])).toMatchObject({ body: { unmatched: 1 } })
  const alarm = await sights.reads(
    as(SAM),
    SECURITY,
    `Used after its end: ${grant.account} on orders-db`,
    `G-${grant.number}`,
    /was over by then/,
  )
  expect(alarm.text).toContain('@security')

  const strange = (await events(test)).filter((one) => one.type === 'activity.unmatched')
  expect(strange.map((one) => [one.account, one.outcome, one.detail?.count])).toEqual([
    ['mallory', 'no-grant', 2],
    ['mallory', 'no-grant', 1],
    [grant.account, 'after-grant', 1],
  ])
  expect(
    sights
      .readAll(await as(SAM).see((view) => view), SECURITY)
      .filter(({ text }) => text.includes('mallory')),
  ).toHaveLength(1)
})

it('nothing is taken that the source did not sign, now, and in good form', async () => {
  const count = async () =>
    (
      await test.rows<{ n: string }>(
        'select (select count(*) from elevate.activity_entry) + (select count(*) from elevate.activity_unmatched) as n',
      )
    )[0]?.n
  const before = [await count(), (await events(test)).length]
  const now = Math.floor(Date.now() / 1000)
  const good = [entry('x')]
  for (const how of [
    { key: randomBytes(32) },
    { at: now - 301 },
    { at: now + 301 },
    { source: 'somebody' },
    { signature: '' },
    { signature: 'v1,AAAA' },
    { id: 'a.b c' },
  ])
    expect((await sends(good, how)).status, JSON.stringify(how)).toBe(401)
  expect((await sends(good, { method: 'GET' })).status).toBe(405)
  expect((await sends('{')).status).toBe(400)
  expect((await sends(' '.repeat(1024 * 1024 + 1))).status).toBe(413)
  for (const [body, words] of [
    [{}, /must be a list/],
    [[entry('')], /Entry 0: account must be/],
    [[entry('x'), { ...entry('y'), target: 'orders-own' }], /Entry 1: target must be one of/],
    [[entry('x', { at: 'yesterday' })], /at must be a moment with its zone/],
    [[entry('x', { at: new Date(Date.now() + 600_000).toISOString() })], /lies in the future/],
    [[entry('x', { at: '2020-01-01T00:00:00Z' })], /more than 7 days ago/],
    [[entry('x', { kind: 'look' })], /kind must be one of/],
    [[entry('x', { grant: 'G-1' })], /there is no key "grant"/],
    [Array.from({ length: 1001 }, () => entry('x')), /At most 1000 entries/],
  ] as const) {
    const answer = await sends(body)
    expect(answer.status).toBe(422)
    expect(JSON.stringify(answer.body).replaceAll('\\"', '"')).toMatch(words)
  }
  expect([await count(), (await events(test)).length]).toEqual(before)
})

it('its answers have the statuses and keys that senders read', () => {
  expect(missing({ 'POST /activity': answers })).toEqual([])
})
