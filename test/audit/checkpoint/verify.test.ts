// The attack table: whatever is done to the log below the last checkpoint that was kept elsewhere is found, and said
// where. Positions are random; every attacker owns the whole database, and only lacks the key and the channel.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { verifyLog } from '../../../src/audit/checkpoint/verify.ts'
import { must } from '../../support/must.ts'
import { ANCHOR, ATTACKS, honest, lie, of, SIGNED, SIZE, verify } from './attacks.ts'
import { PaperLog, signer } from './paper-log.ts'

test('an honest log is all right, and it is said how far it is proven', async () => {
  const log = honest()
  const report = await verify(log, [log.note(ANCHOR)])
  expect(report).toEqual({
    ok: true,
    size: SIZE,
    root: log.root(SIZE).toString('base64'),
    origin: 'elevate/audit/test',
    checkpoints: { good: 5, given: 1, bad: 0 },
    proven: ANCHOR,
    texts: SIZE,
    erased: 0,
    restores: [],
    handovers: [],
    witnessed: [],
    faults: [],
    more: 0,
  })
})

test('honest logs of every size with checkpoints anywhere are all right', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(40), fc.uniqueArray(fc.nat(40)), async (size, sizes) => {
      const at = [...sizes.filter((one) => one <= size), size].sort((a, b) => a - b)
      const report = await verify(PaperLog.of(size, [...new Set(at)]))
      expect(report.faults).toEqual([])
      expect(report.proven).toBe(size)
    }),
    { numRuns: 40 },
  )
})

test('a log without any checkpoint is not proven, however well it comes out', async () => {
  const report = await verify(PaperLog.of(SIZE))
  expect(report.ok).toBe(false)
  expect(report.faults.map((fault) => fault.kind)).toEqual(['unproven'])
  expect((await verify(new PaperLog())).ok).toBe(false)
})

test('a text that is gone is a fault, unless a later event says that it was erased', async () => {
  const log = PaperLog.of(20)
  for (const at of [3, 7]) log.at(at).texts = []
  log.edit(12, (said) => {
    said.type = 'privacy.erased'
    said.detail = { erased: ['3:reason', '9:reason', 'nonsense', 4] }
  })
  log.at(12).columns = {}
  log.recompute()
  log.sign(20)
  const report = await verify(log)
  expect(report).toMatchObject({ ok: false, texts: 18, erased: 1 })
  expect(report.faults).toEqual([
    {
      kind: 'text-gone',
      text: 'a private text of event 7 (reason) is gone, and no event says that it was erased',
      index: 7,
    },
  ])
  // An event before it cannot have erased it.
  const early = PaperLog.of(20)
  early.at(15).texts = []
  early.edit(12, (said) => {
    said.type = 'retention.applied'
    said.detail = { erased: ['15:reason'] }
  })
  early.at(12).columns = {}
  early.recompute()
  early.sign(20)
  expect(of('text-gone', await verify(early)).map((fault) => fault.index)).toEqual([15])
})

test('an export that carries no texts says nothing of those that are missing', async () => {
  const log = honest()
  for (const leaf of log.leaves) leaf.texts = []
  const source = { ...log.source(), hasTexts: false }
  expect(await verifyLog({ source, keys: [signer.verifier] })).toMatchObject({ ok: true, texts: 0 })
})

describe('found at any place below the anchor, when', () => {
  for (const [what, { does, shows, exact, from = 0 }] of Object.entries(ATTACKS)) {
    for (const kept of [true, false]) {
      test(`${what}${kept ? '' : ', and every checkpoint in the database is deleted'}`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: from, max: ANCHOR - 1 }), async (at) => {
            const log = honest()
            const posted = log.note(ANCHOR)
            does(log, at)
            if (!kept) log.notes = []
            const report = await verify(log, [posted])
            expect(report.ok).toBe(false)
            const places = of(shows, report).map(({ index = -1, before = index + 1 }) => ({ index, before }))
            if (exact) expect(places.map((one) => one.index)).toContain(at)
            // Begun anew, and so short that the anchor lies beyond the end.
            else if (places.length === 0) expect(of('truncated', report)).toHaveLength(1)
            else expect(places.some((one) => one.index <= at && at < one.before)).toBe(true)
            if (!exact && log.leaves.length >= ANCHOR) expect(places).not.toEqual([])
            // Nothing of what comes before the attack is called in question.
            for (const { index } of report.faults)
              if (exact && index !== undefined && shows !== 'text' && shows !== 'column')
                expect(index).toBeGreaterThanOrEqual(
                  Math.max(...[0, ...SIGNED].filter((one) => one <= at - 1 && kept)),
                )
          }),
          { numRuns: 25 },
        )
      })
    }
  }
})

test('one fault is one fault: what is not touched by it still comes out', async () => {
  for (const what of [
    'an event is edited',
    'a hash is edited',
    'an event is deleted, and its hash left',
    'a hash is deleted, and its event left',
    'a private text is edited',
    'the search is led astray',
  ]) {
    const log = honest()
    must(ATTACKS[what]).does(log, 20)
    const report = await verify(log)
    expect(report.faults, what).toMatchObject([{ kind: ATTACKS[what]?.shows, index: 20 }])
    expect(report.checkpoints, what).toEqual({ good: 4, given: 0, bad: 0 })
  }
})

test('several events changed are all named, and of very many the first thousand', async () => {
  const log = honest()
  for (const at of [3, 20, 55]) lie(log, at)
  const report = await verify(log)
  expect(of('changed', report).map((fault) => fault.index)).toEqual([3, 20, 55])
  const long = PaperLog.of(1100, [1100])
  for (let at = 0; at < 1100; at += 1) long.at(at).texts.push({ field: '\u001b[31m', salt: '', content: '' })
  const many = await verify(long)
  expect(many.faults).toHaveLength(1000)
  expect(many.more).toBe(100)
  expect(JSON.stringify(many.faults)).not.toContain('\\u001b')
})
