import { isRefused } from '../../core/refusal.ts'
import { lookAgain } from '../../operations/look-again.ts'
import { notOurs, tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { lookingAnswer } from '../messages/acknowledgements.ts'
import { withNames } from '../names.ts'
import { type Click, readId } from '../payloads.ts'

export async function pressLookAgain(door: Door, { visitor, value }: Click): Promise<Answer> {
  const grant = readId(value)
  if (!grant) return tellRefusal(door, notOurs())
  const looked = await lookAgain(door.world, { grant, by: visitor.person })
  if (isRefused(looked)) return tellRefusal(door, looked)
  return withNames(door.world.directory, (names) => lookingAnswer(looked.grant, names))
}
