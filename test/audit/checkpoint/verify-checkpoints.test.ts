// What verification makes of checkpoints: near ones, foreign ones, contradicting ones, and those that come while it reads.
import { expect, test } from 'vitest'
import { makeSkey, readSkey } from '../../../src/audit/checkpoint/note.ts'
import { verifyLog } from '../../../src/audit/checkpoint/verify.ts'
import { databaseSource } from '../../../src/audit/tree/log-source.ts'
import { must } from '../../support/must.ts'
import { ANCHOR, honest, keys, lie, of, SIZE, verify } from './attacks.ts'
import { aLeaf, PaperLog } from './paper-log.ts'

test('the more checkpoints there are, the closer a rewriting is located', async () => {
  const log = honest()
  const posted = [12, 30, ANCHOR].map((size) => log.note(size))
  lie(log, 20)
  log.recompute()
  const report = await verify(log, posted)
  expect(report.proven).toBe(12)
  expect(of('rewritten', report)[0]).toMatchObject({ index: 12, before: 30, checkpoint: 30 })
  expect(report.checkpoints).toEqual({ good: 3, given: 1, bad: 4 })
})

test('a rewritten log cannot be signed: checkpoints of another key, or invented ones, do not count', async () => {
  const mallory = must(readSkey(makeSkey('elevate/audit/test')))
  const log = honest()
  const posted = log.note(ANCHOR)
  lie(log, 20)
  log.recompute()
  log.notes = [log.note(ANCHOR, mallory), 'elevate/audit/test\n60\nAAAA\n\n— elevate/audit/test AAAA\n']
  const report = await verify(log, [posted])
  expect(of('checkpoint', report)).toHaveLength(2)
  expect(of('rewritten', report)[0]).toMatchObject({ checkpoint: ANCHOR })
  const alone = await verify(log)
  expect(alone.faults.map((fault) => fault.kind)).toContain('unproven')
})

test('a checkpoint in the name of another log does not count, although its key is believed and its root is right', async () => {
  const other = must(readSkey(makeSkey('another/log')))
  const log = honest()
  const foreign = log.note(50, other)
  const alone = PaperLog.of(SIZE)
  const mixed = { source: log.source(), keys: [...keys, other.verifier] }
  expect((await verifyLog({ ...mixed, given: [log.note(50), foreign] })).faults).toMatchObject([
    { kind: 'checkpoint', checkpoint: 50 },
  ])
  expect(of('unproven', await verify(alone, [foreign]))).toHaveLength(1)
})

test('a log that grows and is signed while it is read is all right', async () => {
  const log = PaperLog.of(20, [10, 20])
  const kept = log.notes.map((note) => ({ size: Number(note.split('\n')[1]), note }))
  let grown = false
  const source = await databaseSource({
    lastCheckpoint: async () => kept[grown ? 1 : 0],
    leaves: async (from, limit) => log.leaves.slice(0, 12).slice(from, from + limit),
    checkpoints: async (above) => kept.filter((one) => one.size > above),
  })
  grown = true
  expect(await verifyLog({ source, keys })).toMatchObject({ ok: true, size: 12, proven: 10 })
})

test('two signed checkpoints of one size that contradict each other are named, whichever the log agrees with', async () => {
  const log = honest()
  const other = honest()
  other.leaves[3] = aLeaf(3, 'shown to somebody else')
  const report = await verify(log, [other.note(ANCHOR)])
  expect(of('contradiction', report)).toMatchObject([{ checkpoint: ANCHOR }])
})

test('the limit: what was done after the last checkpoint, and consistently, is not found', async () => {
  const log = honest()
  const posted = log.note(ANCHOR)
  log.edit(ANCHOR + 3, (said) => {
    said.target = 'nothing-to-see'
  })
  log.recompute()
  log.at(ANCHOR + 3).columns = { ...log.at(ANCHOR + 3).columns, target: 'nothing-to-see' }
  expect(await verify(log, [posted])).toMatchObject({ ok: true, proven: ANCHOR })
})
