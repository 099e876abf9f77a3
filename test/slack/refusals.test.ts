import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { refusalWords } from '../../src/cli/refusals.ts'
import { CASES, type Case, refuse } from '../../src/core/refusal.ts'
import { refusalText } from '../../src/slack/words/refusals.ts'
import { names, refusedAs } from '../support/refusals.ts'
import { filesBelow } from '../support/sources.ts'

const all = Object.keys(CASES) as Case[]

/** Those for which a table has no words show their code. */
const SILENT = /^Refused: /
/** One or more sentences, and nothing that a program left in them. */
const SENTENCES = /^(?!.*(?:undefined|\[object|NaN|U0)).+[.?]$/s

it.each(all)('%s has words in Slack, or in the terminal where only operators can be refused it', (name) => {
  const inSlack = refusalText(refusedAs(name), names)
  const said = SILENT.test(inSlack) ? refusalWords(refusedAs(name)).replace('U0ADA', 'Ada') : inSlack
  expect(said).toMatch(SENTENCES)
  expect(said).not.toMatch(SILENT)
})

it('the terminal has words for everything that an operator’s verb or a report can refuse', () => {
  const files = [
    ...filesBelow('src/audit/report'),
    'src/operations/log/quarantine.ts',
    'src/operations/people/privacy.ts',
  ]
  const given = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\b(?:refuse|refusal)\(\s*'([a-z-]+)'/g)].map(
      ([, name]) => name as Case,
    ),
  )
  expect(given.length).toBeGreaterThan(8)
  expect(given.filter((name) => SILENT.test(refusalWords(refusedAs(name))))).toEqual([])
})

it('what several were asked for says first which of them it was, and what had ended before', () => {
  const { refused } = refuse('self-approval')
  expect(refusalText({ refused: { ...refused, amid: { role: 'write' } } }, names)).toBe(
    'Nothing was asked for, because of write: Nobody decides on his own request here. You can withdraw it.',
  )
  expect(refusalText({ refused: { ...refused, amid: { ended: ['G-1', 'G-2'] } } }, names)).toMatch(
    /^G-1, G-2 ended\. Nobody decides/,
  )
})
