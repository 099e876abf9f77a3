import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { GOOD, issuesOf, paper, withChange } from './paper.ts'

const withGlass = (typed: string) => withChange('lapse_after: 8h', `break_glass: { ${typed} }`)

it('is possible only where the file says so, and for a quarter of an hour when it says no more', () => {
  const terms = (typed: string) => {
    const parsed = parseCatalog(withGlass(`from: [S0ENG], ${typed}`), [paper])
    return parsed.ok ? parsed.catalog.policies[0]?.breakGlass : parsed.issues
  }
  const from = [{ kind: 'group', id: 'S0ENG' }]
  expect(terms('max: 30m')).toEqual({
    from,
    duration: { default: 900, max: 1800 },
    whileReviewOpen: 'refuse',
  })
  expect(terms('max: 10m')).toMatchObject({ duration: { default: 600, max: 600 } })
  expect(terms('max: 30m, default: 20m, while_review_open: allow')).toEqual({
    from,
    duration: { default: 1200, max: 1800 },
    whileReviewOpen: 'allow',
  })
  const parsed = parseCatalog(GOOD, [paper])
  expect(parsed.ok && parsed.catalog.policies[0]).not.toHaveProperty('breakGlass')
})

it.each([
  [
    'longer than what can be asked for',
    'from: [S0ENG], max: 5h',
    '22:40',
    /Break-glass \(5 h\) is longer than what can be asked for \(4 h\)/,
  ],
  [
    'a default over its maximum',
    'from: [S0ENG], max: 10m, default: 15m',
    '22:54',
    /default \(15 min\) is longer than max \(10 min\)/,
  ],
  ['nobody', 'from: [], max: 10m', '22:26', /This list is empty/],
  ['a person by name', 'from: ["@ada"], max: 10m', '22:27', /“@ada” is not everyone, a person's id/],
  ['no end', 'from: [S0ENG]', '22:5', /“max” is missing. The longest/],
  ['a duration that is none', 'from: [S0ENG], max: 1.5h', '22:40', /“1.5h” is not a duration/],
  ['a mistyped choice', 'from: [S0ENG], max: 10m, while_review_open: alow', '22:64', /Did you mean “allow”/],
  ['a mistyped key', 'form: [S0ENG], max: 10m', '22:20', /Did you mean “from”/],
])('%s is refused', (_name, typed, at, says) => {
  const faults = issuesOf(withGlass(typed)).map((one) => `${one.line}:${one.column} ${one.message}`)
  expect(faults.find((one) => one.startsWith(`${at} `))).toMatch(says)
})

it('somebody named twice for it is only strange', () => {
  expect(issuesOf(withGlass('from: [S0ENG, S0ENG], max: 10m'))).toMatchObject([
    { severity: 'warning', path: 'policies[0].break_glass.from[1]' },
  ])
})
