import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compilePattern } from '../../src/config/pattern.ts'
import { anyText } from '../support/texts.ts'

const GOOD = [
  '\\bINC-\\d+\\b',
  '[A-Z]+-\\d+',
  '^[A-Z]{2,10}-\\d+: .+$',
  '(?:INC|CHG|REQ|PRB|SEC|OPS)-\\d+',
  'https://jira\\.example\\.com/browse/[A-Z]+-\\d+',
  '\\S+\\s+\\S+\\s+\\S+',
  '^(?:[a-z]+-)+$',
  '(?<ticket>#\\d{1,6})',
  '\\p{L}{3,}',
  '[^\\]]+\\]',
]

const refusalOf = (source: string): string | undefined => {
  try {
    compilePattern(source, 'found')
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}

it.each(GOOD)('%s can be used', (source) => {
  expect(compilePattern(source, 'found').source).toBe(source)
})

it('is found anywhere in a text, or must match the whole of it', () => {
  const [found, whole] = (['found', 'whole'] as const).map((where) => compilePattern('INC-\\d|x', where))
  expect(['INC-1', 'x', 'fix INC-1 now'].map((text) => found?.test(text))).toEqual([true, true, true])
  expect(['INC-1', 'x', 'fix INC-1 now', 'INC-1x'].map((text) => whole?.test(text))).toEqual([
    true,
    true,
    false,
    false,
  ])
})

/** Where JavaScript's matcher would go back and try again, some of them practically for ever. */
const ENDLESS_IN_JAVASCRIPT = [
  '(a+)+$',
  '(a*)*b',
  '(a|aa)+$',
  '(a|a?)+$',
  '([a-z]+)*x',
  '(.*a){20}',
  '(a?){30}a{30}',
  '\\d+\\d+x',
  '.*.*x',
  '(\\w+\\s?)+$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
]

it.each(ENDLESS_IN_JAVASCRIPT)('%s can be used and ends soon', (source) => {
  endsSoon(source)
})

it.each([
  ['(', /not a regular expression that RE2 reads: missing closing \), “\(”/],
  ['a{2,1}', /repeats too much: “\{2,1\}”. .*the smaller number first/],
  ['a{1001}', /repeats too much: “\{1001\}”. Repeat at most 1000 times/],
  ['(?:a{1000}){1000}', /repeats too much/],
  ['((a{0,20}){0,20}){0,20}', /repeats too much/],
  ['(a|b|ab|.){900}', /repeats too much. Lower the numbers/],
  ['\\u0041', /not a regular expression that RE2 reads: invalid escape sequence, “\\u”/],
  ['(?=.*\\d)x', /look ahead or behind/],
  ['(?<!a)b', /look ahead or behind/],
  ['(a)\\1', /back references/],
  ['(?<n>a)\\k<n>', /back references/],
  ['', /empty/],
  ['a'.repeat(201), /may have 200 characters/],
])('%s is refused', (source, says) => {
  expect(refusalOf(source)).toMatch(says)
})

const atom = fc.constantFrom('a', 'b', '\\d', '\\w', '[ab]', '.', '-', '(?:a|b)', '(a|ab)', '(a+)', '\\s')
const sign = fc.constantFrom('', '', '+', '*', '?', '{2}', '{1,3}', '{2,}', '+?')
const sequence = fc.array(
  fc.tuple(atom, sign).map((pair) => pair.join('')),
  { minLength: 1, maxLength: 5 },
)
const pattern = fc
  .tuple(fc.constantFrom('', '^'), sequence, fc.boolean(), sign, fc.constantFrom('', '$', 'x'))
  .map(
    ([start, parts, group, times, end]) =>
      `${start}${group ? `(${parts.join('')})${times}` : parts.join('')}${end}`,
  )

/** Far above a slow machine's need, far below what a pattern that tries again and again takes. */
function endsSoon(source: string) {
  const { test } = compilePattern(source, 'found')
  const texts = ['a', 'ab', 'b', '1', 'a-', ' a', '-'].map((piece) => `${piece.repeat(3000).slice(0, 2999)}!`)
  runInNewContext('texts.forEach((text) => test(text))', { texts, test }, { timeout: 20_000 })
}

it('what is accepted ends soon on long texts that almost match', () => {
  fc.assert(fc.property(pattern, endsSoon), { numRuns: 300 })
}, 120_000)

it('what is accepted means the same as in JavaScript', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '-', 'x', ' '), maxLength: 8 })
  fc.assert(
    fc.property(pattern, text, (source, typed) => {
      expect(compilePattern(source, 'found').test(typed)).toBe(new RegExp(source, 'u').test(typed))
      expect(compilePattern(source, 'whole').test(typed)).toBe(new RegExp(`^(?:${source})$`, 'u').test(typed))
    }),
    { numRuns: 2_000 },
  )
})

it('no text makes the check throw anything but what is wrong with it', () => {
  fc.assert(fc.property(anyText(40), (source) => void refusalOf(source)))
})
