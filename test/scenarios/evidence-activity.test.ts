/** What an auditor is given of what people did: the record, what the log says of it, and what was erased on purpose. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openSession } from '../../demo/session.ts'
import type { Elevate } from '../../src/app.ts'
import { readVkey } from '../../src/audit/checkpoint/note.ts'
import { verifyPack } from '../../src/audit/evidence/verify-pack.ts'
import { isRefused } from '../../src/core/refusal.ts'
import { bindVerbs } from '../../src/operations/verbs.ts'
import { command } from '../support/command.ts'
import { must } from '../support/must.ts'
import { ADA, BEN } from '../support/workspace.ts'
import { type TestWorld, testWorld } from '../support/world.ts'
import { given, SOON } from './given.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

const FROM = new Date(Date.now() - 60 * 60 * 1000).toISOString().slice(0, 10)
const TO = new Date(Date.now() + 48 * 60 * 60 * 1000).toISOString().slice(0, 10)

let test: TestWorld
let bot: Elevate
let home: string
let vkey: string

const elevate = (...args: string[]) =>
  command(
    {
      ...test.processEnvironment(),
      ELEVATE_AUDIT_KEY_FILE: path.join(home, 'audit.key'),
      ELEVATE_AUDIT_ANCHOR_FILE: path.join(home, 'audit.anchor'),
    },
    args,
  )
const make = (name: string, ...more: string[]) =>
  elevate('evidence', '--from', FROM, '--to', TO, '--out', path.join(home, name), ...more)
const verify = (name: string) => verifyPack(path.join(home, name), [must(readVkey(vkey))])
const read = (name: string) => readFile(path.join(home, name), 'utf8')
const rowsOf = async (name: string) => (await read(name)).trimEnd().split('\r\n')

beforeAll(async () => {
  test = await testWorld()
  home = await mkdtemp(path.join(tmpdir(), 'elevate-evidence-'))
  bot = await test.bot()
  const grant = await given(bot.world, { by: ADA, target: 'orders-db', role: 'read' })
  const shown = await bindVerbs(bot.world).showCredential({ by: ADA, grant: grant.id })
  if (isRefused(shown)) throw new Error(JSON.stringify(shown.refused))
  const field = (label: string) => shown.credential.fields.find((one) => one.label === label)?.value ?? ''
  const url = test.target.server.urlOf('orders', { user: field('User'), password: field('Password') })
  const session = await openSession(url)
  await session.run('select count(*) from customers')
  await session.run('delete from orders')
  await session.close()
  const ended = await bindVerbs(bot.world).endByName({ by: ADA, grant: grant.number, rest: '' })
  if (isRefused(ended)) throw new Error(JSON.stringify(ended.refused))
  await vi.waitFor(
    async () => expect((await bot.world.store.activity.summary(grant.id))?.state).toBe('closed'),
    SOON,
  )
  await given(bot.world, { by: BEN, target: 'orders-db', role: 'read', approvers: ['U0CHO'] })
  vkey = (await elevate('audit', 'key', '--make', '--name', 'evidence.example/audit')).output.trim()
  expect(await make('good')).toMatchObject({ code: 0, output: expect.stringContaining('2 grants and') })
})
afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

it('has a row for each grant that became active, and the events that name records', async () => {
  const done = await rowsOf('good/controls/16-activity.csv')
  expect(done).toHaveLength(3)
  expect(done[1]).toMatch(
    /"G-1","U0ADA","orders-db","read","elv_ada_g1","the one that event \d+ names","2",.*1 select.*,"1","0",.*"activity\/G-1\.jsonl"$/,
  )
  expect(done[2]).toMatch(/"G-2",.*"still open"/)
  expect(await read('good/controls/16-activity-events.csv')).toContain('"activity.collected"')
})

it('has the record as the log names it, and its texts beside it', async () => {
  const record = await read('good/activity/G-1.jsonl')
  const grant = JSON.parse(await read('good/grants/G-1.json'))
  const collected = grant.events.map((one: { bytes: string }) => JSON.parse(one.bytes)).at(-1)
  expect(collected).toMatchObject({ type: 'activity.collected', grant: 'G-1' })
  expect(createHash('sha256').update(record).digest('hex')).toBe(collected.detail.record_sha256)
  expect(grant.activity).toMatchObject({
    state: 'whole',
    sha256: collected.detail.record_sha256,
    refused: 1,
  })
  expect(record).not.toContain('customers')
  expect(await read('good/activity/G-1.private.json')).toContain('select count(*) from customers')
  expect(await read('good/grants/G-1.txt')).toMatch(
    /select {2}select count\(\*\) from customers\n.*delete refused 42501 {2}delete from orders\n/,
  )
  expect(await readdir(path.join(home, 'good/activity'))).toEqual(['G-1.jsonl', 'G-1.private.json'])
  expect(await verify('good')).toMatchObject({ ok: true, records: 1 })
})

it('shows every change of a record and of its texts', async () => {
  const attacks: Record<string, [file: string, from: string | RegExp, to: string, says: RegExp]> = {
    'an entry': ['G-1.jsonl', '"refused"', '"done"', /G-1\.jsonl is not the record that event \d+ names/],
    'a text': ['G-1.private.json', 'customers', 'orders', /another text for entry \d+ than the one that was/],
    'a text taken out': [
      'G-1.private.json',
      /\[\{[^}]*\},/,
      '[',
      /has 1 texts fewer than were written, and events here name the erasure of 0/,
    ],
    'no list of texts': ['G-1.private.json', '[', '{', /G-1\.jsonl is not a record with its texts/],
  }
  for (const [what, [file, from, to, says]] of Object.entries(attacks)) {
    const bad = path.join(home, 'bad')
    await cp(path.join(home, 'good'), bad, { recursive: true })
    const name = `activity/${file}`
    const text = await read(`bad/${name}`)
    expect(text.replace(from, to)).not.toBe(text)
    await writeFile(path.join(bad, name), text.replace(from, to))
    // As somebody does who can count, too: the manifest is made to agree again.
    const { stdout } = await promisify(execFile)('sha256sum', [name], { cwd: bad })
    await list('bad', name, stdout)
    expect((await verify('bad')).faults.join('\n'), what).toMatch(says)
    await rm(bad, { recursive: true })
  }
})

it('says so when the record itself was changed before the folder was made', async () => {
  const change = (to: string) =>
    test.rows(
      `set session_replication_role = replica; update elevate.activity_entry set outcome = '${to}' where kind = 'delete'`,
    )
  await change('done')
  expect(await make('changed')).toMatchObject({ code: 0 })
  await change('refused')
  expect((await rowsOf('changed/controls/16-activity.csv'))[1]).toMatch(
    /"CHANGED: The audit log names sha256/,
  )
  expect((await verify('changed')).faults).toEqual([
    expect.stringMatching(/^activity\/G-1\.jsonl is not the record that event \d+ names$/),
  ])
})

it('counts texts that were erased on purpose, with the proof of the event that erased them', async () => {
  expect((await elevate('erase', '--person', ADA, '--reason', 'asked by mail')).code).toBe(0)
  // The event of the erasure is about no target, and is put in for the record's sake.
  expect(await make('erased', '--target', 'orders-db')).toMatchObject({ code: 0 })
  expect((await rowsOf('erased/controls/16-activity.csv'))[1]).toMatch(
    /"the one that event \d+ names",.*"2","\w{64}"/,
  )
  expect(await read('erased/activity/G-1.private.json')).toBe('[]')
  expect(await read('erased/activity/G-1.jsonl')).toBe(await read('good/activity/G-1.jsonl'))
  const text = await read('erased/grants/G-1.txt')
  expect(text).toContain('2 texts were erased on purpose')
  expect(text).not.toContain('customers')
  expect(await verify('erased')).toMatchObject({ ok: true, records: 1 })
  const unexcused =
    'activity/G-1.jsonl has 2 texts fewer than were written, and events here name the erasure of 0'
  // An event that was changed excuses nothing, and neither does one without its proof.
  const [eraser] = JSON.parse(await read('erased/grants/G-1.json')).activity.erased_by
  const event = await read(`erased/events/0/${eraser}.json`)
  expect(event).toContain('"records":{"G-1":2}')
  await writeFile(path.join(home, `erased/events/0/${eraser}.json`), event.replace('"G-1":2', '"G-1":3'))
  expect((await verify('erased')).faults).toContain(unexcused)
  await writeFile(path.join(home, `erased/events/0/${eraser}.json`), event)
  const proof = `events/0/${eraser}.tlog-proof`
  await rm(path.join(home, 'erased', proof))
  await list('erased', proof, '')
  expect((await verify('erased')).faults).toContain(unexcused)
})

/** What the manifest of a folder says of one file. */
async function list(folder: string, name: string, line: string): Promise<void> {
  const manifest = await read(`${folder}/MANIFEST.sha256`)
  const changed = manifest.replace(new RegExp(`[0-9a-f]{64} {2}${name}\n`), line)
  expect(changed).not.toBe(manifest)
  await writeFile(path.join(home, folder, 'MANIFEST.sha256'), changed)
}
