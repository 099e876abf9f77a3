import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { readYaml } from '../../src/config/yaml/yaml-source.ts'
import { connectorKinds } from '../../src/connectors/open-connectors.ts'
import { GOOD, paper } from './paper.ts'

const said = (text: string) =>
  readYaml(text)
    .faults.map((fault) => fault.message)
    .join('\n')

const REFUSED: [name: string, text: string, says: RegExp][] = [
  ['a key that is there twice', 'a: 1\nb: 2\na: 3', /key “a” is here twice; the first is on line 1/],
  ['a tab in the indentation', 'a:\n\tb: 1', /There is a tab in the indentation. Use spaces/],
  ['a byte order mark', '\ufeffa: 1', /byte order mark/],
  ['a control character', 'a: "\u0007"', /invisible/],
  ['a turned line', 'a: x\u202ey', /invisible/],
  ['what was not UTF-8', 'a: \ufffd', /UTF-8/],
  ['a merge key', 'a: &a { b: 1 }\nc:\n  <<: *a', /Merge keys/],
  ['a tag of a program', 'a: !!js/function "return 1"', /Tags/],
  ['a tag of our own', 'a: !mine 1', /Tags/],
  ['a tag of YAML', 'a: !!str 1', /Tags/],
  ['a tag on a list', 'a: !!set [x]', /Tags/],
  ['a second document', 'a: 1\n---\nb: 2', /second document/],
  ['another version of YAML', '%YAML 1.1\n---\na: no', /Directives/],
  ['an unknown directive', '%FOO bar\n---\na: 1', /Directives/],
  ['a list as key', '? [a]\n: 1', /key must be plain text/],
  ['an alias of nothing', 'a: *b', /no anchor “&b”/],
  ['__proto__', '__proto__: { admin: true }', /“__proto__” cannot be a name/],
  ['constructor', 'a: { constructor: 1 }', /“constructor” cannot be a name/],
  ['infinity', 'a: .inf', /Only whole numbers/],
  ['a fraction', 'a: 1.5', /Only whole numbers/],
  ['a number too large to be exact', 'a: 12345678901234567890', /kept exactly/],
  ['text after text', 'a: "x" y', /This is not YAML/],
  ['a bracket left open', 'a: [1, 2', /This is not YAML/],
  ['an alias that contains itself', 'a: &a [*a]', /nested more than 32/],
  ['40 levels', Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /nested more than 32/],
  ['20,000 open brackets', '['.repeat(20_000), /Too many brackets/],
  ['20,000 lists in one line', '- '.repeat(20_000), /nested more than 32/],
  ['more than a mebibyte', `# ${'x'.repeat(1024 * 1024)}`, /at most 1048576/],
  ['too many values', '- a\n'.repeat(100_001), /too much in this file/],
  ['too many aliases', `a: &a 1\nb: [${'*a,'.repeat(101)}]`, /more than 100 times/],
]

it.each(REFUSED)('%s is refused', (_name, text, says) => {
  expect(said(text)).toMatch(says)
})

it('a bomb of aliases is refused before it is unfolded', () => {
  const names = 'abcdefghij'.split('')
  const bomb = names.map((name, i) => `${name}: &${name} [${Array(9).fill(i ? `*${names[i - 1]}` : 'x')}]`)
  expect(said(bomb.join('\n'))).toMatch(/more than 100 times/)
})

it('reads YAML 1.2: words stay words', () => {
  expect(readYaml('a: no\nb: on\nc: 09:00\nd: 012\ne: 0o14\nno: x\n1: y').value).toEqual({
    a: 'no',
    b: 'on',
    c: '09:00',
    d: 12,
    e: 12,
    no: 'x',
    '1': 'y',
  })
})

it('an alias stands for its anchor', () => {
  expect(readYaml('a: &x [U1, U2]\nb: *x')).toMatchObject({ value: { b: ['U1', 'U2'] }, faults: [] })
})

it('names of Object are plain names', () => {
  const { value, faults } = readYaml('toString: 1\nhasOwnProperty: 2')
  expect(faults).toEqual([])
  expect(Object.entries(value as object)).toEqual([
    ['toString', 1],
    ['hasOwnProperty', 2],
  ])
})

it('nothing in a file changes Object', () => {
  parseCatalog('__proto__: { polluted: 1 }\ntargets: { __proto__: { polluted: 1 } }', [paper])
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

const kinds = [paper, ...connectorKinds]

/** Every answer is a catalog or issues that stand inside the file. */
function isSane(text: string): void {
  const parsed = parseCatalog(text, kinds)
  if (parsed.ok) return
  expect(parsed.issues.some((issue) => issue.severity === 'fault')).toBe(true)
  const lines = text.split('\n').length
  for (const { line, column, message } of parsed.issues) {
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(message).not.toMatch(/\p{Cc}|undefined|\[object/u)
  }
}

it('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => isSane(new TextDecoder().decode(bytes))),
  )
})

it('no YAML-like text makes it throw', () => {
  const piece = fc.constantFrom(
    ...['a', 'targets', ':', ': ', '- ', '\n', '\n  ', '[', ']', '{', '}', '&a ', '*a'],
  )
  const rare = fc.constantFrom(
    ...['!x ', '"', "'", '|', '>', '#', '? ', '<<: ', '%', '\t', '---\n', '1e3', ', ', '\r'],
  )
  fc.assert(fc.property(fc.array(fc.oneof(piece, rare), { maxLength: 80 }), (all) => isSane(all.join(''))))
})

it('no value anywhere in a good file makes it throw', () => {
  const lines = GOOD.split('\n')
  const value = fc.oneof(
    fc.jsonValue().map((one) => JSON.stringify(one)),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.nat(lines.length - 1), value, fc.constantFrom('paper', 'postgres'), (at, typed, kind) => {
      const changed = lines.map((line, i) => (i === at ? line.replace(/:.*|\[.*\]/, `: ${typed}`) : line))
      isSane(changed.join('\n').replace('connector: paper', `connector: ${kind}`))
    }),
    { numRuns: 500 },
  )
})
