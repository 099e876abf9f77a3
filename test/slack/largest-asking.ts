/** What is said about asking for several roles and for somebody else, at its largest. */
import type { ApprovalStage } from '../../src/core/catalog.ts'
import { refuse } from '../../src/core/refusal.ts'
import type { Card } from '../../src/operations/access/read-card.ts'
import type { ExplainedAutomatic } from '../../src/operations/access/request/explain-access.ts'
import type { Message, Names } from '../../src/slack/blocks/message.ts'
import {
  answeredAnswer,
  askedTogetherAnswer,
  decidedTogetherAnswer,
  offerAnswer,
  questionAskedAnswer,
} from '../../src/slack/words/access/answers.ts'
import { bundleCard } from '../../src/slack/words/access/bundle-card.ts'
import { explainAnswer } from '../../src/slack/words/access/explain.ts'
import { requesterUpdate } from '../../src/slack/words/access/phases.ts'
import {
  answerForAsker,
  answerInThread,
  questionForOwner,
  questionInThread,
} from '../../src/slack/words/access/thread.ts'
import { NOON, policy, read, target, temporaryLogin } from './rows.ts'

const five = <T>(make: () => T): T[] => Array.from({ length: 5 }, make)

/** The card of a request that somebody else asked for, together with four others. */
export function offeredOf(pending: Card): Card {
  const request = {
    ...pending.request,
    askedBy: 'U0BEN',
    state: 'offered' as const,
    ticket: 'T'.repeat(64),
  }
  return { ...pending, request, together: five(() => ({ ...request, role: 'q'.repeat(60) })).slice(1) }
}

export function askingMessages({
  pending,
  denied,
  names,
}: {
  readonly pending: Card
  readonly denied: Card
  readonly names: Names
}): Record<string, Message> {
  const offered = offeredOf(pending)
  const allowed = {
    policy: pending.policy ?? policy,
    target,
    role: read,
    duration: 1800,
    through: ['S0TEAM'],
  }
  const refused = refuse('standing-not-removed', { target: 'x'.repeat(40), said: 'x'.repeat(254) })
  return {
    'asked together': askedTogetherAnswer(
      five(() => ({ request: offered.request, allowed })),
      names,
    ),
    'card together': bundleCard(
      five(() => pending),
      names,
    ),
    'decided together': decidedTogetherAnswer(
      {
        decided: [],
        overtaken: five(() => ({ request: pending.request, answer: refused })),
        left: five(() => pending.request),
      },
      'approve',
      names,
    ),
    'told offered': requesterUpdate('offered', offered, names),
    'told for-other': requesterUpdate(
      'for-other',
      { ...denied, request: { ...denied.request, askedBy: 'U0BEN' } },
      names,
    ),
    'offer answered': offerAnswer(
      five(() => ({
        request: { ...pending.request, askedBy: 'U0BEN' },
        missing: pending.policy?.approve.stages.map((stage) => ({ ...stage, missing: stage.count })),
      })),
      'accept',
      names,
    ),
  }
}

const people = (count: number, from: string) => Array.from({ length: count }, (_, at) => `${from}${at}`)

/** With forty people in every list, half of them away. */
export function largestExplanation(
  { request, role, policy: wide }: Card,
  stages: readonly ApprovalStage[],
  atOnce: ExplainedAutomatic,
  names: Names,
): Message {
  const half = people(40, 'U0').map((id, at) => [id, at % 2 ? 'active' : 'away'] as const)
  return explainAnswer(
    request,
    {
      policy: wide ?? policy,
      approvers: people(40, 'U0'),
      stages: stages.map((stage) => ({ ...stage, people: people(40, 'U0') })),
      possible: 10,
      capabilities: temporaryLogin,
      breakGlass: { max: 1800, reviewOpen: true },
      automatic: atOnce,
      role: role ?? read,
      target,
      gone: people(40, 'U1'),
      fallback: { people: people(40, 'U2'), after: 3600 },
    },
    names,
    { presence: new Map(half) },
  )
}

/** Questions and answers at the largest that people can write them. */

export function largestQuestions(typed: string, card: Card, names: Names): Record<string, Message> {
  const { request } = card
  const open = {
    id: 'q',
    request: request.id,
    asker: 'U0BEN',
    text: typed,
    askedAt: NOON,
    answer: undefined,
  }
  const question = { ...open, answer: { text: typed, by: 'U0ADA', at: NOON } }
  const inThread = answerInThread(question, card)
  const forAsker = answerForAsker(question, card, undefined, names)
  if (!inThread || !forAsker) throw new Error('an answer was not drawn')
  return {
    'question in the thread': questionInThread(open, card),
    'question of who asked': questionInThread({ ...open, asker: request.requester }, card),
    'answer in the thread': inThread,
    'question for who asked': questionForOwner(open, card, undefined),
    'answer for the asker': forAsker,
    'question asked': questionAskedAnswer(request),
    'question answered': answeredAnswer(request),
  }
}
