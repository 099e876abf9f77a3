/** What people did with their access: read from the target's own log, and said where the access is told of. */

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openSession } from '../../demo/session.ts'
import type { Elevate } from '../../src/app.ts'
import type { Grant } from '../../src/core/access/grant.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { command } from '../support/command.ts'
import { execute } from '../support/postgres.ts'
import { ADA, BEN, EVE, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
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
  const shown = await bindVerbs(elevate.world).showCredential({ by: grant.person, grant: grant.id })
  if (isRefused(shown)) throw new Error(JSON.stringify(shown.refused))
  const field = (label: string) => shown.credential.fields.find((one) => one.label === label)?.value ?? ''
  return test.target.server.urlOf('orders', { user: field('User'), password: field('Password') })
}

async function givesBack(grant: Grant): Promise<void> {
  const ended = await bindVerbs(elevate.world).endByName({ by: grant.person, grant: grant.number, rest: '' })
  if (isRefused(ended)) throw new Error(JSON.stringify(ended.refused))
}

const eventsAbout = async (grant: Grant) =>
  (await events(test)).filter((one) => one.grant === `G-${grant.number}`)

const program = (...words: string[]) => command(test.processEnvironment(), words)

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
  expect(await elevate.world.store.activity.check(grant)).toMatchObject({
    hash: known.hash,
    named: { hash: known.hash },
    erased: 0,
    wrong: [],
  })
})

it('the record is read by its holder, by approvers and security, and by nobody else, page by page', async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const session = await openSession(await urlFor(grant))
  for (let n = 1; n <= 25; n++) await session.run(`select ${n} as look_${n}`)
  await session.close()
  await givesBack(grant)
  await closed(grant)
  const name = `G-${grant.number}`
  for (const person of [ADA, BEN, SAM]) {
    await as(person).command(`activity ${name}`, { channel: person === SAM ? SECURITY : ORDERS })
    const place = person === SAM ? SECURITY : ORDERS
    const first = await sights.isTold(
      as(person),
      place,
      'What was done with',
      name,
      'look_3',
      /25 reads, from/,
    )
    expect(first.text).not.toContain('look_25')
  }
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Show more of what was done with ${name}`))
  await sights.isTold(as(BEN), ORDERS, 'look_25', 'disconnected')
  await as(EVE).command(`activity ${name}`, { channel: ORDERS })
  await sights.isTold(as(EVE), ORDERS, `There is no grant ${name} that you may look into.`)
  await as(EVE).command('activity G-99999', { channel: ORDERS })
  await sights.isTold(as(EVE), ORDERS, 'There is no grant G-99999 that you may look into.')
})

it('the terminal shows the record, proves it against the audit log, and says when it was changed', async () => {
  const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
  const session = await openSession(await urlFor(grant))
  await session.run("select name from customers where city = 'Lagos'")
  await session.close()
  await givesBack(grant)
  const { hash } = await closed(grant)
  const shown = await program('activity', `G-${grant.number}`)
  expect(shown.out).toContain("select name from customers where city = '…'")
  expect(shown.out).toContain(`The record is the one that the audit log names: sha256 ${hash}`)
  const lines = (await program('activity', `G-${grant.number}`, '--record')).out
  expect(createHash('sha256').update(lines).digest('hex')).toBe(hash)
  await test.rows(
    `set session_replication_role = replica; update elevate.activity_entry set text = 'nothing' where grant_id = '${grant.id}' and text <> ''`,
  )
  const changed = await program('activity', `G-${grant.number}`)
  expect(changed.code).toBe(1)
  expect(changed.out).toContain('THE RECORD WAS CHANGED')
})

it('keeps as much of the text as the configuration says for the role', async () => {
  const file = readFileSync(test.configFile, 'utf8')
  const kept = async (how: string) => {
    writeFileSync(
      test.configFile,
      file.replace('risk: low, database_role', `risk: low, activity: { redact: ${how} }, database_role`),
    )
    expect(await elevate.reload('a test')).toBe(true)
    const grant = await given(elevate.world, { by: ADA, target: 'orders-db', role: 'read' })
    const session = await openSession(await urlFor(grant))
    await session.run("select 'a literal'")
    await session.close()
    await givesBack(grant)
    await closed(grant)
    const entries = await elevate.world.store.activity.entries(grant.id, { after: 0, limit: 9 })
    return entries.find((one) => one.kind === 'select')?.text
  }
  expect(await kept('none')).toBe("select 'a literal'")
  expect(await kept('all')).toBe('')
  writeFileSync(test.configFile, file)
  await elevate.reload('a test')
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
