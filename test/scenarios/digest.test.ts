/** The digest as security reads it: of the day and of the week, drawn by Slack itself or, where it must, in words. */

import type { Block } from 'slack-simulator/view'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { digestTimes } from '../../src/jobs/clock.ts'
import { postDigest, postDueDigest } from '../../src/operations/log/post-digest.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { ADA, BEN, EVE, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events, postsTo } from './evidence.ts'
import { given, SOON } from './given.ts'
import * as sights from './sights.ts'

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
  const back = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await bindVerbs(elevate.world).endGrant({ grant: back.id, by: ADA, note: '' })
  await given(elevate.world, { by: BEN, target: 'orders-db', role: 'read', approvers: ['U0DAN'] })
  await sights.types(as(EVE), 'orders-db read 30m let me in')
  await test.rows(
    `select audit.append(array['{"actor":{"id":"checker","kind":"system"},"detail":{"how":"direct","via":[]},"id":"5b1","index":"","subject":"U0CHO","target":"orders-db","role":"admin","time":"","type":"standing_access.found","v":1}'], '[]')`,
  )
}, 60_000)

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

/** The digests on the wire, newest last: those that Slack took, and those that it did not. */
function digests(ok: boolean) {
  return postsTo(test, SECURITY).filter(
    ({ args, answer }) => /access digest/i.test(String(args.blocks)) && (answer as { ok: boolean }).ok === ok,
  )
}

async function next(
  queue: () => Promise<unknown>,
): Promise<{ readonly text: string; readonly blocks: Block[] }> {
  const before = digests(true).length
  await queue()
  await vi.waitFor(() => expect(digests(true)).toHaveLength(before + 1), SOON)
  const { args } = digests(true).at(-1) ?? {}
  return { text: String(args?.text), blocks: JSON.parse(String(args?.blocks)) as Block[] }
}

/** Of the hour that ends now: what is due covers whole minutes only. */
const digestOfNow = () =>
  next(async () => {
    const to = await elevate.world.store.reads.now()
    await postDigest(elevate.world, new Date(to.getTime() - 3_600_000), to)
  })

/** As if so much time had passed since the last digest of this kind. */
async function passDigest(period: string, time: string): Promise<void> {
  await test.rows(
    `update elevate.digest set covers_to = covers_to - interval '${time}', covers_from = covers_from - interval '${time}' where period = '${period}'`,
  )
}

const typesIn = (blocks: readonly Block[]) => blocks.map((block) => block.type)

it('draws the grants of the day as Slack’s own chart and table, and says all of it in words too', {
  timeout: 60_000,
}, async () => {
  const { text, blocks } = await digestOfNow()
  expect(typesIn(blocks)).toEqual(expect.arrayContaining(['data_visualization', 'data_table']))
  const chart = blocks.find((block) => block.type === 'data_visualization')
  expect(JSON.stringify(chart)).toContain('"name":"given back"')
  const table = blocks.find((block) => block.type === 'data_table')
  expect(JSON.stringify(table)).toContain('read on orders-db')
  for (const words of [
    /^Access digest/,
    '2 requests, 2 grants to 2 people.',
    'Refused attempts: Eve: read on orders-db (no policy allows it)',
    'Standing access found: Cho has admin on orders-db without a grant',
    /never used: (nobody asked for its password|the target saw nothing done with it)/,
    '1 given back and 1 still live',
  ])
    expect(text).toMatch(typeof words === 'string' ? new RegExp(words.replace(/[().?]/g, '\\$&')) : words)
  const seen = await sights.reads(as(SAM), SECURITY, '# Access digest', 'Standing access found')
  expect(seen.message.thread_ts).toBeUndefined()
})

it('begins where the last one of its kind ended, however late, and is made once', {
  timeout: 60_000,
}, async () => {
  await passDigest('daily', '-1 hour')
  expect(await postDueDigest(elevate.world, 'daily')).toBe(false)
  await passDigest('daily', '3 days')
  const [last] = await test.rows<{ to: Date }>(
    "select max(covers_to) as to from elevate.digest where period = 'daily'",
  )
  const made = await Promise.all([1, 2, 3].map(() => postDueDigest(elevate.world, 'daily')))
  expect(made.filter(Boolean)).toHaveLength(1)
  const posted = (await events(test)).filter((event) => event.type === 'digest.posted').at(-1)
  expect(posted?.detail).toMatchObject({ from: last?.to.toISOString(), period: 'daily' })
  await vi.waitFor(() => expect(digests(true)).toHaveLength(2), SOON)
})

it('is of the week on the day that the file names, at the channel’s own time', {
  timeout: 60_000,
}, async () => {
  expect(digestTimes({ at: '09:05', timezone: 'UTC' })).toEqual([{ period: 'daily', cron: '0 5 9 * * *' }])
  expect(digestTimes({ at: '09:05', timezone: 'UTC', weekly: 'fri' })[1]).toEqual({
    period: 'weekly',
    cron: '0 5 9 * * fri',
  })
  const { blocks } = await next(() => postDueDigest(elevate.world, 'weekly'))
  expect(JSON.stringify(blocks[0])).toContain('Weekly access digest')
  const posted = (await events(test)).filter((event) => event.type === 'digest.posted').at(-1)
  const { from, to } = posted?.detail ?? {}
  expect(Date.parse(String(to)) - Date.parse(String(from))).toBe(7 * 24 * 3_600_000)
})

it('is sent in classic blocks where Slack refuses the new ones, and does not ask again for a while', {
  timeout: 60_000,
}, async () => {
  test.simulator.control.refuseBlocks('data_table', 'data_visualization')
  const refused = digests(false).length
  const first = await digestOfNow()
  expect(digests(false)).toHaveLength(refused + 1)
  expect(typesIn(first.blocks)).not.toContain('data_table')
  expect(JSON.stringify(first.blocks)).toContain('Who had access')
  expect(JSON.stringify(first.blocks)).toContain('Grants by day')
  expect(first.text).toMatch(/^Access digest/)
  const second = await digestOfNow()
  expect(typesIn(second.blocks)).not.toContain('data_visualization')
  expect(digests(false)).toHaveLength(refused + 1)
  test.simulator.control.refuseBlocks()
})
