/** Approvers are left in peace: in the night of the place where they are, and always where the policy says so. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { ADA, BEN, CHO, configuration, DAN, ORDERS, SAM, SECURITY, workspace } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { postsTo } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

/** Ben's clock shows the hours around now, Cho's and Dan's show others. */
const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 13)
const quietHours = `quiet_hours: { from: "${hour(-1)}:00", to: "${hour(2)}:00" }\n`
const zones: Record<string, string> = { [BEN]: 'UTC', [CHO]: 'Asia/Tokyo', [DAN]: 'Asia/Tokyo' }

let test: TestWorld
let elevate: Elevate

const as = (person: string) => test.simulator.as(person)
const waits = () =>
  test.rows<{ lane: string; kind: string; waits: boolean }>(
    `select lane, notice ->> 'kind' as kind, send_after > now() + interval '30 min' as waits
     from elevate.outbox where lane like 'person:%' or notice ->> 'kind' = 'reminder' order by id`,
  )
const morningComes = () => test.rows('update elevate.outbox set send_after = now()')
const remind = () =>
  test.rows(
    `set session_replication_role = replica;
     update elevate.request set remind_at = now() where state = 'pending'`,
  )

beforeAll(async () => {
  test = await testWorld({
    configuration:
      quietHours +
      configuration
        .replace(
          'approve: { from: [S0DBA], count: 1 }',
          'approve: { from: [S0DBA], quiet: [U0DAN], count: 1, tell: both }',
        )
        .replace('lapse_after: 8h', 'lapse_after: 8h\n    remind_after: 15m')
        .replace(
          'hint: "Name the incident, e.g. INC-123." }',
          'hint: "Name the incident, e.g. INC-123." }\n    urgent: true\n    break_glass: { from: [U0ADA], max: 30m }',
        ),
    simulator: {
      workspace: {
        ...workspace,
        users: workspace.users.map((one) => ({ ...one, tz: zones[one.id] ?? 'UTC' })),
      },
    },
  })
  elevate = await test.bot()
}, 60_000)

beforeEach(async () => {
  for (const one of await elevate.world.store.reads.pendingRequests(10))
    await sights.types(as(one.requester), `withdraw R-${one.number}`)
  await test.rows('delete from elevate.outbox')
})

afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

it('names on the channel’s card who rests, and mentions only the others', { timeout: 40_000 }, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 1h look around')
  const card = await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Waiting', 'Ben (quiet hours)')
  const post = postsTo(test, ORDERS).find((call) => JSON.stringify(call.args).includes('look around'))
  const said = JSON.stringify(post?.args)
  expect(said).toContain(`<@${CHO}>`)
  for (const nobody of [`<@${BEN}>`, `<@${DAN}>`, 'subteam']) expect(said).not.toContain(nobody)
  expect(card.text).toContain('@cho')
})

it('keeps the copy for an approver in quiet hours until the hours are over', {
  timeout: 40_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 1h look around')
  await sights.reads(as(CHO), 'dm', `R-${number}`, 'Waiting')
  expect(await waits()).toContainEqual({ lane: `person:${BEN}`, kind: 'card', waits: true })
  expect(sights.readAll(as(DAN).view(), 'dm'), 'Dan is never written to').toEqual([])
  await morningComes()
  await sights.reads(as(BEN), 'dm', `R-${number}`, 'Waiting')
  await sights.pressesLabelled(as(BEN), 'dm', new RegExp(`^Approve R-${number}:`))
  await sights.reads(as(CHO), 'dm', `R-${number}`, 'Approved by Ben')
  await sights.types(as(ADA), 'end')
})

it.each([
  [
    'approved',
    async (number: number) => {
      await sights.pressesLabelled(as(CHO), ORDERS, new RegExp(`^Approve R-${number}:`))
      await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Active')
      await sights.types(as(ADA), 'end')
      await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Ended')
    },
  ],
  [
    'withdrawn',
    async (number: number) => {
      await sights.types(as(ADA), `withdraw R-${number}`)
      await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Withdrawn')
    },
  ],
])(
  'drops the copy and the reminder when the request was %s by then',
  { timeout: 60_000 },
  async (_how, closed) => {
    const number = await sights.asks(as(ADA), 'orders-db read 1h look around')
    await sights.reads(as(CHO), 'dm', `R-${number}`, 'Waiting')
    await remind()
    await sights.reads(as(CHO), 'dm', `R-${number} still waits`)
    for (const kind of ['card', 'reminder'])
      expect(await waits()).toContainEqual({ lane: `person:${BEN}`, kind, waits: true })
    await closed(number)
    await morningComes()
    await vi.waitFor(async () => expect(await waits()).toEqual([]), SOON)
    expect(sights.readAll(as(BEN).view(), 'dm').filter((one) => one.text.includes(`R-${number}`))).toEqual([])
  },
)

it('reminds approvers outside of quiet hours now, and the others when their hours are over', {
  timeout: 60_000,
}, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 1h look around')
  await sights.reads(as(CHO), 'dm', `R-${number}`, 'Waiting')
  await remind()
  await sights.reads(as(CHO), 'dm', `R-${number} still waits`, 'you can give one')
  const channel = await sights.reads(as(CHO), ORDERS, `R-${number} still waits`, '@cho', 'Ben (quiet hours)')
  expect(channel.text).not.toContain('@ben')
  expect(await waits()).toContainEqual({ lane: `person:${BEN}`, kind: 'reminder', waits: true })
})

it('lets quiet approvers decide too', { timeout: 40_000 }, async () => {
  await sights.asks(as(CHO), 'orders-db admin 30m mine').catch(() => 0)
  const number = await sights.asks(as(ADA), 'orders-db read 1h look around')
  await sights.pressesLabelled(as(DAN), ORDERS, new RegExp(`^Approve R-${number}:`))
  await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Approved by Dan')
})

it('disturbs for what is urgent, and for break-glass', { timeout: 60_000 }, async () => {
  const number = await sights.asks(as(ADA), 'orders-db write 1h fix INC-1')
  const card = await sights.reads(as(CHO), ORDERS, `R-${number}`, 'Waiting', '@dba')
  expect(card.text).not.toContain('quiet hours')
  await sights.types(as(ADA), `withdraw R-${number}`)
  await as(ADA).command('break-glass orders-db write 20m the shop is down, INC-5', { channel: ORDERS })
  await sights.readsDialog(as(ADA), 'access without approval')
  await as(ADA).submit()
  const alarm = await sights.reads(as(SAM), SECURITY, 'Break-glass', 'please look at this now')
  expect(alarm.text).toContain('@dba')
})
