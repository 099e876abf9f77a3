import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  approvalRightIn,
  approvalsIn,
  approvalsPossible,
  type FilledStage,
  fillStages,
  mayFill,
  stillMissing,
} from '../../src/core/access/stages.ts'
import type { ApprovalStage } from '../../src/core/catalog.ts'
import type { Who } from '../../src/core/people/person.ts'

const group = (id: string): Who => ({ kind: 'group', id })
const person = (id: string): Who => ({ kind: 'person', id })
const groups = new Map([
  ['SDBA', ['UBEN', 'UCHO', 'UDAN']],
  ['SSEC', ['USAM', 'UDAN']],
])
const both: ApprovalStage[] = [
  { from: [group('SDBA')], count: 1 },
  { from: [group('SSEC')], count: 1 },
]
const filled = (stages: ApprovalStage[], ...by: string[]) =>
  fillStages(stages, by, groups).map((stage) => stage.by)

const filledBy = (stages: readonly FilledStage[], one: string) => stages.find(({ by }) => by.includes(one))

describe('filling stages', () => {
  it('goes in any order', () => {
    expect(filled(both, 'UBEN', 'USAM')).toEqual([['UBEN'], ['USAM']])
    expect(filled(both, 'USAM', 'UBEN')).toEqual([['UBEN'], ['USAM']])
  })
  it('counts somebody in both groups once', () => {
    expect(filled(both, 'UDAN')).toEqual([['UDAN'], []])
    expect(filled(both, 'UDAN', 'UDAN')).toEqual([['UDAN'], []])
  })
  it('moves somebody in both groups to where he is needed', () => {
    expect(filled(both, 'UDAN', 'UBEN')).toEqual([['UBEN'], ['UDAN']])
    expect(filled(both, 'UDAN', 'USAM')).toEqual([['UDAN'], ['USAM']])
  })
  it('leaves out whom no stage needs', () => {
    expect(filled(both, 'UBEN', 'UCHO')).toEqual([['UBEN'], []])
    expect(stillMissing(fillStages(both, ['UBEN', 'UCHO'], groups))).toEqual([both[1]])
  })
  it('puts a fallback approver where he has a right of his own, if he has one', () => {
    const late = both.map((stage) => ({ ...stage, fallback: [person('USAM')] }))
    const alone = fillStages(late, ['USAM'], groups)
    expect(alone.map((stage) => stage.by)).toEqual([[], ['USAM']])
    expect(approvalRightIn(late, 'USAM', groups, filledBy(alone, 'USAM'))).toEqual({
      fallback: false,
      through: ['SSEC'],
    })
    const beside = fillStages(late, ['UDAN', 'USAM'], groups)
    expect(approvalsIn(beside)).toBe(2)
    const forOthers = fillStages([late[0] as ApprovalStage], ['USAM'], groups)
    expect(approvalRightIn(late, 'USAM', groups, filledBy(forOthers, 'USAM'))).toEqual({
      fallback: true,
      through: ['SSEC', 'USAM'],
    })
  })
  it('names everything that gives a person his say, once, and nothing that gives it to others', () => {
    const stage: ApprovalStage = {
      from: [group('SDBA'), group('SSEC'), group('SDBA'), person('UDAN'), person('UCHO')],
      count: 1,
    }
    expect(approvalRightIn([stage], 'UDAN', groups).through).toEqual(['SDBA', 'SSEC', 'UDAN'])
    expect(approvalRightIn([{ from: [{ kind: 'everyone' }], count: 1 }], 'UEVE', groups).through).toEqual([
      'everyone',
    ])
    expect(approvalRightIn([stage], 'UEVE', groups).through).toEqual([])
  })
  it('knows how much could come together, and that everyone is never too few', () => {
    const all = () => true
    expect(approvalsPossible(both, all, groups)).toBe(2)
    expect(approvalsPossible(both, (one) => one === 'UDAN', groups)).toBe(1)
    expect(approvalsPossible([{ from: [{ kind: 'everyone' }], count: 3 }], all, new Map())).toBe(3)
  })

  /** Every way to put people on places, tried. */
  function best(stages: ApprovalStage[], people: string[]): number {
    const places = stages.flatMap((stage) => Array.from({ length: stage.count }, () => stage))
    const search = (at: number, left: string[]): number => {
      const place = places[at]
      if (!place) return 0
      const some = left
        .filter((one) => mayFill(place, one, groups))
        .map(
          (one) =>
            1 +
            search(
              at + 1,
              left.filter((other) => other !== one),
            ),
        )
      return Math.max(search(at + 1, left), ...some)
    }
    return search(0, people)
  }

  const names = ['U1', 'U2', 'U3', 'U4', 'U5']
  const whoever = fc.subarray(names, { minLength: 1 }).map((ids) => ids.map(person))
  const stage: fc.Arbitrary<ApprovalStage> = fc.oneof(
    fc.record({ from: whoever, count: fc.integer({ min: 1, max: 2 }) }),
    fc.record({ from: whoever, count: fc.constant(1), fallback: whoever }),
  )
  const stages = fc.array(stage, { minLength: 1, maxLength: 4 })
  const yeses = fc.shuffledSubarray(names)

  it('fills as many places as can be filled in any way at all', () => {
    fc.assert(
      fc.property(stages, yeses, (some, by) => {
        const result = fillStages(some, by, groups)
        expect(approvalsIn(result)).toBe(best(some, by))
        const used = result.flatMap((one) => one.by)
        expect(new Set(used).size).toBe(used.length)
        for (const one of result) {
          expect(one.by.length).toBeLessThanOrEqual(one.count)
          for (const id of one.by) expect(mayFill(one, id, groups)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
  it('never takes back a place from somebody who came earlier', () => {
    fc.assert(
      fc.property(stages, yeses, (some, by) => {
        const before = fillStages(some, by.slice(0, -1), groups).flatMap((one) => one.by)
        const after = fillStages(some, by, groups).flatMap((one) => one.by)
        expect(after).toEqual(expect.arrayContaining(before))
      }),
    )
  })
})
