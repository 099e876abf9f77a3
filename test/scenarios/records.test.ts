/** The record of what was done: proven after lawful erasure, found out after any other change, read by one replica. */

import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openSession } from '../../demo/session.ts'
import type { Elevate } from '../../src/app.ts'
import type { Grant } from '../../src/core/access/grant.ts'
import { judgeRecord } from '../../src/core/activity/activity-record.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { applyRetention } from '../../src/operations/people/privacy.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { command } from '../support/command.ts'
import { must } from '../support/must.ts'
import { ADA, BEN, configuration, ORDERS } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events } from './evidence.ts'
import { given, SOON } from './given.ts'
import * as sights from './sights.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let test: TestWorld
let elevate: Elevate
const as = (person: string) => test.simulator.as(person)
const cli = (...args: string[]) => command(test.processEnvironment(), args)

beforeAll(async () => {
  test = await testWorld({
    configuration: configuration.replace('\ntargets:', '\nretention: { activity: 90d }\ntargets:'),
  })
  elevate = await test.bot()
})
afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})
afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

/** What was done by somebody whose access is over, in a record that is closed. */
async function recordOf(by: string, ...statements: string[]): Promise<Grant> {
  const approvers = by === BEN ? ['U0CHO'] : [BEN]
  const grant = await given(elevate.world, { by, target: 'orders-db', role: 'read', approvers })
  const shown = await bindVerbs(elevate.world).showCredential({ by, grant: grant.id })
  if (isRefused(shown)) throw new Error(JSON.stringify(shown.refused))
  const field = (label: string) => shown.credential.fields.find((one) => one.label === label)?.value ?? ''
  const url = test.target.server.urlOf('orders', { user: field('User'), password: field('Password') })
  const session = await openSession(url)
  for (const statement of statements) await session.run(statement)
  await session.close()
  const ended = await bindVerbs(elevate.world).endByName({ by, grant: grant.number, rest: '' })
  if (isRefused(ended)) throw new Error(JSON.stringify(ended.refused))
  await vi.waitFor(async () => {
    const known = await elevate.world.store.activity.summary(grant.id)
    if (known?.state !== 'closed') throw new Error(`the record is ${known?.state}`)
  }, SOON)
  return grant
}

const judged = async (grant: Grant) => judgeRecord(must(await elevate.world.store.activity.check(grant)))
const nameOf = ({ number }: Grant) => `G-${number}`
const superuser = (change: string) => test.rows(`set session_replication_role = replica; ${change}`)
const collected = async (grant: Grant) =>
  (await events(test)).filter((one) => one.type === 'activity.collected' && one.grant === nameOf(grant))

it('the texts of a record are erased, and the record is still the one that the log names', async () => {
  const grant = await recordOf(ADA, 'select count(*) from customers', 'select count(*) from orders')
  const name = nameOf(grant)
  const before = await cli('activity', name, '--record')
  const [event] = await collected(grant)
  expect(createHash('sha256').update(before.output).digest('hex')).toBe(event?.detail?.record_sha256)
  expect(before.output).not.toContain('customers')
  expect(JSON.parse((await cli('activity', name, '--json')).output)).toMatchObject({
    intact: true,
    faults: [],
    record: expect.arrayContaining([
      expect.objectContaining({
        text: 'select count(*) from customers',
        salt: expect.stringMatching(/^\w{64}$/),
      }),
    ]),
  })

  const kept = JSON.parse((await cli('person', ADA, '--json')).output)
  expect(kept.activity_records).toMatchObject([
    { grant: name, state: 'closed', record_sha256: event?.detail?.record_sha256 },
  ])

  const erased = await cli('erase', '--person', ADA, '--reason', 'asked by mail')
  expect(erased.code).toBe(0)
  const shown = await cli('activity', name)
  expect(shown.code).toBe(0)
  expect(shown.output).not.toContain('customers')
  expect(shown.output).toContain('2 texts were erased on purpose; times, kinds and outcomes stay.')
  expect(shown.output).toContain(
    `The record is the one that the audit log names: sha256 ${event?.detail?.record_sha256}`,
  )
  expect((await cli('activity', name, '--record')).output).toBe(before.output)
  expect((await test.rows(`select from elevate.activity_entry where salt is not null`)).length).toBe(0)
  const said = (await events(test)).filter((one) => one.type === 'privacy.erased')
  expect(said.map((one) => one.detail?.records)).toEqual([undefined, { [name]: 2 }])

  await as(BEN).command(`activity ${name}`, { channel: ORDERS })
  const answer = await sights.isTold(
    as(BEN),
    ORDERS,
    'What was done with',
    name,
    '2 texts were erased on purpose',
  )
  expect(answer.text).toMatch(/SHA-256 of the record/)
  expect(answer.text).not.toContain('changed')
})

it('what is kept for a time only is erased by the clock, and the record answers for it', async () => {
  const grant = await recordOf(BEN, 'select count(*) from customers')
  await superuser(
    `update elevate.access_grant set revoked_at = revoked_at - interval '91 days', activated_at = activated_at - interval '91 days' where id = '${grant.id}'`,
  )
  expect(await applyRetention(elevate.world, { force: true })).toMatchObject({ rows: 1 })
  expect(await judged(grant)).toEqual({ state: 'closed', erasedOnPurpose: 1, faults: [] })
})

it('every other change of a record is found, also by who can write every table but the log', async () => {
  const grant = await recordOf(ADA, 'select count(*) from customers', 'select 1 as one')
  const where = `grant_id = '${grant.id}'`
  const one = `${where} and text like '%customers%'`
  const attacks: Record<string, [change: string, undo: string, RegExp]> = {
    'another text': [
      `update elevate.activity_entry set text = 'nothing' where ${one}`,
      `update elevate.activity_entry set text = 'select count(*) from customers' where ${where} and text = 'nothing'`,
      /The text of entry 2 is not the one that was written/,
    ],
    'another text that is committed to anew': [
      `create temporary table kept as select * from elevate.activity_entry where ${one};
       update elevate.activity_entry set text = 'nothing', commitment = sha256(salt || 'nothing') where ${one}`,
      `update elevate.activity_entry set text = 'select count(*) from customers',
        commitment = sha256(salt || 'select count(*) from customers') where ${where} and text = 'nothing'`,
      /The audit log names sha256 \w{64}, and what is kept has/,
    ],
    'a hash that was made to agree': [
      `update elevate.activity_entry set kind = 'other' where ${one};
       update elevate.activity set record_hash = sha256('x') where ${where}`,
      `update elevate.activity_entry set kind = 'select' where ${one}`,
      /The audit log names sha256/,
    ],
    'an entry taken away': [
      `update elevate.activity_entry set grant_id = (select grant_id from elevate.activity where grant_id <> '${grant.id}' limit 1), number = 9000 where ${one}`,
      `update elevate.activity_entry set grant_id = '${grant.id}', number = 2 where number = 9000`,
      /The audit log names sha256/,
    ],
    'a text that is gone without an event': [
      `update elevate.activity_entry set text = '', salt = null where ${one}`,
      'select',
      /1 text is gone, and the audit log names the erasure of none/,
    ],
  }
  for (const [what, [change, undo, says]] of Object.entries(attacks)) {
    expect((await judged(grant)).faults, `before ${what}`).toEqual([])
    await superuser(change)
    expect((await judged(grant)).faults.join('\n'), what).toMatch(says)
    if (undo !== 'select') await superuser(undo)
  }
  const shown = await cli('activity', nameOf(grant))
  expect(shown.code).toBe(1)
  expect(shown.output).toContain('THE RECORD WAS CHANGED. 1 text is gone')
  await as(BEN).command(`activity ${nameOf(grant)}`, { channel: ORDERS })
  await sights.isTold(as(BEN), ORDERS, 'This record was changed.', '1 text is gone')
  // A lawful erasure afterwards counts what was there, and hides nothing.
  expect((await cli('erase', '--person', ADA, '--reason', 'asked again')).code).toBe(0)
  expect((await judged(grant)).faults).toEqual([
    '2 texts are gone, and the audit log names the erasure of 1.',
  ])
})
