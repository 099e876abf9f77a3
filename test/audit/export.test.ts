// Exports: what spreadsheets make of them, what comes back from them, and how large they may grow.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csvCell, csvPieces, jsonlPieces } from '../../src/audit/export/rows.ts'
import { writePieces } from '../../src/audit/files.ts'
import { hashLeaf } from '../../src/audit/tree/merkle.ts'
import { bundleEntry, entriesOf, hashesOf, TileBuilder, tilePath } from '../../src/audit/tree/tiles.ts'
import type { LeafFilter } from '../../src/core/log/audit-proof.ts'
import { openStore, type StoreHandle } from '../../src/store/database/open-store.ts'
import { openProofStore, type ProofStoreHandle } from '../../src/store/log/open-proof-store.ts'
import { must } from '../support/must.ts'
import { type FreshDatabase, freshDatabase, query } from '../support/postgres.ts'
import { leafOf, naiveRoot } from './naive-tree.ts'
import { PaperLog } from './paper-log.ts'
import { addEvents } from './real-log.ts'

describe('a CSV cell', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', '""'],
    ['plain', '"plain"'],
    ['say "hi", twice\r\nplease', '"say ""hi"", twice\r\nplease"'],
    ['=1+1', `"'=1+1"`],
    ['+49 30', `"'+49 30"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['\n=1', `"'\n=1"`],
    ['\0=1', `"'\0=1"`],
    ['\ttab', `"'\ttab"`],
    ['  =cmd|calc', `"'  =cmd|calc"`],
    ['\ufeff=1', `"'\ufeff=1"`],
    ['＝1', `"'＝1"`],
    ['＠x', `"'＠x"`],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    [`'quoted`, `"''quoted"`],
    ['a=b', '"a=b"'],
    ['2026-11-23', '"2026-11-23"'],
  ]
  for (const [text, cell] of cases)
    test(`${JSON.stringify(text)} is written ${JSON.stringify(cell)}`, () => expect(csvCell(text)).toBe(cell))

  test('whatever it holds, it begins no formula, ends where it should, and gives back what was there', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`=+-@'",\t\r\n\0 a１＝`) }), (text) => {
        const cell = csvCell(text)
        const inside = cell.slice(1, -1)
        expect(inside.replaceAll('""', '').includes('"')).toBe(false)
        expect(inside).not.toMatch(/^[=+\-@\t\r\n\0＝]/)
        expect(inside.replaceAll('""', '"').replace(/^'/, '')).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('tiles', () => {
  test('numbers in paths are cut in three digits', () => {
    expect(tilePath(0, 0)).toBe('tile/0/000')
    expect(tilePath(2, 999, 255)).toBe('tile/2/999.p/255')
    expect(tilePath('entries', 1000)).toBe('tile/entries/x001/000')
    expect(tilePath('entries', 1234067, 5)).toBe('tile/entries/x001/x234/067.p/5')
  })

  test('70,000 leaves make the tiles that the format gives as its example, and every level follows from the one below', () => {
    const tiles = new TileBuilder()
    const made = Array.from({ length: 70_000 }, (_, n) => tiles.append(leafOf(`${n}`))).flat()
    made.push(...tiles.rest())
    const widths = (level: number) => made.filter((tile) => tile.level === level).map((tile) => tile.width)
    expect(widths(0)).toEqual([...Array(273).fill(256), 112])
    expect(widths(1)).toEqual([256, 17])
    expect(widths(2)).toEqual([1])
    const at = (level: number, n: number) => must(made.find((tile) => tile.level === level && tile.n === n))
    expect(naiveRoot(hashesOf(at(0, 255).hashes))).toEqual(hashesOf(at(1, 0).hashes)[255])
    expect(naiveRoot(hashesOf(at(0, 272).hashes))).toEqual(hashesOf(at(1, 1).hashes)[16])
    expect(naiveRoot(hashesOf(at(1, 0).hashes))).toEqual(hashesOf(at(2, 0).hashes)[0])
  })

  test('entries come back from a bundle, and a bundle that was cut does not pass', () => {
    const texts = ['', '{"a":1}', 'ü'.repeat(30_000)]
    const bundle = Buffer.concat(texts.map(bundleEntry))
    expect(entriesOf(bundle)?.map(String)).toEqual(texts)
    expect(entriesOf(bundle.subarray(0, -1))).toBeUndefined()
    expect(entriesOf(bundle.subarray(0, 1))).toBeUndefined()
    expect(() => bundleEntry('x'.repeat(65_536))).toThrow()
  })
})

describe('rows', () => {
  let database: FreshDatabase
  let store: StoreHandle
  let proof: ProofStoreHandle
  let folder: string

  beforeAll(async () => {
    database = await freshDatabase()
    store = await openStore({ url: database.url, poolSize: 2 })
    proof = await openProofStore({ url: database.url })
    folder = await mkdtemp(path.join(tmpdir(), 'elevate-rows-'))
    await addEvents(store, 12)
  })
  afterAll(async () => {
    await Promise.all([store.close(), proof.close()])
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const lines = async (filter: LeafFilter, before = 1000) =>
    (await Array.fromAsync(jsonlPieces({ proof, filter, before }))).join('').split('\n').slice(0, -1)

  test('JSONL has the exact bytes of every event, and texts that can be checked', async () => {
    const rows = await query<{ bytes: string; leaf_hash: Buffer }>(
      database.url,
      'select bytes, leaf_hash from audit.body join audit.leaf using (index) order by index',
    )
    const written = await lines({})
    expect(written).toHaveLength(12)
    for (const [n, line] of written.entries()) {
      expect(line).toContain(must(rows[n]).bytes)
      const { event, leaf_hash, private: texts } = JSON.parse(line)
      expect(leaf_hash).toBe(hashLeaf(must(rows[n]).bytes).toString('hex'))
      expect(texts).toHaveLength(event.reason_c ? 1 : 0)
    }
    expect(written.join('')).toContain('=1+1')
  })

  test('filters are by person, target, time and end, and by all of them together', async () => {
    const all = (await lines({})).map((line) => JSON.parse(line).event)
    const indexes = async (filter: LeafFilter, before?: number) =>
      (await lines(filter, before)).map((line) => Number(JSON.parse(line).event.index))
    const where = (test: (event: { target: string; subject: string; time: string }) => boolean) =>
      all.filter(test).map((event) => Number(event.index))
    expect(await indexes({ target: 'orders-db' })).toEqual(where((one) => one.target === 'orders-db'))
    expect(await indexes({ person: 'U1' })).toEqual(where((one) => one.subject === 'U1'))
    expect(await indexes({}, 5)).toEqual([0, 1, 2, 3, 4])
    const middle = new Date(Math.ceil(Date.parse(all[6].time)))
    const later = where((one) => Date.parse(one.time) >= middle.getTime())
    const found = await indexes({ from: middle })
    expect(found.every((index) => index >= 6)).toBe(true)
    expect(found).toEqual(expect.arrayContaining(later.filter((index) => index > 7)))
    expect([...(await indexes({ to: middle })), ...found]).toEqual(all.map((_, index) => index))
    expect(await indexes({ person: 'U1', target: 'orders-db', from: new Date(0) })).toEqual(
      where((one) => one.subject === 'U1' && one.target === 'orders-db'),
    )
    expect(await indexes({ person: "U1' or true --" })).toEqual([])
  })

  test('CSV has the same events, with the typed reason unable to be a formula', async () => {
    const file = path.join(folder, 'events.csv')
    await writePieces(file, csvPieces({ proof, filter: {}, before: 1000 }))
    const csv = await readFile(file, 'utf8')
    const rows = csv.split('\r\n')
    expect(rows).toHaveLength(14)
    expect(rows[0]).toMatch(/^"index","time","type"/)
    expect(rows.at(-1)).toBe('')
    expect(csv).toMatch(/"'=1\+1 ""\d+"" ü"/)
    expect(csv).not.toMatch(/"=1/)
  })

  test('a file that cannot be written is an error, not a wait', async () => {
    const endless = async function* () {
      for (let n = 0; n < 1000; n += 1) yield 'x'.repeat(100_000)
    }
    await expect(writePieces('/dev/full/x', endless())).rejects.toThrow()
    await expect(writePieces(path.join(folder, 'events.csv'), endless())).rejects.toThrow('EEXIST')
  })

  test('reading goes on page by page to the end, and no further', async () => {
    const { leaves } = PaperLog.of(2500)
    const asked: number[] = []
    const paged: Pick<ProofStoreHandle, 'matching'> = {
      matching: async (_, { from, before, limit }) => {
        asked.push(from)
        return leaves.slice(from, before).slice(0, Math.min(limit, 1000))
      },
    }
    const some = await Array.fromAsync(jsonlPieces({ proof: paged, filter: {}, before: 2400 }))
    const indexes = some.join('').trimEnd().split('\n')
    expect(indexes.map((line) => Number(JSON.parse(line).event.index))).toEqual([...Array(2400).keys()])
    expect(asked).toEqual([0, 1000, 2000])
  })
})
