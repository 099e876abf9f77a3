import { isRefused } from '../../core/refusal.ts'
import { openAllowForm } from '../forms/allow-form.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { endedAllowAnswer } from '../words/access/pre-approval.ts'

export function pressAllow(door: Door, { visitor, trigger }: Click): Promise<undefined> {
  return openAllowForm(door, { person: visitor.person, trigger, words: {} })
}

export async function pressEndAllow(door: Door, { visitor, value }: Click): Promise<Answer> {
  const id = readId(value)
  if (!id) return tellRefusal(door, notOurs())
  const ended = await door.verbs.endPreApproval({ by: visitor.person, id })
  if (isRefused(ended)) return tellRefusal(door, ended)
  return withNames(door.directory, (names) => endedAllowAnswer(ended, names))
}
