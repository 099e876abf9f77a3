/** Questions and answers at the largest that people can write them. */
import type { Card } from '../../src/operations/access/read-card.ts'
import type { Message, Names } from '../../src/slack/blocks/message.ts'
import { answeredAnswer, questionAskedAnswer } from '../../src/slack/words/access/answers.ts'
import {
  answerForAsker,
  answerInThread,
  questionForOwner,
  questionInThread,
} from '../../src/slack/words/access/question.ts'
import { NOON } from './rows.ts'

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
