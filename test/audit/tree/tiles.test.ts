import { expect, test } from 'vitest'
import { bundleEntry, entriesOf, hashesOf, TileBuilder, tilePath } from '../../../src/audit/tree/tiles.ts'
import { must } from '../../support/must.ts'
import { leafOf, naiveRoot } from './naive-tree.ts'

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
