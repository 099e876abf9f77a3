// A folder of evidence over a log whose key was replaced: an outsider who has the first key needs no other.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { signCheckpoint } from '../../../src/audit/checkpoint/checkpoint.ts'
import { readSkey } from '../../../src/audit/checkpoint/note.ts'
import { evidenceCommand } from '../../../src/cli/log/evidence.ts'
import { audit, ran } from '../../cli/audit-program.ts'
import { type AuditWorld, auditWorld } from '../../cli/audit-world.ts'
import { goIsHere, goProgram } from '../../support/go.ts'
import { must } from '../../support/must.ts'
import { addEvents } from '../checkpoint/real-log.ts'

vi.setConfig({ testTimeout: 60_000 })

let world: AuditWorld
let file: string

const goHere = goIsHere()
let scratch: string
let comparedWithGo = 0

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'elevate-go-'))
  if (goHere) await goProgram('src/audit/evidence', path.join(scratch, 'verify'))
}, 120_000)
afterAll(() => rm(scratch, { recursive: true, force: true }))

beforeEach(async () => {
  world = await auditWorld()
  file = must(world.env.ELEVATE_AUDIT_KEY_FILE)
})
afterEach(() => world.end())

async function rotate(...more: string[]): Promise<string> {
  const { code, out, err } = await audit(world.env, ['key', '--rotate', ...more])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  await addEvents(world.store, 5)
  await audit(world.env, ['checkpoint'])
  return must(out.split('\n')[0])
}

async function made(name: string): Promise<string> {
  const out = world.out(name)
  const days = ['--from', '2026-01-01', '--to', '2100-01-01']
  const { code, err } = await ran(evidenceCommand(), world.env, [...days, '--out', out])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
}

/** Our verifier and, where Go is, the one in the folder; both must say the same. */
async function checked(folder: string, ...keys: string[]): Promise<{ ok: boolean; said: string }> {
  const given = keys.flatMap((key) => ['--vkey', key])
  const ours = await audit({}, ['verify', '--evidence', folder, ...given])
  if (goHere) {
    const go = await promisify(execFile)(path.join(scratch, 'verify'), [keys.join(','), folder]).then(
      () => 0,
      () => 1,
    )
    expect(go, ours.out).toBe(ours.code)
    comparedWithGo += 1
  }
  return { ok: ours.code === 0, said: ours.out }
}

test('a verifier with the first key follows the log from key to key, and finds each with its part of the log', async () => {
  const { vkey: first } = await world.signedLog()
  const second = await rotate('--reason', 'yearly')
  const third = await rotate()
  const folder = await made('good')
  expect(await readFile(path.join(folder, 'vkey'), 'utf8')).toBe(`${first}\n${second}\n${third}\n`)
  const stretches = (await readFile(path.join(folder, 'keys.csv'), 'utf8')).trimEnd().split('\r\n')
  expect(stretches).toEqual([
    '"key","since_event","until_event","how"',
    `"${first}","0","22","first"`,
    `"${second}","22","28","handed over"`,
    `"${third}","28","","handed over"`,
  ])
  expect(await readFile(path.join(folder, 'README.txt'), 'utf8')).toContain(`(handed over at event 28)`)
  for (const keys of [[first], [first, third], [first, second, third]]) {
    const { ok, said } = await checked(folder, ...keys)
    expect(said).toContain('every event in it is proven')
    expect(said).toMatch(/At event 22 the key was replaced[\s\S]*At event 28 the key was replaced/)
    expect(ok).toBe(true)
  }
  for (const key of [second, third]) {
    const { ok, said } = await checked(folder, key)
    expect(said).toMatch(/checkpoint of 12 events cannot count .*no known key has signed it/)
    expect(ok).toBe(false)
  }
})

test('the handover is in the folder whatever the period, and without it the first key leads nowhere', async () => {
  const { vkey } = await world.signedLog()
  await rotate('--reason', 'yearly')
  const out = world.out('later')
  const days = ['--from', '2099-01-01', '--to', '2100-01-01']
  await ran(evidenceCommand(), world.env, [...days, '--out', out])
  expect((await checked(out, vkey)).ok).toBe(true)
  await rm(path.join(out, 'events/0/22.json'))
  const { ok, said } = await checked(out, vkey)
  expect(said).toMatch(/events\/0\/22\.json is missing[\s\S]*no known key has signed it/)
  expect(ok).toBe(false)
})

test('a key that replaced a lost one is accepted only by verifiers who were given it', async () => {
  const { vkey } = await world.signedLog()
  await rm(file)
  const next = await rotate('--lost', '--former', vkey, '--reason', 'disk')
  const folder = await made('lost')
  expect(await readFile(path.join(folder, 'keys.csv'), 'utf8')).toContain(`"${next}","22","","lost"`)
  const both = await checked(folder, vkey, next)
  expect(both.said).toMatch(/At event 22 another key takes over, and the one before did NOT sign that/)
  expect(both.ok).toBe(true)
  const one = await checked(folder, vkey)
  expect(one.said).toContain(
    `event 22 says that the key ${next} follows, but the key before it did not sign that`,
  )
  expect(one.ok).toBe(false)
})

test('a key that was replaced signs nothing more: a newer log under it is refused', async () => {
  const { vkey } = await world.signedLog()
  const old = await readFile(file, 'utf8')
  await rotate()
  const folder = await made('good')
  // A thief of the old key signs the newest checkpoint himself, and puts it under every proof.
  const thief = must(readSkey(must(old.split('\n')[0])))
  const bad = world.out('bad')
  await cp(folder, bad, { recursive: true })
  const newest = await readFile(path.join(bad, 'log/checkpoint'), 'utf8')
  const [, size, root = ''] = newest.split('\n')
  const forged = signCheckpoint(Number(size), Buffer.from(root, 'base64'), thief)
  const swap = async (name: string) => {
    const text = await readFile(path.join(bad, name), 'utf8')
    expect(text).toContain(newest)
    await writeFile(path.join(bad, name), text.replace(newest, forged))
  }
  await swap('log/checkpoint')
  await swap('log/checkpoints')
  const { stdout } = await promisify(execFile)('find', ['events', '-name', '*.tlog-proof'], { cwd: bad })
  for (const name of stdout.trim().split('\n')) await swap(name)
  await promisify(execFile)(
    'sh',
    [
      '-c',
      'find . -type f ! -name MANIFEST.sha256 | cut -c3- | xargs sha256sum > MANIFEST.new; mv MANIFEST.new MANIFEST.sha256; sed -i "/MANIFEST.new/d" MANIFEST.sha256',
    ],
    { cwd: bad },
  )
  const { ok, said } = await checked(bad, vkey)
  expect(said).toContain('its key was replaced by another one at event 22')
  expect(ok).toBe(false)
})

test.skipIf(!goHere)('Go’s own code says the same of each of these folders', () => {
  expect(comparedWithGo).toBeGreaterThan(0)
})
