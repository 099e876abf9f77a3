/** A person asks what is kept about him, and to have it erased; what is over becomes empty, and nothing else changes. */

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { applyRetention } from '../../src/operations/people/privacy.ts'
import { lookAtStanding } from '../../src/operations/standing/look-at-standing.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { command } from '../support/command.ts'
import { execute } from '../support/postgres.ts'
import { ADA, BEN, configuration, ORDERS, SAM } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { events } from './evidence.ts'
import { SOON } from './given.ts'
import * as sights from './sights.ts'

const keeping = configuration.replace(
  '\ntargets:',
  '\nretention: { private_texts: 400d, activity: 90d, messages: 30d }\ntargets:',
)

let test: TestWorld
let elevate: Elevate
const as = (person: string) => test.simulator.as(person)
const cli = (...args: string[]) => command(test.processEnvironment(), args)

beforeAll(async () => {
  test = await testWorld({ configuration: keeping })
  elevate = await test.bot()
}, 60_000)
afterEach(() => {
  expect(test.simulator.control.violations()).toEqual([])
})
afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
})

/** Everything that is stored as text, to look for a word in it. */
const everywhere = async () =>
  JSON.stringify(
    await Promise.all(
      [
        'elevate.request',
        'elevate.decision',
        'elevate.review',
        'elevate.access_grant',
        'elevate.standing_access',
        'elevate.activity_entry',
        'audit.secret',
        'audit.body',
      ].map((table) => test.rows(`select to_jsonb(one) as one from ${table} as one`)),
    ),
  )

it('refuses to erase while something of the person is live', { timeout: 60_000 }, async () => {
  const denied = await sights.asks(as(ADA), 'orders-db read 30m my secret-denied reason')
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Deny R-${denied}:`))
  await sights.readsDialog(as(BEN), 'Deny')
  await as(BEN).fill(/Why|Reason|Note/, 'secret-note of Ben')
  expect(await as(BEN).submit()).toMatchObject({ ok: true })
  await as(BEN).closeModal()
  const given = await sights.asks(as(ADA), 'orders-db read 30m my secret-given reason')
  await sights.pressesLabelled(as(BEN), ORDERS, new RegExp(`^Approve R-${given}:`))
  await vi.waitFor(
    async () => expect((await elevate.world.store.reads.liveGrants())[0]?.grant.state).toBe('active'),
    SOON,
  )
  await elevate.world.store.standing.claim('orders-db')
  await lookAtStanding(elevate.world, 'orders-db')
  const [one] = await elevate.world.store.standing.present('orders-db')
  await bindVerbs(elevate.world).acceptStanding({
    what: { access: one?.id ?? '' },
    by: SAM,
    why: 'secret-baseline of Sam',
    until: '',
  })

  const refused = await cli('erase', '--person', ADA, '--reason', 'asked by mail')
  expect(refused).toMatchObject({
    code: 1,
    output: expect.stringMatching(/U0ADA has something live: G-1\. End it first/),
  })
  expect(await everywhere()).toContain('secret-given')
})

it('gives a person everything that is kept about them, and puts that on record', {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'elevate-person-'))
  const done = await cli('person', ADA, '--out', folder)
  expect(done.output).toContain('2 requests')
  expect(done.code).toBe(0)
  expect(readdirSync(folder)).toContain('README.txt')
  const file = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  expect(file('requests.json')).toContain('secret-denied')
  expect(file('grants.json')).toContain('ada@acme.example')
  expect(file('decisions.json')).toContain('secret-note of Ben')
  expect(file('events.json')).toContain('secret-given')
  expect(file('messages.json')).toContain(ORDERS)
  expect(file('requests.json') + file('events.json')).not.toContain('secret-baseline')
  const printed = await cli('person', SAM, '--json')
  expect(printed.output).toContain('secret-baseline')
  expect((await cli('person', 'ada', '--json')).code).toBe(2)
  expect((await cli('person', ADA)).code).toBe(2)
  const made = (await events(test)).filter((event) => event.type === 'export.made')
  expect(made.map((event) => [event.subject, event.detail?.formats])).toEqual([
    [ADA, ['person']],
    [SAM, ['person']],
  ])
})

it('erases it everywhere once the access is over', { timeout: 60_000 }, async () => {
  await sights.types(as(ADA), 'end')
  await vi.waitFor(async () => expect(await elevate.world.store.reads.liveGrants()).toEqual([]), SOON)
  await test.rows(`insert into elevate.activity_entry (grant_id, number, source, key, at, kind, outcome, text, salt, commitment)
    select id, 9001, 'test', 'one', now(), 'select', 'done', 'select secret-statement', sha256('salt'),
      sha256(sha256('salt') || 'select secret-statement') from elevate.access_grant where number = 1`)
  expect(JSON.parse((await cli('person', ADA, '--json')).output).activity).toContainEqual(
    expect.objectContaining({ text: 'select secret-statement' }),
  )
  const would = await cli('erase', '--person', ADA, '--reason', 'asked by mail', '--dry-run')
  expect(would.output).toMatch(
    /Would be erased of U0ADA: \d private texts.*\n.*2 reasons, 1 notes, 1 grants, \d+ statements/,
  )
  expect(await everywhere()).toContain('secret-given')

  const done = await cli('erase', '--person', ADA, '--reason', 'asked by mail')
  expect(done).toMatchObject({
    code: 0,
    output: expect.stringContaining('Rows emptied: 2 reasons, 1 notes, 1 grants'),
  })
  const left = await everywhere()
  for (const gone of [
    'secret-denied',
    'secret-given',
    'secret-note',
    'secret-statement',
    'ada@acme.example',
    '"Ada"',
  ])
    expect(left).not.toContain(gone)
  expect(left).toContain('secret-baseline of Sam')
  const erased = (await events(test)).find((event) => event.type === 'privacy.erased')
  expect(erased).toMatchObject({
    subject: ADA,
    actor: { kind: 'operator' },
    detail: { rows: { reasons: 2, notes: 1, grants: 1 } },
  })
  expect((await cli('erase', '--person', ADA, '--reason', 'once more')).code).toBe(0)
  expect(await sights.types(as(SAM), 'who orders-db ever', ORDERS)).not.toContain('secret')
  await cli('erase', '--person', SAM, '--reason', 'he left')
  expect(await everywhere()).not.toContain('secret-baseline')
})

it('leaves nothing else of the past to be changed', async () => {
  for (const change of [
    "update elevate.request set reason = 'another'",
    "update elevate.request set reason = '', role = 'admin' where number = 1",
    "update elevate.decision set note = 'another'",
    "update elevate.decision set verdict = 'approve', note = '' where verdict = 'deny'",
    `update elevate.access_grant set subject = '{"person":"U0EVE","name":""}'`,
    `update elevate.access_grant set subject = '{"person":"U0ADA","name":"Eve"}'`,
    "update elevate.access_grant set end_note = 'another', subject = subject",
    "update elevate.activity_entry set text = 'another' where number = 9001",
    "update elevate.activity_entry set commitment = sha256('another') where number = 9001",
    'delete from elevate.activity_entry where number = 9001',
  ])
    await expect(execute(test.databaseUrl, change), change).rejects.toMatchObject({ code: '23001' })
})

it('forgets by itself what is older than it is kept', { timeout: 40_000 }, async () => {
  const number = await sights.asks(as(ADA), 'orders-db read 30m an old-reason of mine')
  await sights.types(as(ADA), `withdraw R-${number}`)
  // Emptying a text is no cover for changing what was asked for.
  await expect(
    execute(
      test.databaseUrl,
      `update elevate.request set reason = '', role = 'admin' where number = ${number}`,
    ),
  ).rejects.toMatchObject({ constraint: 'history_can_only_become_empty' })
  await test.rows(`alter table elevate.request disable trigger user;
    update elevate.request set closed_at = closed_at - interval '401 days', created_at = created_at - interval '402 days', lapses_at = lapses_at - interval '401 days' where number = ${number};
    alter table elevate.request enable trigger user`)
  const places = async () =>
    (
      await test.rows(
        `select from elevate.posted_message p join elevate.request r on r.id = p.request_id where r.number = ${number}`,
      )
    ).length
  expect(await places()).toBeGreaterThan(0)
  await test.rows(`insert into elevate.activity_unmatched (source, key, target, account, at, kind, outcome, session, text, received_at)
    values ('test', 'old', 'orders-db', 'joe', now(), 'select', 'done', '', 'an old-statement', now() - interval '91 days'),
      ('test', 'new', 'orders-db', 'joe', now(), 'select', 'done', '', 'a new-statement', now())`)
  // The bot's own clock may have had its turn today.
  expect(await applyRetention(elevate.world, { force: true })).toMatchObject({ rows: 2, texts: 0 })
  expect(await places()).toBe(0)
  const [row] = await test.rows<{ reason: string }>(
    `select reason from elevate.request where number = ${number}`,
  )
  expect(row).toEqual({ reason: '' })
  expect(await test.rows('select key, text from elevate.activity_unmatched order by key')).toEqual([
    { key: 'new', text: 'a new-statement' },
    { key: 'old', text: '' },
  ])
  const said = (await events(test)).filter((event) => event.type === 'retention.applied')
  expect(said.map((event) => event.detail?.kind)).toEqual(['private_texts', 'activity', 'messages'])
  // The day's work is done: what is old by now waits for tomorrow.
  await test.rows("update elevate.activity_unmatched set received_at = now() - interval '91 days'")
  expect(await applyRetention(elevate.world)).toEqual({ texts: 0, rows: 0, places: 0 })
})
