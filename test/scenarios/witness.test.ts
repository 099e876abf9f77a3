/** The bot has its checkpoints cosigned by a witness that is a process of its own, and the witness remembers what the bot's host forgot. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { postDigest } from '../../src/operations/log/post-digest.ts'
import { asSuperuser, RECOMPUTE } from '../audit/checkpoint/real-log.ts'
import { command } from '../support/command.ts'
import { copyOf, restoreOver } from '../support/postgres.ts'
import { type Running, run } from '../support/process.ts'
import { SAM, SECURITY } from '../support/workspace.ts'
import { SOON } from './given.ts'
import { type RestoreWorld, restoreWorld } from './restore-world.ts'
import * as sights from './sights.ts'

let world: RestoreWorld
let home: string
let running: Elevate | undefined
let witness: { readonly process: Running; readonly url: string; readonly vkey: string }

const env = { PATH: process.env.PATH ?? '' }
const files = (name = 'w1') => [
  '--key',
  path.join(home, `${name}.key`),
  '--state',
  path.join(home, `${name}.state`),
]
const program = (...args: string[]) => command(env, ['witness', ...args])

beforeAll(async () => {
  world = await restoreWorld()
  home = await mkdtemp(path.join(tmpdir(), 'elevate-witness-'))
  const vkey = (await program('--make', 'witness.test/w1', ...files())).output.trim()
  const args = ['witness', '--serve', '--port', '0', '--log', world.vkey, ...files()]
  const process = run('src/cli/main.ts', { args, env })
  const url = /http:\/\/[\d.:]+/.exec(await process.says('listens on'))?.[0] ?? ''
  witness = { process, url, vkey }
}, 60_000)
afterEach(async () => {
  await running?.stop()
  running = undefined
})
afterAll(async () => {
  await witness?.process.end()
  await world?.end()
  await rm(home, { recursive: true, force: true })
})

async function start(more: Parameters<RestoreWorld['bot']>[0] = {}): Promise<Elevate> {
  running = await world.bot({ witnesses: [{ url: witness.url, vkey: witness.vkey }], ...more })
  return running
}

const cosigned = (elevate: Elevate) =>
  vi.waitFor(async () => {
    const last = await elevate.world.store.proof.lastCheckpoint()
    if (!last?.note.includes('— witness.test/w1 ')) throw new Error('the last checkpoint is not cosigned yet')
    return last
  }, SOON)

it('the cosignature is kept with the checkpoint, posted with it, and can be required', {
  timeout: 60_000,
}, async () => {
  const elevate = await start()
  await cosigned(elevate)
  const to = await elevate.world.store.reads.now()
  await postDigest(elevate.world, new Date(to.getTime() - 1000), to)
  await sights.reads(as(SAM), SECURITY, 'signed checkpoint', '— witness.test/w1 ')
  // Where it was posted is on record.
  await vi.waitFor(async () => {
    const [row] = await world.test.rows<{ posted: unknown }>(
      "select posted from audit.checkpoint where posted <> '[]'",
    )
    expect(row?.posted).toEqual([{ channel: SECURITY, ts: expect.any(String) }])
  }, SOON)
  const good = await world.elevate(['audit', 'verify', '--witness', witness.vkey])
  expect(good.output).toMatch(/Events 0 to \d+ are cosigned by witness\.test\/w1/)
  expect(good.code).toBe(0)
  const other = (await program('--make', 'witness.test/w2', ...files('w2'))).output.trim()
  const missing = await world.elevate(['audit', 'verify', '--witness', other])
  expect(missing.output).toContain('no checkpoint that verifies has the cosignature of witness.test/w2')
  expect(missing.code).toBe(1)
})

it('an attacker with the database, the key and the anchor file cannot rewrite the log: the witness refuses, and security is notified', {
  timeout: 60_000,
}, async () => {
  await cosigned(await start())
  await running?.stop()
  running = undefined
  await asSuperuser(world.test.databaseUrl, [
    `update audit.body set bytes = replace(bytes, '"outcome":"start"', '"outcome":"reload"')`,
    ...RECOMPUTE,
    'truncate audit.checkpoint, audit.cosignature',
  ])
  const anchor = path.join(home, 'forged.anchor')
  expect((await world.elevate(['audit', 'checkpoint'], undefined, anchor)).code).toBe(0)
  expect((await world.elevate(['audit', 'verify'], undefined, anchor)).code).toBe(0)
  const strict = await world.elevate(['audit', 'verify', '--witness', witness.vkey], undefined, anchor)
  expect(strict.code).toBe(1)
  const remembered = path.join(home, 'remembered')
  await writeFile(remembered, (await program('--show', ...files())).output)
  const found = await world.elevate(['audit', 'verify', '--checkpoint', remembered], undefined, anchor)
  expect(found.output).toMatch(/are not the ones that the checkpoint of \d+ was signed over/)
  // And the bot, with everything it knows forged, hears it from the witness before it does anything.
  const elevate = await start({ auditAnchorFile: anchor })
  expect(await elevate.world.store.quarantine.current()).toMatchObject({ why: 'rewritten' })
  const shown = await world.elevate(['quarantine'], undefined, anchor)
  expect(shown.output).toContain('the witness witness.test/w1')
})

it('a restore on a new host, where no anchor file is: the witness remembers, and signs no second history after it was confirmed', {
  timeout: 60_000,
}, async () => {
  const fresh = await restoreWorld()
  try {
    const args = ['witness', '--serve', '--port', '0', '--log', fresh.vkey, ...files('w3')]
    const vkey = (await program('--make', 'witness.test/w3', ...files('w3'))).output.trim()
    const third = run('src/cli/main.ts', { args, env })
    const url = /http:\/\/[\d.:]+/.exec(await third.says('listens on'))?.[0] ?? ''
    const witnesses = [{ url, vkey }]
    const before = await fresh.bot({ witnesses })
    await before.stop()
    const backup = await copyOf(fresh.test.databaseUrl)
    const after = await fresh.bot({ witnesses })
    await vi.waitFor(async () => {
      expect((await after.world.store.proof.lastCheckpoint())?.note).toContain('— witness.test/w3 ')
    }, SOON)
    await after.stop()
    await restoreOver(fresh.test.databaseUrl, backup.url)
    const anchor = path.join(home, 'new-host.anchor')
    running = await fresh.bot({ witnesses, auditAnchorFile: anchor })
    expect(await running.world.store.quarantine.current()).toMatchObject({ why: 'restored' })
    const shown = await fresh.elevate(['quarantine'], undefined, anchor)
    const code = /--confirm (\S+)/.exec(shown.output)?.[1] ?? ''
    const done = await fresh.elevate(
      ['quarantine', '--confirm', code, '--reason', 'new host'],
      undefined,
      anchor,
    )
    expect(done.output).toContain('Confirmed')
    await vi.waitFor(async () => {
      expect(await running?.world.store.quarantine.intact()).toBe(true)
    }, SOON)
    await sights.reads(
      fresh.test.simulator.as(SAM),
      SECURITY,
      'The witness witness.test/w3 does not cosign the audit log',
    )
    expect((await fresh.elevate(['audit', 'verify'], undefined, anchor)).code).toBe(0)
    await third.end()
    // The same by hand, from an export that lies somewhere.
    const out = path.join(home, 'export')
    await fresh.elevate(['audit', 'export', '--out', out, '--format', 'tiles'], undefined, anchor)
    const refused = await program('--once', '--from', out, '--log', fresh.vkey, ...files('w3'))
    expect(refused.output).toMatch(/Not cosigned: .* (rewritten|cut or restored)/)
    await program('--make', 'witness.test/w4', ...files('w4'))
    const taken = await program('--once', '--from', out, '--log', fresh.vkey, ...files('w4'))
    expect(taken.output).toContain('— witness.test/w4 ')
    expect(taken.code).toBe(0)
  } finally {
    await running?.stop()
    running = undefined
    await fresh.end()
  }
})

const as = (person: string) => world.test.simulator.as(person)
