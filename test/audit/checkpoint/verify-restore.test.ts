// A restore is what a cut or a rewriting looks like, but for the signature of somebody who has seen the difference.
import { describe, expect, test } from 'vitest'
import { signRotation } from '../../../src/audit/checkpoint/key-history.ts'
import { makeSkey, readSkey, type Signer } from '../../../src/audit/checkpoint/note.ts'
import { MAX_ABANDONED, openRestore, signRestore } from '../../../src/audit/checkpoint/restore-statement.ts'
import { verifyLog } from '../../../src/audit/checkpoint/verify.ts'
import { cosign, makeWitnessKey, readWitnessKey } from '../../../src/audit/witness/cosignature.ts'
import { canonicalJson } from '../../../src/core/json.ts'
import { must } from '../../support/must.ts'
import { leafOf } from '../tree/naive-tree.ts'
import { keys, lie, of, verify } from './attacks.ts'
import { aLeaf, PaperLog, signer } from './paper-log.ts'

const KEPT = 14
const next = must(readSkey(makeSkey('elevate/audit/test')))
const gone = ([note]: readonly string[]) => ({
  size: Number(must(note).split('\n')[1]),
  root: Buffer.from(must(must(note).split('\n')[2]), 'base64'),
})

/** Restored to `KEPT` events; `sizes` of the line before were signed, and posted. */
function restored(sizes: readonly number[], by: Signer | null = signer) {
  const before = PaperLog.of(60)
  const posted = sizes.map((size) => before.note(size))
  const log = new PaperLog()
  log.leaves = before.leaves.slice(0, KEPT)
  const gone = sizes.filter((size) => size > KEPT).map((size) => ({ size, root: before.root(size) }))
  if (by)
    for (const statement of signRestore({ size: KEPT, root: log.root(KEPT) }, gone, by))
      log.leaves.push(saying('checkpoint.abandoned', statement, log.leaves.length))
  while (log.leaves.length < 30) log.leaves.push(aLeaf(log.leaves.length, `new ${log.leaves.length}`))
  log.notes = [log.note(10), log.note(30)]
  return { log, posted, before }
}

function saying(type: string, statement: string, index: number) {
  const { reason_c: _, ...said } = JSON.parse(must(aLeaf(index).bytes)) as Record<string, string>
  const bytes = canonicalJson({ ...said, type, detail: { statement } })
  const leaf = aLeaf(index)
  return { ...leaf, bytes, leafHash: leafOf(bytes), texts: [], columns: { ...leaf.columns, type } }
}

describe('a restored log', () => {
  for (const [where, sizes] of Object.entries({
    'right after what was kept': [15],
    'in the middle of the new line': [20, 25],
    'at the very size of a new checkpoint': [30],
    'beyond the end of the new line': [40, 60],
  }))
    test(`is all right when it was confirmed, and is not when it was not: checkpoints ${where}`, async () => {
      const good = restored(sizes)
      const report = await verify(good.log, [...good.posted, good.before.note(12)])
      expect(report.faults).toEqual([])
      expect(report).toMatchObject({
        ok: true,
        proven: 30,
        restores: [{ kept: KEPT, abandoned: sizes.length }],
      })
      const bad = restored(sizes, null)
      const found = await verify(bad.log, bad.posted)
      expect(found.ok).toBe(false)
      expect(found.restores).toEqual([])
    })

  test('that only the owner of the database has confirmed is not', async () => {
    const mallory = must(readSkey(makeSkey('elevate/audit/test')))
    const { log, posted } = restored([20, 40], mallory)
    const report = await verify(log, posted)
    expect(report.ok).toBe(false)
    expect(of('truncated', report)).toHaveLength(1)
  })

  test('is confirmed for the checkpoints that were seen, and for no other', async () => {
    const { log, posted, before } = restored([20, 40])
    expect((await verify(log, [...posted, before.note(22)])).ok).toBe(false)
    const third = PaperLog.of(60)
    expect((await verify(log, [...posted, third.note(20)])).ok).toBe(false)
  })

  test('is not confirmed by a key that was replaced before', async () => {
    for (const [by, ok] of [
      [signer, false],
      [next, true],
    ] as const) {
      const { log, posted } = restored([20], null)
      log.leaves[14] = saying('key.rotated', signRotation(signer, next), 14)
      const [statement = ''] = signRestore({ size: KEPT, root: log.root(KEPT) }, [gone(posted)], by)
      log.leaves[15] = saying('checkpoint.abandoned', statement, 15)
      log.notes = [log.note(10), log.note(30, next)]
      expect(await verify(log, posted)).toMatchObject({ ok, handovers: [{ index: 14, lost: false }] })
    }
  })

  test('is found out like any other when it is changed afterwards', async () => {
    const { log, posted } = restored([20, 40])
    const kept = log.note(30)
    lie(log, 18)
    expect(of('changed', await verify(log, posted)).map((fault) => fault.index)).toEqual([18])
    log.recompute()
    const report = await verify(log, [...posted, kept])
    expect(report.faults.map((fault) => fault.kind)).toContain('rewritten')
    // Cut once more, with the old confirmation left where it is: that speaks only of what was lost then.
    const cut = restored([20, 40])
    const newest = cut.log.note(30)
    cut.log.leaves = cut.log.leaves.slice(0, 20)
    cut.log.notes = []
    expect(of('truncated', await verify(cut.log, [...cut.posted, newest]))).toMatchObject([
      { index: 20, before: 30 },
    ])
  })
})

test('a statement says what was signed, in as many notes as it takes, and is no checkpoint', () => {
  const gone = Array.from({ length: MAX_ABANDONED + 3 }, (_, at) => ({
    size: 20 + at,
    root: Buffer.alloc(32, at),
  }))
  const notes = signRestore({ size: 14, root: Buffer.alloc(32) }, gone, signer)
  expect(notes).toHaveLength(2)
  for (const note of notes) expect(JSON.stringify(note).length).toBeLessThan(60_000)
  const read = notes.flatMap((note) => must(openRestore(note, keys)).statement.abandoned)
  expect(read).toEqual(gone)
  const [note = ''] = notes
  expect(openRestore(note.replace('kept 14', 'kept 15'), keys)).toBeUndefined()
  expect(openRestore(PaperLog.of(3).note(3), keys)).toBeUndefined()
})

describe('with a witness', () => {
  const witness = must(readWitnessKey(makeWitnessKey('w.example/1')))
  const cosigned = (note: string) =>
    `${note}${cosign(note.slice(0, note.indexOf('\n\n') + 1), 1_700_000_000, witness)}`
  const asked = (log: PaperLog, given: readonly string[] = []) =>
    verifyLog({ source: log.source(), keys, given, witnesses: [witness.verifier] })

  test('it is said how far it has seen the log, and nothing is right without it', async () => {
    const log = PaperLog.of(60, [10, 50])
    expect(of('unwitnessed', await asked(log))).toHaveLength(1)
    log.notes = [cosigned(log.note(10)), log.note(50)]
    expect(await asked(log)).toMatchObject({
      ok: true,
      proven: 50,
      witnessed: [{ name: 'w.example/1', size: 10 }],
    })
  })

  test('a log that was signed again with its own key is found: the fork contradicts the cosigned checkpoint', async () => {
    const log = PaperLog.of(60)
    const remembered = cosigned(log.note(50))
    lie(log, 20)
    log.recompute()
    log.notes = [log.note(10), log.note(50), log.note(60)]
    expect((await verify(log)).ok).toBe(true)
    const report = await asked(log, [remembered])
    expect(of('contradiction', report)).toMatchObject([{ checkpoint: 50 }])
    expect(of('rewritten', report)).toMatchObject([{ checkpoint: 50 }])
    expect(of('unwitnessed', report)).toHaveLength(1)
  })

  test('a cosignature that was put on another checkpoint is a fault', async () => {
    const log = PaperLog.of(60)
    const line = cosigned(log.note(10)).slice(log.note(10).length)
    log.notes = [`${log.note(50)}${line}`]
    expect((await asked(log)).faults.map((fault) => fault.text)).toContainEqual(
      expect.stringContaining('the cosignature of w.example/1 on the checkpoint of 50 events is wrong'),
    )
  })
})
