import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { refusalWords } from '../../src/cli/refusals.ts'
import { CASES, type Case, type Refusal, refuse } from '../../src/core/refusal.ts'
import { operatorNamed } from '../../src/core/standing/standing.ts'
import { refusalText } from '../../src/slack/words/refusals.ts'
import { filesBelow } from '../support/sources.ts'

/** Whatever any case needs, under the name that it has there. */
const DATA = {
  account: 'joe',
  answer: 'accept',
  asked: 7_200,
  asker: 'U0ADA',
  breakGlass: true,
  by: operatorNamed('root'),
  day: '2026-11-20',
  each: 7_200,
  example: '2027-02-21',
  giver: 'U0BEN',
  grant: 'G-12',
  hint: 'For example INC-7.',
  known: ['billing', 'crm'],
  length: 4_000,
  live: ['G-12', 'R-14'],
  max: 3_600,
  min: 10,
  most: 20,
  name: 'P-12',
  others: ['read', 'write'],
  pattern: '^INC-',
  person: 'U0ADA',
  policy: 'orders',
  receiver: 'U0ADA',
  request: 'R-12',
  requester: 'U0ADA',
  role: 'read',
  said: 'No.',
  seconds: 7_200,
  span: 3_600,
  state: 'waiting',
  target: 'orders-db',
  these: [{ name: 'G-12', role: 'read', target: 'orders-db' }],
  typed: 'ordrs',
  verb: 'end',
  wanted: 2,
  why: 'It belongs to a superuser.',
  zone: 'Europe/Berlin',
  kind: 'guest',
}

const all = Object.keys(CASES) as Case[]
const made = (name: Case) => {
  const { code, field } = CASES[name]
  return { refused: { case: name, code, ...(field ? { field } : {}), data: DATA } as unknown as Refusal }
}
const names = (id: string) => ({ U0ADA: 'Ada', U0BEN: 'Ben' })[id] ?? `<${id}>`

/** Those for which a table has no words show their code. */
const SILENT = /^Refused: /
/** One or more sentences, and nothing that a program left in them. */
const SENTENCES = /^(?!.*(?:undefined|\[object|NaN|U0)).+[.?]$/s

it.each(all)('%s has words in Slack, or in the terminal where only operators can be refused it', (name) => {
  const inSlack = refusalText(made(name), names)
  const said = SILENT.test(inSlack) ? refusalWords(made(name)).replace('U0ADA', 'Ada') : inSlack
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
  expect(given.filter((name) => SILENT.test(refusalWords(made(name))))).toEqual([])
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
