/** What the story leaves for an auditor, after a shorter story. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { theAuditor } from '../../demo/auditor.ts'
import { openSession } from '../../demo/session.ts'
import { Teller } from '../../demo/teller.ts'
import { type Demo, startDemo } from '../../demo/world.ts'
import { readVkey } from '../../src/audit/checkpoint/note.ts'
import { verifyPack } from '../../src/audit/evidence/verify-pack.ts'
import { postDigest } from '../../src/operations/log/post-digest.ts'
import { said } from '../support/asking.ts'
import { goIsHere } from '../support/go.ts'
import { must } from '../support/must.ts'
import { ADA, SAM, SECURITY } from '../support/workspace.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 })

let demo: Demo
let out: string
const output: string[] = []

beforeAll(async () => {
  out = mkdtempSync(path.join(tmpdir(), 'elevate-story-'))
  demo = await startDemo({ out })
  await demo.simulator.as(ADA).command('orders-db read 1m for the auditor')
  const { world } = demo.elevate
  await demo.sign()
  const to = await world.store.reads.now()
  await postDigest(world, new Date(to.getTime() - 60_000), to)
  await said(demo.simulator, SAM, SECURITY, /signed checkpoint/)
})
afterAll(async () => {
  await demo?.stop()
  rmSync(out, { recursive: true, force: true })
})

it('key, posted checkpoints, the log in four formats and the evidence, each of which holds', async () => {
  const judge = await openSession(demo.orders.superuserUrl)
  const teller = new Teller(judge)
  const write = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((piece) => Boolean(output.push(String(piece))))
  try {
    await theAuditor(demo, teller, out)
  } finally {
    write.mockRestore()
    await judge.close()
  }
  expect(teller.failed).toEqual([])
  const folder = path.join(out, 'auditor')
  expect(readdirSync(folder).sort()).toEqual(['checkpoints-as-posted.txt', 'evidence', 'log', 'vkey'])
  expect(readdirSync(path.join(folder, 'log'))).toEqual(
    expect.arrayContaining([
      'checkpoint',
      'checkpoints',
      'events.csv',
      'events.jsonl',
      'events.ocsf.jsonl',
      'tile',
      'vkey',
    ]),
  )
  const vkey = readFileSync(path.join(folder, 'vkey'), 'utf8').trim()
  const keys = [must(readVkey(vkey))]
  expect(await verifyPack(path.join(folder, 'evidence'), keys)).toMatchObject({ ok: true })
  expect(readFileSync(path.join(folder, 'checkpoints-as-posted.txt'), 'utf8')).toContain(
    '— elevate.demo/audit ',
  )
  expect(output.join('')).toMatch(/✓ the log, \d+ events, is what was signed and posted in Slack/)
  expect(output.join('')).toMatch(/✓ each of the \d+ events in the evidence is proven/)
})

it.skipIf(!goIsHere())('each of them is proven by Go’s own code too', () => {
  expect(output.join('')).toMatch(/✓ Go’s own code agrees: .* \d+ events are proven/)
})

it('a log that was touched on its way is not what was signed', async () => {
  const folder = path.join(out, 'auditor/evidence')
  const found = await verifyPack(folder, [])
  expect(found.ok).toBe(false)
  expect(found.faults.join('\n')).toContain('no known key has signed it')
})
