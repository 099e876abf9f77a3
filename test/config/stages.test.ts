import { expect, it } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { issuesOf, paper, withChange } from './paper.ts'

const approve = (typed: string) => withChange('{ from: [U0ADA, U0BOB], count: 1 }', typed)

it('several stages are read in the order of the file, each with its own people and number', () => {
  const text = approve('{ stages: [{ name: Data owner, from: [S0DBA], count: 2 }, { from: [U0SAM] }] }')
  expect(parseCatalog(text, [paper])).toMatchObject({
    ok: true,
    warnings: [],
    catalog: {
      policies: [
        {
          approve: {
            stages: [
              { name: 'Data owner', from: [{ kind: 'group', id: 'S0DBA' }], count: 2 },
              { from: [{ kind: 'person', id: 'U0SAM' }], count: 1 },
            ],
            allowSelfApproval: false,
          },
        },
      ],
    },
  })
})

const FAULTS: readonly [name: string, typed: string, path: string, says: RegExp][] = [
  ['neither form', '{ count: 1 }', 'approve', /^Nobody is named. Write from/],
  [
    'both forms',
    '{ from: [S0DBA], stages: [{ from: [S0SEC] }] }',
    'approve.from',
    /“from” is written in each/,
  ],
  [
    'a count beside stages',
    '{ count: 2, stages: [{ from: [S0SEC] }] }',
    'approve.count',
    /“count” is written/,
  ],
  ['no stage at all', '{ stages: [] }', 'approve.stages', /This list is empty/],
  ['a stage of nobody', '{ stages: [{ count: 1 }] }', 'approve.stages[0].from', /“from” is missing/],
  ['a mistyped key', '{ stages: [{ form: [S0SEC] }] }', 'approve.stages[0].form', /Did you mean “from”/],
  [
    'more than ten in all',
    '{ stages: [{ from: [S0DBA], count: 6 }, { from: [S0SEC], count: 5 }] }',
    'approve.stages',
    /need 11 approvals; at most 10/,
  ],
  [
    'a stage with too few people',
    '{ stages: [{ from: [S0DBA] }, { from: [U0SAM], count: 2 }] }',
    'approve.stages[1].count',
    /2 people must say yes, but only 1 is named/,
  ],
  [
    'one person for two stages',
    '{ stages: [{ from: [U0SAM] }, { from: [U0SAM] }] }',
    'approve.stages[1].from',
    /can never be filled beside the others/,
  ],
  [
    'two people for three stages, each of which has two',
    '{ stages: [{ from: [U0SAM, U0BEN] }, { from: [U0SAM, U0BEN] }, { from: [U0BEN, U0SAM] }] }',
    'approve.stages[2].from',
    /can never be filled/,
  ],
]
it.each(FAULTS)('%s is refused', (_name, typed, path, says) => {
  const faults = issuesOf(approve(typed)).filter((issue) => issue.severity === 'fault')
  expect(faults.map((issue) => issue.path)).toContain(`policies[0].${path}`)
  expect(faults.map((issue) => issue.message).join('\n')).toMatch(says)
})

it('a person in two stages is no fault where another one can fill the second', () => {
  expect(issuesOf(approve('{ stages: [{ from: [U0SAM, U0BEN] }, { from: [U0SAM] }] }'))).toEqual([])
  expect(issuesOf(approve('{ stages: [{ from: [U0SAM] }, { from: [U0SAM, S0DBA] }] }'))).toEqual([])
})

it('stages that only the person who asks could fill are a fault, and one of several askers a warning', () => {
  const alone = approve('{ stages: [{ from: [S0DBA] }, { from: [U0SAM] }] }').replace('[S0ENG]', '[U0SAM]')
  expect(issuesOf(alone)).toMatchObject(
    [{ path: 'policies[0].approve.stages[1].from', severity: 'fault', message: /^Nobody could ever/ }].map(
      (one) => ({ ...one, message: expect.stringMatching(one.message) }),
    ),
  )
  const some = alone.replace('[U0SAM]', '[U0SAM, U0EVE]')
  expect(issuesOf(some)).toMatchObject([{ severity: 'warning' }])
})

it('warns of a person who is named twice in a stage, at the second place', () => {
  expect(issuesOf(approve('{ stages: [{ from: [S0DBA] }, { from: [S0SEC, S0SEC] }] }'))).toMatchObject([
    { path: 'policies[0].approve.stages[1].from[1]', severity: 'warning' },
  ])
})

it('a group among the approvers may be large enough', () => {
  expect(issuesOf(withChange('[U0ADA, U0BOB], count: 1', '[U0ADA, S0DBA], count: 5'))).toEqual([])
  expect(issuesOf(withChange('[U0ADA, U0BOB], count: 1', '[everyone], count: 5'))).toEqual([])
})
