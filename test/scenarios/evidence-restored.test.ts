/**
 * Evidence when the database was restored: while elevate is in quarantine an investigator gets what there is, and after
 * the operator has confirmed it an auditor gets a folder that holds, from the terminal and from Slack.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readVkey } from '../../src/audit/checkpoint/note.ts'
import { verifyPack } from '../../src/audit/evidence/verify-pack.ts'
import { asSuperuser } from '../audit/checkpoint/real-log.ts'
import { said } from '../support/asking.ts'
import { command } from '../support/command.ts'
import { must } from '../support/must.ts'
import { copyOf, restoreOver } from '../support/postgres.ts'
import { ADA, ORDERS, SAM } from '../support/workspace.ts'
import { given, SOON } from './given.ts'
import { type RestoreWorld, restoreWorld } from './restore-world.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let world: RestoreWorld
let home: string

beforeAll(async () => {
  world = await restoreWorld()
  home = await mkdtemp(path.join(tmpdir(), 'elevate-restored-'))
})
afterAll(async () => {
  await world?.end()
  await rm(home, { recursive: true, force: true })
})

const today = new Date().toISOString().slice(0, 10)
const days = ['--from', '2026-01-01', '--to', '2100-01-01']
const take = (what: readonly string[], name: string) =>
  world.elevate([...what, '--out', path.join(home, name)])
const events = async () => (await world.test.events()).length
const verified = (folder: string) => verifyPack(folder, [must(readVkey(world.vkey))])

async function confirm(): Promise<void> {
  await vi.waitFor(async () => {
    const { output } = await world.elevate(['quarantine'])
    const code = must(/--confirm ([0-9a-f]{4}-[0-9a-f]{4})/.exec(output)?.[1])
    const done = await world.elevate(['quarantine', '--confirm', code, '--reason', 'last night’s backup'])
    expect(done.code, done.output).toBe(0)
  }, SOON)
}

it('a restored database is taken out as it is, unrecorded, and after the confirmation its evidence holds', async () => {
  const { test } = world
  // The key is replaced before the backup, so that a former key signs part of what is kept.
  let bot = await world.bot()
  await given(bot.world, { by: ADA, target: 'orders-db', role: 'read' })
  await bot.stop()
  expect((await world.elevate(['audit', 'key', '--rotate', '--reason', 'yearly'])).code).toBe(0)
  const backup = await copyOf(test.databaseUrl)
  bot = await world.bot()
  await given(bot.world, { by: ADA, target: 'orders-own', role: 'write' })
  await bot.stop()
  expect((await world.elevate(['audit', 'checkpoint'])).code).toBe(0)
  await restoreOver(test.databaseUrl, backup.url)

  // Nobody has noticed yet; then the bot has, and has shut everything down.
  const before = await events()
  for (const round of ['unnoticed', 'noticed']) {
    const exported = await take(['audit', 'export'], `${round}-export`)
    expect(exported).toMatchObject({
      code: 0,
      output: expect.stringContaining('NOT RECORDED: the log does not'),
    })
    expect(exported.output).toMatch(
      /not the log that was signed \(.*\d+ were signed.*\).*\(elevate quarantine\)/,
    )
    const lines = await readFile(path.join(home, `${round}-export/events.jsonl`), 'utf8')
    expect(lines.trimEnd().split('\n')).toHaveLength(before)
    const evidence = await take(['evidence', ...days], `${round}-evidence`)
    expect(evidence).toMatchObject({ code: 0, output: expect.stringContaining('NOT RECORDED') })
    expect((await verified(path.join(home, `${round}-evidence`))).faults).toEqual([])
    expect(await events()).toBe(before)
    if (round === 'unnoticed') bot = await world.bot()
  }
  const part = await take(['audit', 'export', '--person', ADA], 'part')
  expect(part).toMatchObject({ code: 0, output: expect.stringContaining('NOT RECORDED') })
  // On a host without the key it is the database that refuses the record.
  const env = { ...test.processEnvironment(), ELEVATE_AUDIT_KEY_FILE: path.join(home, 'no.key') }
  const keyless = await command(env, ['audit', 'export', '--out', path.join(home, 'keyless')])
  expect(keyless).toMatchObject({ code: 0, output: expect.stringContaining('NOT RECORDED') })
  expect(await events()).toBe(before)

  await confirm()
  const made = await take(['evidence', ...days], 'terminal')
  expect(made.code, made.output).toBe(0)
  expect(made.output).not.toContain('NOT RECORDED')
  const terminal = await verified(path.join(home, 'terminal'))
  expect(terminal).toMatchObject({ ok: true, faults: [], handovers: [{ lost: false }] })
  expect(terminal.restores).toMatchObject([{ kept: expect.any(Number), abandoned: expect.any(Number) }])
  const words = await world.elevate([
    'audit',
    'verify',
    '--evidence',
    path.join(home, 'terminal'),
    '--vkey',
    world.vkey,
  ])
  expect(words.output).toMatch(/The log was restored: \d+ events of it were kept/)
  expect(words.code).toBe(0)

  await bot.stop()
})

it('checkpoints that were abandoned are left out and said, from the terminal and from Slack', async () => {
  const { test } = world
  expect((await world.elevate(['audit', 'checkpoint'])).code).toBe(0)
  const size = await events()
  await asSuperuser(
    test.databaseUrl,
    ['leaf', 'body', 'secret'].map((table) => `delete from audit.${table} where index >= ${size - 2}`),
  )
  // Their checkpoints are still there, and now speak of events that are not.
  const bot = await world.bot()
  await confirm()
  expect((await take(['evidence', ...days], 'cut')).code).toBe(0)
  const cut = await verified(path.join(home, 'cut'))
  expect(cut).toMatchObject({ ok: true, faults: [] })
  expect(cut.restores).toHaveLength(2)
  const left = /^Restored +[1-9]\d* checkpoints? (?:was|were) left out: the database was restored/m
  expect(await readFile(path.join(home, 'cut/README.txt'), 'utf8')).toMatch(left)
  expect(await readFile(path.join(home, 'cut/controls/11-protection.txt'), 'utf8')).toContain('left out')

  const sam = test.simulator.as(SAM)
  await vi.waitFor(
    async () => expect((await bot.world.store.proof.lastCheckpoint())?.size).toBe(await events()),
    { timeout: 40_000, interval: 200 },
  )
  await sam.command(`/elevate audit evidence 2026-01-01 ${today}`)
  await said(test.simulator, SAM, ORDERS, /The evidence of \d grants? is in your direct messages/)
  const sent = await sam.see(() => sam.messages('dm').find((one) => one.files.length > 0), { what: 'a file' })
  await mkdir(path.join(home, 'slack'))
  await writeFile(path.join(home, 'slack.tar.gz'), sam.download(sent.files[0]?.id ?? ''))
  await promisify(execFile)('tar', ['-xzf', '../slack.tar.gz', '--strip-components=1'], {
    cwd: path.join(home, 'slack'),
  })
  const slack = await verified(path.join(home, 'slack'))
  expect(slack).toMatchObject({ ok: true, faults: [], restores: cut.restores })
  expect(await readFile(path.join(home, 'slack/README.txt'), 'utf8')).toMatch(left)
  // Both verifier keys, and nothing that signs.
  expect(await readFile(path.join(home, 'slack/vkey'), 'utf8')).toMatch(
    new RegExp(`^${world.vkey.replaceAll('+', '\\+')}\n[^\n]+\n$`),
  )
  const secret = await promisify(execFile)('grep', ['-rl', 'PRIVATE+KEY', path.join(home, 'slack')]).catch(
    () => undefined,
  )
  expect(secret).toBeUndefined()
  await bot.stop()
})
