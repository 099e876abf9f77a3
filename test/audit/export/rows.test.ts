// What spreadsheets make of an export, and how large it may grow.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvCell, jsonlPieces } from '../../../src/audit/export/rows.ts'
import { writePieces } from '../../../src/audit/files.ts'
import type { RowsExport } from '../../../src/audit/tree/pages.ts'
import { PaperLog } from '../checkpoint/paper-log.ts'

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

  test('with any content, it starts no formula, ends where it should, and can be read back', () => {
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

test('a file that cannot be written is an error, not a wait', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'elevate-rows-'))
  const endless = async function* () {
    for (let n = 0; n < 1000; n += 1) yield 'x'.repeat(100_000)
  }
  await expect(writePieces('/dev/full/x', endless())).rejects.toThrow()
  await writeFile(path.join(folder, 'events.csv'), '')
  await expect(writePieces(path.join(folder, 'events.csv'), endless())).rejects.toThrow('EEXIST')
  await rm(folder, { recursive: true })
})

test('reading goes on page by page to the end, and no further', async () => {
  const { leaves } = PaperLog.of(2500)
  const asked: number[] = []
  const paged: RowsExport['proof'] = {
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
