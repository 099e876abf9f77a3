import { expect, it } from 'vitest'
import {
  type Access,
  type Connector,
  ConnectorError,
  type EndingStep,
  type Seen,
  type StepDone,
} from '../../src/core/connector.ts'
import { endInTarget } from '../../src/operations/access/grant/call-target.ts'

const NOTHING: StepDone = { taken: false, sessionsEnded: 0 }

/** A target on paper: what each step answers, in order, and what it shows afterwards. */
function paper(
  steps: readonly (readonly [EndingStep, StepDone | ConnectorError])[],
  seen: Seen | ConnectorError,
) {
  const asked: string[] = []
  const kept: StepDone[] = []
  const answer = <T>(what: string, one: T | ConnectorError | undefined): Promise<T> => {
    asked.push(what)
    if (one instanceof ConnectorError || one === undefined) return Promise.reject(one)
    return Promise.resolve(one)
  }
  const left = [...steps]
  const connector = {
    endingSteps: () => steps.map(([step]) => step),
    end: (_: Access, step: EndingStep) => answer(step, left.shift()?.[1]),
    look: () => answer('look', seen),
  } as unknown as Connector
  const tried = (goesOn = true) =>
    endInTarget(connector, {} as Access, AbortSignal.timeout(5_000), async (done) => {
      kept.push(done)
      return goesOn
    })
  return { asked, kept, tried }
}

const blocked = new ConnectorError('retryable', 'It is held by session 7.')

it('tries each step also when one before it failed, and keeps what the others did', async () => {
  const ended = { taken: false, sessionsEnded: 2 }
  const { asked, kept, tried } = paper(
    [
      ['take', blocked],
      ['end-sessions', ended],
      ['close', blocked],
    ],
    { state: 'held', text: 'It still has the role.' },
  )
  expect((await tried()).failures).toEqual(['It still has the role.', 'It is held by session 7.'])
  expect(asked).toEqual(['take', 'end-sessions', 'close', 'look'])
  expect(kept).toEqual([ended])
})

it('believes the look, not the steps', async () => {
  const lost = new ConnectorError('unknown-outcome', 'The answer was lost.')
  const { kept, tried } = paper([['take', lost]], { state: 'gone' })
  expect((await tried()).seen).toEqual({ state: 'gone' })
  // Or the next try would take it for somebody else's work.
  expect(kept).toEqual([{ taken: true, sessionsEnded: 0 }])
  expect((await paper([['take', NOTHING]], blocked).tried()).seen).toBeUndefined()
})

it('goes no further when another worker has the grant', async () => {
  const { asked, tried } = paper(
    [
      ['take', { taken: true, sessionsEnded: 0 }],
      ['close', NOTHING],
    ],
    { state: 'gone' },
  )
  expect((await tried(false)).seen).toBeUndefined()
  expect(asked).toEqual(['take'])
})
