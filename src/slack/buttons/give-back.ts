import { isRefused, refuse } from '../../core/refusal.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { endingAnswer } from '../words/access/answers.ts'

/** The holder is done. Somebody else who presses it is asked for a reason by the verb, and told where to give it. */
export async function pressGiveBack(door: Door, { visitor, value }: Click): Promise<Answer> {
  const grant = readId(value)
  if (!grant) return tellRefusal(door, notOurs())
  const by = visitor.person
  const ended = await door.verbs.endGrant({ grant, by, note: '' })
  if (isRefused(ended))
    return tellRefusal(
      door,
      ended.refused.code === 'reason-missing' ? refuse('not-yours', NOT_HOLDER) : ended,
    )
  return withNames(door.directory, (names) => endingAnswer(ended.grant, by, names))
}

const NOT_HOLDER =
  'This button is for the person who has the access. Approvers and security end it with End now on the card, or with /elevate end.'
