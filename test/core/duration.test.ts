import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatDuration,
  parseDuration,
  resemblesDuration,
  writeDuration,
} from '../../src/core/access/duration.ts'

describe('a duration', () => {
  it.each([
    ['30m', 1800],
    ['2h', 7200],
    ['1d', 86400],
    ['9999m', 599940],
  ])('%s is %i seconds', (typed, seconds) => {
    expect(parseDuration(typed)).toBe(seconds)
  })

  it.each([
    '0m',
    '-1h',
    '-0',
    '1e9h',
    'Infinity',
    'NaN',
    '0x10',
    '1.5h',
    '1h1h',
    '',
    ' 1h ',
    '１h',
    '1٣h',
    '10000m',
    '1H',
    '1 h',
    '+1h',
    '1s',
    '1w',
    '1h\n',
    '__proto__',
  ])('%j is none', (typed) => {
    expect(parseDuration(typed)).toBeUndefined()
  })

  it('is read back as it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.constantFrom('m', 'h', 'd'), (n, unit) => {
        const seconds = parseDuration(`${n}${unit}`)
        expect(seconds).toBeDefined()
        const written = writeDuration(seconds ?? 0)
        // Above 9999 minutes the shorter unit no longer fits the grammar, and a longer one is written.
        expect(parseDuration(written)).toBe(seconds)
      }),
    )
  })

  it.each([
    [0.4, '0 s'],
    [59, '59 s'],
    [90, '1 min 30 s'],
    [1800, '30 min'],
    [3600, '1 h'],
    [5400, '1 h 30 min'],
    [86400 + 3600, '1 d 1 h'],
    [3599.6, '1 h'],
  ])('%d seconds read %s', (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words)
  })

  it.each(['1.5h', '90', '1h30m', '2hours', '0h', '30min', '１h'])(
    '%s is meant as one, so it is refused',
    (typed) => {
      expect(resemblesDuration(typed)).toBe(true)
    },
  )

  it.each(['fix', 'INC-123', 'restore', '2nd', '404s-on-checkout', 'the'])(
    '%s is a word of the reason',
    (typed) => {
      expect(resemblesDuration(typed)).toBe(false)
    },
  )
})
