import { isRefused } from '../../core/refusal.ts'
import { endPreApproval } from '../../operations/end-pre-approval.ts'
import { notOurs, tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { endedAllowAnswer } from '../messages/pre-approval.ts'
import { withNames } from '../names.ts'
import { type Click, readId } from '../payloads.ts'
import { openAllowForm } from '../views/allow-form.ts'

export function pressAllow(door: Door, { visitor, trigger }: Click): Promise<undefined> {
  return openAllowForm(door, { person: visitor.person, trigger, words: {} })
}

export async function pressEndAllow(door: Door, { visitor, value }: Click): Promise<Answer> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  const ended = await endPreApproval(door.world, { by: visitor.person, id })
  if (isRefused(ended)) return tellRefusal(door, ended)
  return withNames(door.world.directory, (names) => endedAllowAnswer(ended, names))
}
