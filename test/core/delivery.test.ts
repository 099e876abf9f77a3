import { expect, it } from 'vitest'
import { BATCH_CHARACTERS, batchEnd, batchId, lagNews } from '../../src/core/log/delivery.ts'

it('a receiver that is behind is told of after a quarter of an hour, then once an hour, and once when it is back', () => {
  const [minute, hour] = [60, 3600]
  expect(lagNews(15 * minute - 1, 0)).toBeUndefined()
  expect(lagNews(15 * minute, 0)).toBe('lagging')
  expect(lagNews(15 * minute, 1)).toBeUndefined()
  expect(lagNews(15 * minute + hour - 1, 1)).toBeUndefined()
  expect(lagNews(15 * minute + hour, 1)).toBe('lagging')
  expect(lagNews(15 * minute + 30 * hour, 30)).toBe('lagging')
  expect(lagNews(0, 0)).toBeUndefined()
  expect(lagNews(0, 2)).toBe('recovered')
  expect(lagNews(15 * minute - 1, 2)).toBe('recovered')
})

it('a batch ends at a hundred events, or sooner when they are long, and never before its first', () => {
  const leaves = (count: number, length: number) =>
    Array.from({ length: count }, (_, position) => ({ index: 40 + position, bytes: 'x'.repeat(length) }))
  expect(batchEnd(leaves(250, 10))).toBe(140)
  expect(batchEnd(leaves(3, 10))).toBe(43)
  expect(batchEnd(leaves(10, BATCH_CHARACTERS / 2))).toBe(42)
  expect(batchEnd(leaves(10, BATCH_CHARACTERS * 2))).toBe(41)
  expect(batchEnd([])).toBeUndefined()
})

it('the same events have the same id, and other events under the same numbers another', () => {
  const hash = Uint8Array.from({ length: 32 }, (_, position) => position)
  expect(batchId('siem', 40, 140, hash)).toBe('elevate-siem-40-139-0001020304050607')
  expect(batchId('siem', 40, 140, hash.toReversed())).not.toBe(batchId('siem', 40, 140, hash))
})
