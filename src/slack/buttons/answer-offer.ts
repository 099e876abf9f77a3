import { isRefused } from '../../core/refusal.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { offerAnswer } from '../words/access/for-another.ts'

/** The receiver of what somebody else asked for says yes or no; the message with the buttons becomes the answer. */
export async function pressAnswerOffer(door: Door, { visitor, action, value, view }: Click): Promise<Answer> {
  const request = readId(value)
  if (!request) return tellRefusal(door, notOurs())
  const answer = action === ACTION.accept ? 'accept' : 'decline'
  const done = await door.verbs.answerOffer({ request, by: visitor.person, answer })
  if (isRefused(done)) return tellRefusal(door, done)
  const said = await withNames(door.directory, (names) => offerAnswer(done.answered, answer, names))
  return view ? said : { ...said, replace: true }
}
