import { expect, it } from 'vitest'
import { operatorNamed, type Standing } from '../../src/core/standing/standing.ts'
import { alreadyClosed } from '../../src/operations/standing/review-standing.ts'
import { refusalText } from '../../src/slack/words/refusals.ts'

const names = (id: string) => (id === 'U0SAM' ? 'Sam' : `<${id}>`)
const lateAnswer = (one: Partial<Standing>) =>
  refusalText(alreadyClosed({ account: 'joe', ...one } as Standing), names)

it('names the operator who accepted access at the terminal, and a person by name', () => {
  expect(lateAnswer({ state: 'accepted', acceptedBy: operatorNamed('root') })).toBe(
    'The operator root accepted joe already; nothing was changed.',
  )
  expect(lateAnswer({ state: 'accepted', acceptedBy: 'U0SAM' })).toBe(
    'Sam accepted joe already; nothing was changed.',
  )
  expect(lateAnswer({ state: 'removed', closedBy: 'U0SAM' })).toBe(
    'Sam took it away already; nothing was changed.',
  )
})
