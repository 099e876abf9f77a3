/** The running bot signs its log, posts what it signed, and notices when the log is not the one it signed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Elevate } from '../../src/app.ts'
import { notesIn, openCheckpoint } from '../../src/audit/checkpoint/checkpoint.ts'
import type { Verifier } from '../../src/audit/checkpoint/note.ts'
import { openSigningKey } from '../../src/audit/checkpoint/signing-key.ts'
import { postDigest } from '../../src/operations/log/post-digest.ts'
import { freshDatabase } from '../support/postgres.ts'
import { ADA, SAM, SECURITY } from '../support/workspace.ts'
import { type TestWorld, testWorld, wireUnpaced } from '../support/world.ts'
import { types } from './sights.ts'

let test: TestWorld
let home: string
let key: Verifier

beforeAll(async () => {
  test = await testWorld()
  home = await mkdtemp(path.join(tmpdir(), 'elevate-signing-'))
  const made = await openSigningKey(path.join(home, 'audit.key'), 'elevate.test/audit')
  if (!made.ok) throw new Error(made.fault)
  key = made.signer.verifier
})

afterAll(async () => {
  await test?.[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

async function signingBot(databaseUrl = test.databaseUrl): Promise<Elevate> {
  const files = {
    auditKeyFile: path.join(home, 'audit.key'),
    auditAnchorFile: path.join(home, 'audit.anchor'),
  }
  const elevate = await wireUnpaced(
    { ...test.environment, databaseUrl, ...files },
    {
      ORDERS_DB_URL: test.target.orders.botUrl,
    },
  )
  await elevate.start()
  return elevate
}

const inSecurity = (text: RegExp) =>
  test.simulator.as(SAM).see((view) => {
    const seen = view.channels.find((one) => one.id === SECURITY)?.messages ?? []
    return seen.find((one) => text.test(one.text))
  })

it('the checkpoint that is posted with the digest is the one that was signed, to the letter', async () => {
  const elevate = await signingBot()
  const to = await elevate.world.store.reads.now()
  await postDigest(elevate.world, new Date(to.getTime() - 1000), to)
  const posted = await inSecurity(/signed checkpoint/)
  const pasted = JSON.parse(`"${/"text":"(elevate\.test[^"]*)"/.exec(JSON.stringify(posted.blocks))?.[1]}"`)
  const [note = ''] = await Array.fromAsync(notesIn([pasted]))
  const kept = await vi.waitFor(() => elevate.world.store.proof.lastCheckpoint())
  expect(note).toBe(kept?.note)
  expect(openCheckpoint(note, [key])).toMatchObject({ ok: true, checkpoint: { size: kept?.size } })
  await elevate.stop()
})

it('anyone can see the last checkpoint; only security can have it posted', async () => {
  const elevate = await signingBot()
  const kept = await vi.waitFor(async () => {
    const last = await elevate.world.store.proof.lastCheckpoint()
    if (!last) throw new Error('nothing is signed yet')
    return last
  })
  const line = kept.note.split('\n')[2] ?? ''
  const as = (person: string) => test.simulator.as(person)
  expect(await types(as(ADA), 'audit checkpoint')).toContain(line)
  expect(await types(as(ADA), 'audit checkpoint post')).toContain('Security may post')
  expect(await types(as(ADA), 'audit checkpoint orders-db')).toContain('/elevate audit checkpoint post')
  expect(await types(as(SAM), 'audit checkpoint post')).toContain('being posted to the security channel')
  await vi.waitFor(async () => {
    const posted = await test.rows<{ posted: { channel: string }[] }>('select posted from audit.checkpoint')
    expect(
      posted.flatMap((row) => row.posted).filter((one) => one.channel === SECURITY).length,
    ).toBeGreaterThan(0)
  })
  await elevate.stop()
})

it('a database from before the last checkpoint is not signed, and security is notified', async () => {
  // As after a restore: the bot's key and anchor file are those of today, the database knows nothing of it.
  await using older = await freshDatabase()
  const elevate = await signingBot(older.url)
  await inSecurity(/elevate is in quarantine/)
  expect(await elevate.world.store.proof.lastCheckpoint()).toBeUndefined()
  await elevate.stop()
})
