import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { refusePattern } from '../../src/config/rules/reason-pattern.ts'

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

it.each(GOOD)('%s can be used', (pattern) => {
  expect(refusePattern(pattern)).toBeUndefined()
})

const ENDLESS = [
  '(a+)+$',
  '(a*)*b',
  '(a|a)+$',
  '(a|aa)+$',
  '(a|a?)+$',
  '([a-z]+)*x',
  '(.*a){20}',
  '(a?){30}a{30}',
  '((a{0,20}){0,20}){0,20}',
  '\\d+\\d+x',
  '.*.*x',
  '(\\w+\\s?)+$',
  '(?:a{1000}){1000}',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
]

it.each(ENDLESS)('%s could take forever and is refused', (pattern) => {
  expect(refusePattern(pattern)).toMatch(/could take forever.*\{1,20\}/)
})

it.each([
  ['(', /not a regular expression/],
  ['a{2,1}', /not a regular expression/],
  ['\\-', /not a regular expression/],
  ['(?=.*\\d)x', /looking ahead/],
  ['(?<!a)b', /looking ahead/],
  ['(a)\\1', /Back references/],
  ['(?<n>a)\\k<n>', /Back references/],
  ['', /empty/],
  ['a'.repeat(201), /may have 200 characters/],
])('%s is refused', (pattern, says) => {
  expect(refusePattern(pattern)).toMatch(says)
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

it('what is accepted ends soon on long texts that almost match', () => {
  const texts = ['a', 'ab', 'b', '1', 'a-', ' a', '-'].map((piece) => `${piece.repeat(3000).slice(0, 2999)}!`)
  fc.assert(
    fc.property(pattern, (source) => {
      if (refusePattern(source) !== undefined) return
      // Far above a slow machine's need, far below what an endless pattern takes.
      const code = 'texts.map((text) => new RegExp(source, "u").test(text))'
      runInNewContext(code, { texts, source }, { timeout: 20_000 })
    }),
    { numRuns: 300 },
  )
}, 120_000)

it('no text makes the check throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (source) => void refusePattern(source)))
})
