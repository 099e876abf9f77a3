/** What stands in the thread of a card: reminders, questions and their answers, and who else gets them. */

import type { Question } from '../../../core/access/question.ts'
import { clamp } from '../../../core/access/reason.ts'
import { ownersOf, requestName } from '../../../core/access/request.ts'
import { stillMissing } from '../../../core/access/stages.ts'
import { alertedIn } from '../../../core/people/alerting.ts'
import { counted } from '../../../core/plural.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { actions, button, message, quote, rich, section, sentence } from '../../blocks/layout.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { link, listed, moment, person, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessOf, forHowLong, mentionsOf } from '../phrases.ts'
import { fromWhom } from './approvals.ts'
import { decisionButtons } from './buttons.ts'

/** In the thread; the people who are to answer are mentioned. */
export function questionInThread(question: Question, card: Card): Message {
  const { request, policy } = card
  const owners = ownersOf(request)
  const ofOwner = owners.includes(question.asker)
  const whom = ofOwner
    ? mentionsOf(policy ? policy.approve.stages.flatMap(alertedIn) : [])
    : listed(owners.map(person))
  const line = say`${person(question.asker)} asks ${whom.length > 0 ? whom : 'the approvers'} about ${requestName(request.number)}:`
  return drawn(line, question.text, answerable(question, card) ? [actions(answerButton(question, card))] : [])
}

export function answerInThread({ asker, answer }: Question, { request }: Card): Message | undefined {
  if (!answer) return undefined
  return drawn(
    say`${person(answer.by)} answers ${person(asker)} about ${requestName(request.number)}:`,
    answer.text,
    [],
  )
}

/** To who asked for the access. `url` leads to the thread. */
export function questionForOwner(question: Question, card: Card, url: string | undefined): Message {
  const { request } = card
  return drawn(
    together(
      say`${person(question.asker)} wants to know something before deciding on your ${requestName(request.number)}, ${accessOf(request)}. Nothing is decided yet.`,
      say`${thread(url)} has it too, and your answer will stand there.`,
    ),
    question.text,
    answerable(question, card) ? [actions(answerButton(question, card))] : [],
  )
}

/** To who asked the question, who can decide now. */
export function answerForAsker(
  question: Question,
  card: Card,
  url: string | undefined,
  names: Names,
): Message | undefined {
  const { request } = card
  const { answer } = question
  if (!answer) return undefined
  const decides = request.state === 'pending' && !ownersOf(request).includes(question.asker)
  return drawn(
    together(
      say`${person(answer.by)} answered your question about ${requestName(request.number)}, ${accessOf(request)}.`,
      say`You asked: ${clamp(question.text.replaceAll('\n', ' '), 300)}`,
      url ? say`${thread(url)} has both.` : say``,
    ),
    answer.text,
    decides ? [actions(...decisionButtons(card, names))] : [],
  )
}

function thread(url: string | undefined): RichText {
  return url ? say`${link(url, 'The thread of the request')}` : say`The thread of the request`
}

function answerable({ answer }: Question, { request }: Card): boolean {
  return answer === undefined && request.state === 'pending'
}

function answerButton({ id }: Question, { request }: Card) {
  return button({
    action: ACTION.answer,
    text: 'Answer…',
    label: `Answer the question about ${requestName(request.number)}`,
    value: id,
    style: 'primary',
  })
}

function drawn(line: RichText, text: string, more: readonly Block[]): Message {
  return message(together(line, clamp(text, 1_000)), [section(line), rich(quote(text)), ...more])
}

/** In the thread of the card, for those who have not answered yet; it alerts them. */
export function reminder(
  card: Card,
  names: Names,
  { direct = false }: { readonly direct?: boolean } = {},
): Message {
  const { request, needed, approvals } = card
  const missing = Math.max(1, needed - approvals.length)
  return sentence(
    together(
      say`${requestName(request.number)} still waits: ${names(request.requester)} asks for ${accessOf(request)}${forHowLong(request)}.`,
      say`It needs ${counted(missing, 'more approval')}${direct ? say`, and you can give one` : silent(card)}, and lapses ${moment(request.lapsesAt)}.`,
    ),
  )
}

const MAX_REMINDED = 10

/** The groups of the stages that nobody filled; where somebody did, the people without those who did. */
function silent({ stages, approvers, alerted, approvals }: Card): RichText {
  const missing = stillMissing(stages)
  const begun = stages.length === 1 && approvals.length > 0
  if (!begun) return fromWhom(missing)
  const left = (alerted ?? approvers ?? []).filter((one) => !approvals.includes(one))
  return fromWhom(missing, () =>
    mentionsOf(left.slice(0, MAX_REMINDED).map((id) => ({ kind: 'person', id }))),
  )
}
