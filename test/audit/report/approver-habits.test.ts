import { expect, it } from 'vitest'
import { habitsOf, medianOf } from '../../../src/audit/report/approver-habits.ts'
import { decision, NOON, request, secondsLater } from '../../slack/rows.ts'

let id = 0
const decided = (approver: string, seconds: number, verdict: 'approve' | 'deny' = 'approve', role = 'read') =>
  request({
    id: String(++id),
    role,
    createdAt: NOON,
    decisions: [decision({ approver, verdict, at: secondsLater(seconds) })],
  })
const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

it('distinguishes fast and slow approvers by the median, if they decide often enough', () => {
  const { approvers } = habitsOf([
    ...times(5, (at) => decided('U0SLOW', 3600 * (at + 1))),
    ...times(5, (at) => decided('U0FAST', at + 20, 'deny')),
    decided('U0ONCE', 1),
  ])
  expect(approvers).toEqual([
    { person: 'U0FAST', decisions: 5, approves: 0, median: 22 },
    { person: 'U0SLOW', decisions: 5, approves: 1, median: 10_800 },
  ])
})

it('names approvers who approve everything before a card can be read', () => {
  const blink = times(20, () => decided('U0BLINK', 3))
  const thinks = times(20, (at) => decided('U0THINK', 3, at < 2 ? 'deny' : 'approve'))
  expect(habitsOf([...blink, ...thinks]).blinkers.map((one) => one.person)).toEqual(['U0BLINK'])
})

it('names an entitlement on which one person decides nearly everything', () => {
  const shared = times(10, (at) => decided(at % 2 ? 'U0A' : 'U0B', 60))
  const lonely = times(10, (at) => decided(at === 0 ? 'U0B' : 'U0A', 60, 'approve', 'admin'))
  const rare = times(3, () => decided('U0C', 60, 'approve', 'write'))
  expect(habitsOf([...shared, ...lonely, ...rare]).lone).toEqual([
    { person: 'U0A', target: 'orders-db', role: 'admin', decided: 9, of: 10 },
  ])
})

it('takes the middle of an even number from both sides', () => {
  expect(medianOf([1, 9, 3, 5])).toBe(4)
  expect(medianOf([7])).toBe(7)
  expect(medianOf([])).toBe(0)
})
