import { isRefused, type Refused } from '../../core/refusal.ts'
import { notOurs } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import { readId, type Submission } from '../platform/payloads.ts'
import { answeredAnswer, decidedAnswer, endingAnswer, questionAskedAnswer } from '../words/access/answers.ts'

export async function submitDeny(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const request = readId(view.metadata)
  if (!request) return notOurs()
  const by = visitor.person
  const decided = await door.verbs.decideRequest({ request, by, verdict: 'deny', note: noteIn(view) })
  if (isRefused(decided)) return decided
  return withNames(door.directory, (names) => decidedAnswer(decided, names))
}

export async function submitEnd(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const grant = readId(view.metadata)
  if (!grant) return notOurs()
  const ended = await door.verbs.endGrant({ grant, by: visitor.person, note: noteIn(view) })
  if (isRefused(ended)) return ended
  return withNames(door.directory, (names) => endingAnswer(ended.grant, visitor.person, names))
}

export async function submitQuestion(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const request = readId(view.metadata)
  if (!request) return notOurs()
  const asked = await door.verbs.askBack({ request, by: visitor.person, text: noteIn(view) })
  return isRefused(asked) ? asked : questionAskedAnswer(asked.request)
}

export async function submitAnswer(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const question = readId(view.metadata)
  if (!question) return notOurs()
  const answered = await door.verbs.answerQuestion({ question, by: visitor.person, text: noteIn(view) })
  return isRefused(answered) ? answered : answeredAnswer(answered.request)
}

function noteIn(view: Submission['view']): string {
  return view.fields.get(ACTION.type_note)?.value ?? ''
}
