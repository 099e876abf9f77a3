/** What elevate does by itself: looking for standing access, and forgetting what is old. */
import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { GOOD, issuesOf, paper } from './paper.ts'

const withTop = (lines: string) => `${lines}\n${GOOD}`
const catalogWith = (lines: string) => {
  const parsed = parseCatalog(withTop(lines), [paper])
  return parsed.ok ? parsed.catalog : parsed.issues
}

it('happens only where the file says so', () => {
  expect(catalogWith('')).not.toHaveProperty('standingAccess')
  expect(catalogWith('')).not.toHaveProperty('retention')
  expect(catalogWith('standing_access: { every: 12h }')).toMatchObject({ standingAccess: { every: 43_200 } })
  expect(catalogWith('standing_access: { at: "06:00" }')).toMatchObject({
    standingAccess: { at: '06:00', timezone: 'Europe/Berlin' },
  })
  expect(catalogWith('retention: { private_texts: 400d, activity: 90d, messages: 30d }')).toMatchObject({
    retention: { privateTexts: 34_560_000, activity: 7_776_000, messages: 2_592_000 },
  })
})

it.each([
  ['neither a time nor a period', 'standing_access: {}', /either every .* or at/],
  ['both', 'standing_access: { every: 1h, at: "06:00" }', /either every .* or at/],
  ['more often than targets should be asked', 'standing_access: { every: 1m }', /is too short: at least 5m/],
  ['no time of day', 'standing_access: { at: "6" }', /is not a time of day/],
  [
    'reasons forgotten while the access can live',
    'retention: { private_texts: 30d }',
    /is too short: at least 31d/,
  ],
  ['no length of time', 'retention: { messages: soon }', /is not a duration/],
])('%s is refused', (_, lines, message) => {
  expect(issuesOf(withTop(lines)).map((issue) => issue.message)).toEqual([expect.stringMatching(message)])
})
