import { isRefused } from '../../core/refusal.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { lookingAnswer } from '../words/access/answers.ts'

export async function pressLookAgain(door: Door, { visitor, value }: Click): Promise<Answer> {
  const grant = readId(value)
  if (!grant) return tellRefusal(door, notOurs())
  const looked = await door.verbs.lookAgain({ grant, by: visitor.person })
  if (isRefused(looked)) return tellRefusal(door, looked)
  return withNames(door.directory, (names) => lookingAnswer(looked.grant, names))
}
