/** What people did with their access: read from the target's own log, and said where the access is told of. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openSession } from '../../src/connectors/postgres/demo-session.ts'
import type { Grant } from '../../src/core/grant.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { endByName } from '../../src/operations/end-by-name.ts'
import { showCredential } from '../../src/operations/show-credential.ts'
import type { Elevate } from '../../src/wire.ts'
import { execute } from '../support/postgres.ts'
import { ADA, BEN, ORDERS } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events } from './evidence.ts'
import { given, SOON } from './given.ts'
import * as sights from './sights.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let test: TestWorld
let elevate: Elevate
const as = (person: string) => test.simulator.as(person)

beforeAll(async () => {
  test = await testWorld()
  elevate = await test.bot()
})
afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})
afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

async function urlFor(grant: Grant): Promise<string> {
  const shown = await showCredential(elevate.world, { by: grant.person, grant: grant.id })
  if (isRefused(shown)) throw new Error(shown.refused.text)
  const field = (label: string) => shown.credential.fields.find((one) => one.label === label)?.value ?? ''
  return test.target.server.urlOf('orders', { user: field('User'), password: field('Password') })
}

async function givesBack(grant: Grant): Promise<void> {
  const ended = await endByName(elevate.world, { by: grant.person, grant: grant.number, rest: '' })
  if (isRefused(ended)) throw new Error(ended.refused.text)
}

const eventsAbout = async (grant: Grant) =>
  (await events(test)).filter((one) => one.grant === `G-${grant.number}`)

const closed = (grant: Grant) =>
  vi.waitFor(async () => {
    const known = await elevate.world.store.activity.summary(grant.id)
    if (known?.state !== 'closed') throw new Error(`the record is ${known?.state}`)
    return known
  }, SOON)

it('a receipt says what was read, changed and refused, and the person is told the same', async () => {
  const grant = await given(elevate.world, {
    by: ADA,
    target: 'orders-db',
    role: 'write',
    approvers: [BEN, 'U0CHO'],
  })
  const session = await openSession(await urlFor(grant))
  await session.run("select item from orders where item = 'Teapot' limit 3")
  await session.run("update orders set status = 'shipped' where id = 1001")
  expect(await session.run('delete from orders')).toMatchObject({ ok: false })
  await session.close()
  await givesBack(grant)
  const receipt = await sights.reads(
    as(BEN),
    ORDERS,
    `Receipt for G-${grant.number}`,
    /3 things: 1 read, 1 update and 1 delete; 1 refused, from/,
  )
  expect(receipt.text).not.toContain('Teapot')
  await sights.reads(as(ADA), 'dm', 'What you did:', /1 read, 1 update and 1 delete; 1 refused/)
  // One receipt and one message, drawn anew: nobody reads the same twice.
  const again = await as(BEN).see((view) =>
    sights.readAll(view, ORDERS).filter(({ text }) => text.includes(`Receipt for G-${grant.number}`)),
  )
  expect(again).toHaveLength(1)

  const known = await closed(grant)
  const entries = await elevate.world.store.activity.entries(grant.id, { after: 0, limit: 100 })
  expect(entries.map(({ kind, outcome, text }) => [kind, outcome, text])).toEqual([
    ['connect', 'done', ''],
    ['select', 'done', "select item from orders where item = '…' limit ?"],
    ['update', 'done', "update orders set status = '…' where id = ?"],
    ['delete', 'refused', 'delete from orders'],
    ['disconnect', 'done', ''],
  ])
  const [event] = (await eventsAbout(grant)).filter((one) => one.type === 'activity.collected')
  expect(event).toMatchObject({
    outcome: 'complete',
    account: grant.account,
    detail: {
      entries: 5,
      kinds: { connect: 1, select: 1, update: 1, delete: 1, disconnect: 1 },
      refused: 1,
      record_sha256: known.hash,
    },
  })
  expect(JSON.stringify(event)).not.toMatch(/from orders|update orders/)
  expect(await elevate.world.store.activity.hashOf(grant.id)).toBe(known.hash)
})

it('a record that somebody changed afterwards is not the one that the audit log names', async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const session = await openSession(await urlFor(grant))
  await session.run('select count(*) from customers')
  await session.close()
  await givesBack(grant)
  const { hash } = await closed(grant)
  await expect(
    test.rows(
      `set role elevate_app; update elevate.activity_entry set text = 'nothing' where grant_id = '${grant.id}'`,
    ),
  ).rejects.toThrow(/permission denied/)
  await test.rows(
    `update elevate.activity_entry set text = 'nothing' where grant_id = '${grant.id}' and kind = 'select'`,
  )
  expect(await elevate.world.store.activity.hashOf(grant.id)).not.toBe(hash)
})

it('says so when nothing was done', async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  await givesBack(grant)
  await sights.reads(as(BEN), ORDERS, `Receipt for G-${grant.number}`, 'Nothing was done.')
  const summaries = await elevate.world.store.activity.summaries(new Date(0), new Date(8e15))
  expect(summaries.find((one) => one.grant === grant.id)).toMatchObject({
    counts: {},
    gaps: [],
    state: 'closed',
  })
})

it('counts only what somebody did with an own login while the grant lived', async () => {
  const before = await openSession(test.target.orders.adaUrl)
  await before.run("select 'before' as word")
  const grant = await given(elevate.world, { by: ADA, target: 'orders-own', role: 'write' })
  const session = await openSession(test.target.orders.adaUrl)
  await session.run("update orders set status = 'paid' where id = 1002")
  await session.close()
  await givesBack(grant)
  await closed(grant)
  const after = await openSession(test.target.orders.adaUrl)
  await after.run("select 'after' as word")
  await after.close()
  const entries = await elevate.world.store.activity.entries(grant.id, { after: 0, limit: 100 })
  expect(entries.filter((one) => one.text).map((one) => one.text)).toEqual([
    "update orders set status = '…' where id = ?",
  ])
})

it('says what it cannot know: a log that does not reach back, and a function that is not there', async () => {
  const late = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  // As if it had been given before the server's log begins, and nobody had looked since.
  await test.rows(
    `set session_replication_role = replica; update elevate.access_grant set activated_at = activated_at - interval '2 days' where id = '${late.id}'`,
  )
  await givesBack(late)
  await sights.reads(
    as(BEN),
    ORDERS,
    `Receipt for G-${late.number}`,
    'The record is not whole. The log does not go back to when the access began.',
  )
  const [event] = (await eventsAbout(late)).filter((one) => one.type === 'activity.collected')
  expect(event).toMatchObject({ outcome: 'incomplete' })

  await execute(test.target.orders.superuserUrl, 'alter schema elevate_activity rename to put_away')
  try {
    const blind = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
    await givesBack(blind)
    await sights.reads(
      as(BEN),
      ORDERS,
      `Receipt for G-${blind.number}`,
      'elevate cannot see what was done on orders-db, because the function that reads its log is not installed there.',
    )
    const about = await eventsAbout(blind)
    expect(about.find((one) => one.type === 'activity.collected')).toMatchObject({
      outcome: 'not-collected',
    })
    expect(about.find((one) => one.type === 'grant.revoked')).toMatchObject({ outcome: 'taken' })
  } finally {
    await execute(test.target.orders.superuserUrl, 'alter schema put_away rename to elevate_activity')
  }
})
