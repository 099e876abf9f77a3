/** Security has evidence made from Slack: sent to whoever asked, to nobody else, and checked with the key alone. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import type { Verifier } from '../../src/audit/checkpoint/note.ts'
import { openSigningKey } from '../../src/audit/checkpoint/signing-key.ts'
import { verifyPack } from '../../src/audit/evidence/verify-pack.ts'
import { approve, said } from '../support/asking.ts'
import { ADA, BEN, ORDERS, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld, wireUnpaced } from '../support/world.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let world: TestWorld
let home: string
let key: Verifier
let bot: Elevate | undefined

const today = new Date().toISOString().slice(0, 10)
const as = (person: string) => world.simulator.as(person)
const exported = async () =>
  (await world.events()).map((event) => JSON.parse(event.bytes)).filter((said) => said.type === 'export.made')

beforeAll(async () => {
  world = await testWorld()
  home = await mkdtemp(path.join(tmpdir(), 'elevate-evidence-slack-'))
  const made = await openSigningKey(path.join(home, 'audit.key'), 'elevate.test/audit')
  if (!made.ok) throw new Error(made.fault)
  key = made.signer.verifier
})
afterAll(async () => {
  await bot?.stop()
  await world?.[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

it('without a signed log there is no evidence, and the answer says what is missing', async () => {
  const unsigned = await world.bot()
  await as(SAM).command(`/elevate audit evidence ${today} ${today}`)
  await said(world.simulator, SAM, ORDERS, 'The log is not signed')
  await unsigned.stop()
})

it('security gets the folder in a direct message, and everything in it is proven', async () => {
  const files = {
    auditKeyFile: path.join(home, 'audit.key'),
    auditAnchorFile: path.join(home, 'audit.anchor'),
  }
  bot = await wireUnpaced(
    { ...world.environment, ...files },
    {
      ORDERS_DB_URL: world.target.orders.botUrl,
    },
  )
  await bot.start()
  await as(ADA).command('orders-db read 30m for the auditor')
  await approve(world.simulator, 'for the auditor')
  await as(ADA).command('orders-db read 30m once more')
  // What is not signed yet is not in it: wait for the next checkpoint.
  const size = (await world.events()).length
  await vi.waitFor(
    async () => expect((await bot?.world.store.proof.lastCheckpoint())?.size).toBeGreaterThanOrEqual(size),
    { timeout: 30_000, interval: 200 },
  )
  await as(SAM).command(`/elevate audit evidence ${today} ${today}`)
  await said(world.simulator, SAM, ORDERS, 'The evidence of 1 grant is in your direct messages with elevate.')
  const withFile = await as(SAM).see(
    () =>
      as(SAM)
        .messages('dm')
        .find((one) => one.files.length > 0),
    {
      what: 'a file in the direct messages',
    },
  )
  const [file] = withFile.files
  expect(file?.name).toBe(`evidence-${today}-${today}.tar.gz`)
  await said(
    world.simulator,
    SAM,
    'dm',
    /Evidence of access, .* UTC: 1 grant and \d+ events, each with its proof\./,
  )

  await mkdir(path.join(home, 'got'))
  await writeFile(path.join(home, 'got.tar.gz'), as(SAM).download(file?.id ?? ''))
  await promisify(execFile)('tar', ['-xzf', '../got.tar.gz'], { cwd: path.join(home, 'got') })
  const folder = path.join(home, 'got', `evidence-${today}-${today}`)
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['README.txt', 'MANIFEST.sha256', 'grants', 'verify.go']),
  )
  await promisify(execFile)('sha256sum', ['--quiet', '--check', 'MANIFEST.sha256'], { cwd: folder })
  const found = await verifyPack(folder, [key])
  expect(found).toMatchObject({ ok: true, grants: 1, faults: [] })
  expect(await readFile(path.join(folder, 'grants/G-1.txt'), 'utf8')).toContain('for the auditor')
  expect(await exported()).toMatchObject([
    { actor: { kind: 'person', id: SAM }, detail: { formats: ['evidence'], manifest: found.manifest } },
  ])
})

it('nobody else sees it, and nobody else can have it made', async () => {
  const [file] = as(SAM)
    .messages('dm')
    .flatMap((one) => one.files)
  expect(() => as(BEN).download(file?.id ?? '')).toThrow(/sees no file/)
  expect(
    [ORDERS, SECURITY].flatMap((channel) => as(SAM).messages(channel)).flatMap((one) => one.files),
  ).toEqual([])
  for (const person of [ADA, BEN]) {
    await as(person).command(`/elevate audit evidence ${today} ${today}`)
    await said(world.simulator, person, ORDERS, 'only security can have it made')
  }
  expect(await exported()).toHaveLength(1)
})

it('a time that is none is refused in words, and the folder keeps to a target and a person', async () => {
  const ask = async (typed: string, says: string | RegExp) => {
    await as(SAM).command(`/elevate audit evidence ${typed}`)
    await said(world.simulator, SAM, ORDERS, says)
  }
  await ask('', 'Write /elevate audit evidence 2026-11-01 2026-11-30')
  await ask('2026-11-31 2026-12-01', '“2026-11-31” is not a moment')
  await ask('2026-11-20 2026-11-19', 'The time ends before it begins')
  await ask(`${today} ${today} orders-own`, 'The evidence of 0 grants')
  expect((await exported()).at(-1)).toMatchObject({ target: 'orders-own' })
})
