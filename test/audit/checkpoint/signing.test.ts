// Signing on a real database: never two truths, not after a crash, a restore, or a rewriting by the database's owner.
import { appendFile, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { anchorFile } from '../../../src/audit/checkpoint/anchor-file.ts'
import { openCheckpoint } from '../../../src/audit/checkpoint/checkpoint.ts'
import { makeSkey, readSkey } from '../../../src/audit/checkpoint/note.ts'
import { checkpointSigner, type Signing } from '../../../src/audit/checkpoint/sign-checkpoint.ts'
import {
  openProofStore,
  openStore,
  type ProofStoreHandle,
  type StoreHandle,
} from '../../../src/store/database/open-store.ts'
import { must } from '../../support/must.ts'
import { type FreshDatabase, freshDatabase, query } from '../../support/postgres.ts'
import { naiveRoot } from '../tree/naive-tree.ts'
import { signer } from './paper-log.ts'
import { addEvents, asSuperuser } from './real-log.ts'

let folder: string
let database: FreshDatabase
let store: StoreHandle
let proof: ProofStoreHandle

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'elevate-signing-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

beforeEach(async () => {
  database = await freshDatabase()
  store = await openStore({ url: database.url, poolSize: 2 })
  proof = await openProofStore({ url: database.url })
  return async () => {
    await Promise.all([store.close(), proof.close()])
    await database.drop()
  }
})

let files = 0
const anewAnchor = () => anchorFile(path.join(folder, `anchor-${++files}`))
const signerWith = (anchor = anewAnchor()) => checkpointSigner({ proof, signer, anchor })
const signed = (signing: Signing) => {
  if (signing.kind !== 'signed') throw new Error(`not signed: ${JSON.stringify(signing)}`)
  return signing
}
const rootNow = async () => {
  const rows = await query<{ leaf_hash: Buffer }>(
    database.url,
    'select leaf_hash from audit.leaf order by index',
  )
  return naiveRoot(rows.map((row) => row.leaf_hash))
}
const notesKept = async () =>
  (await query<{ note: string }>(database.url, 'select note from audit.checkpoint order by size')).map(
    (row) => row.note,
  )

test('what is signed is the size and the root, and it is kept in both places', async () => {
  const anchor = anewAnchor()
  expect(await signerWith(anchor).sign()).toEqual({ kind: 'empty' })
  await addEvents(store, 5)
  const first = signed(await signerWith(anchor).sign())
  expect(openCheckpoint(first.note, [signer.verifier])).toEqual({
    ok: true,
    checkpoint: { origin: 'elevate/audit/test', size: 5, root: await rootNow() },
    signedBy: [signer.verifier],
  })
  expect(first.fresh).toBe(true)
  expect(await notesKept()).toEqual([first.note])
  expect((await anchor.tail()).notes).toEqual([first.note])
  expect((await stat(anchor.path)).mode & 0o077).toBe(0)
})

test('a log that has not grown gets no second checkpoint, one that has grown does, by one signer or by another', async () => {
  const anchor = anewAnchor()
  const one = signerWith(anchor)
  await addEvents(store, 3)
  const first = signed(await one.sign())
  expect(signed(await one.sign())).toEqual({ ...first, fresh: false })
  expect(signed(await signerWith(anchor).sign())).toEqual({ ...first, fresh: false })
  await addEvents(store, 4)
  const second = signed(await one.sign())
  expect(second).toMatchObject({ fresh: true, checkpoint: { size: 7, root: await rootNow() } })
  await addEvents(store, 1)
  const third = signed(await signerWith(anchor).sign())
  expect(await notesKept()).toEqual([first.note, second.note, third.note])
  expect((await anchor.tail()).notes).toEqual([first.note, second.note, third.note])
})

test('replicas that sign at the same moment agree', async () => {
  await addEvents(store, 6)
  const signings = await Promise.all(Array.from({ length: 5 }, () => signerWith().sign()))
  const notes = signings.map((one) => signed(one).note)
  expect(new Set(notes).size).toBe(1)
  expect(signings.filter((one) => signed(one).fresh)).toHaveLength(1)
  expect(await notesKept()).toEqual([notes[0]])
})

test('killed between the anchor file and the database, the next call completes it', async () => {
  await addEvents(store, 4)
  const anchor = anewAnchor()
  const killed = checkpointSigner({
    proof: { ...proof, keepCheckpoint: () => Promise.reject(new Error('killed')) },
    signer,
    anchor,
  })
  await expect(killed.sign()).rejects.toThrow('killed')
  expect(await notesKept()).toEqual([])
  const { note, fresh } = signed(await signerWith(anchor).sign())
  expect(fresh).toBe(true)
  expect((await anchor.tail()).notes).toEqual([note])
  expect(await notesKept()).toEqual([note])
})

test('a note that was torn while it was written is passed over', async () => {
  await addEvents(store, 4)
  const anchor = anewAnchor()
  await signerWith(anchor).sign()
  await addEvents(store, 1)
  const whole = signed(await signerWith(anchor).sign()).note
  const { size } = await stat(anchor.path)
  await truncate(anchor.path, size - 40)
  expect(signed(await signerWith(anchor).sign()).note).toBe(whole)
  expect((await anchor.tail()).notes.at(-1)).toBe(whole)
})

describe('nothing is signed', () => {
  const anchors = { 'by the same process': true, 'by a process that was just started': false }
  for (const [who, same] of Object.entries(anchors)) {
    const world = async () => {
      const anchor = anewAnchor()
      const first = signerWith(anchor)
      await addEvents(store, 10)
      await first.sign()
      await addEvents(store, 10)
      await first.sign()
      return { again: same ? first : signerWith(anchor), kept: await notesKept() }
    }

    test(`after a restore of an older backup, ${who}`, async () => {
      const { again } = await world()
      await asSuperuser(database.url, [
        'delete from audit.secret where index >= 14',
        'delete from audit.body where index >= 14',
        'delete from audit.leaf where index >= 14',
        'delete from audit.checkpoint where size > 14',
      ])
      const refused = await again.sign()
      expect(refused).toMatchObject({ kind: 'refused', why: 'restored', signed: 20, size: 14 })
      expect((refused as { text: string }).text).toContain('14 to 19')
    })

    test(`after a restore that was followed by new events, ${who}`, async () => {
      const { again } = await world()
      await asSuperuser(database.url, [
        'delete from audit.secret where index >= 14',
        'delete from audit.body where index >= 14',
        'delete from audit.leaf where index >= 14',
        'delete from audit.checkpoint where size > 14',
      ])
      await addEvents(store, 20)
      expect(await again.sign()).toMatchObject({ kind: 'refused', why: 'rewritten', signed: 20, size: 34 })
    })

    test(`after the whole log was emptied, ${who}`, async () => {
      const { again } = await world()
      await asSuperuser(database.url, ['truncate audit.body, audit.leaf, audit.checkpoint, audit.secret'])
      expect(await again.sign()).toMatchObject({ kind: 'refused', why: 'restored', signed: 20, size: 0 })
    })
  }

  test('after hashes were recomputed, by a process that was just started', async () => {
    const anchor = anewAnchor()
    await addEvents(store, 20)
    await signerWith(anchor).sign()
    await asSuperuser(database.url, [
      `update audit.leaf set leaf_hash = sha256('forged') where index = 3`,
      'delete from audit.checkpoint',
    ])
    expect(await signerWith(anchor).sign()).toMatchObject({ why: 'rewritten', signed: 20 })
    // The same without the anchor file, as long as the database has its checkpoints.
    expect(signed(await signerWith(anewAnchor()).sign()).kind).toBe('signed')
    await asSuperuser(database.url, [
      `update audit.leaf set leaf_hash = sha256('forged twice') where index = 3`,
    ])
    expect(await signerWith(anewAnchor()).sign()).toMatchObject({ why: 'rewritten', signed: 20 })
  })

  test('when the newest leaf was changed and every trace of its checkpoint removed, by a process that knew it; again and again', async () => {
    const anchor = anewAnchor()
    const first = signerWith(anchor)
    await addEvents(store, 5)
    await first.sign()
    await asSuperuser(database.url, [
      `update audit.leaf set leaf_hash = sha256('forged') where index = 4`,
      'delete from audit.checkpoint',
    ])
    await rm(anchor.path)
    await addEvents(store, 1)
    for (let n = 0; n < 3; n += 1) expect(await first.sign()).toMatchObject({ why: 'rewritten', signed: 5 })
    expect(await notesKept()).toEqual([])
  })

  test('when a leaf is missing in the middle', async () => {
    await addEvents(store, 5)
    await asSuperuser(database.url, ['delete from audit.leaf where index = 2'])
    expect(await signerWith().sign()).toMatchObject({ kind: 'refused', why: 'rewritten', signed: 2 })
  })

  test('with the key of another log, or beside an anchor file of another log', async () => {
    const other = must(readSkey(makeSkey('elevate/audit/test')))
    const anchor = anewAnchor()
    await addEvents(store, 5)
    await signerWith(anchor).sign()
    await addEvents(store, 1)
    expect(await checkpointSigner({ proof, signer: other, anchor: anewAnchor() }).sign()).toMatchObject({
      kind: 'refused',
      why: 'foreign',
    })
    await asSuperuser(database.url, ['delete from audit.checkpoint'])
    expect(await checkpointSigner({ proof, signer: other, anchor }).sign()).toMatchObject({ why: 'foreign' })
    await writeFile(anchor.path, 'nonsense\n')
    expect(await signerWith(anchor).sign()).toMatchObject({ why: 'foreign' })
    expect(await notesKept()).toEqual([])
  })
})

test('a long anchor file is read from its end', async () => {
  const anchor = anewAnchor()
  await addEvents(store, 2)
  const { note } = signed(await signerWith(anchor).sign())
  for (let n = 0; n < 50; n += 1) await appendFile(anchor.path, `${note}\n`.repeat(20))
  await addEvents(store, 1)
  const newest = signed(await signerWith(anchor).sign()).note
  const { notes } = await anchor.tail()
  expect(notes.length).toBeLessThan(500)
  expect(notes.at(-1)).toBe(newest)
  expect(new Set(notes)).toEqual(new Set([note, newest]))
})

test('the application’s login can sign and note where it was posted', async () => {
  await addEvents(store, 1)
  const { checkpoint } = signed(await signerWith().sign())
  await proof.notePosted(checkpoint.size, { channel: 'C1', ts: '1.2' })
  const [row] = await query<{ posted: unknown }>(database.url, 'select posted from audit.checkpoint')
  expect(row?.posted).toEqual([{ channel: 'C1', ts: '1.2' }])
})
