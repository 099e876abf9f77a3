import { isRefused, type Refused } from '../../core/refusal.ts'
import { decideRequest } from '../../operations/access/decide/decide-request.ts'
import { endGrant } from '../../operations/access/grant/end-grant.ts'
import { answerQuestion, askBack } from '../../operations/access/request/ask-back.ts'
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
  const decided = await decideRequest(door.world, { request, by, verdict: 'deny', note: noteIn(view) })
  if (isRefused(decided)) return decided
  return withNames(door.world.directory, (names) => decidedAnswer(decided, names))
}

export async function submitEnd(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const grant = readId(view.metadata)
  if (!grant) return notOurs()
  const ended = await endGrant(door.world, { grant, by: visitor.person, note: noteIn(view) })
  if (isRefused(ended)) return ended
  return withNames(door.world.directory, (names) => endingAnswer(ended.grant, visitor.person, names))
}

export async function submitQuestion(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const request = readId(view.metadata)
  if (!request) return notOurs()
  const asked = await askBack(door.world, { request, by: visitor.person, text: noteIn(view) })
  return isRefused(asked) ? asked : questionAskedAnswer(asked.request)
}

export async function submitAnswer(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const question = readId(view.metadata)
  if (!question) return notOurs()
  const answered = await answerQuestion(door.world, { question, by: visitor.person, text: noteIn(view) })
  return isRefused(answered) ? answered : answeredAnswer(answered.request)
}

function noteIn(view: Submission['view']): string {
  return view.fields.get(ACTION.type_note)?.value ?? ''
}
