import { isRefused } from '../../core/refusal.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { decidedAnswer } from '../words/access/answers.ts'

export async function pressApprove(door: Door, { visitor, value }: Click): Promise<Answer> {
  const request = readId(value)
  if (!request) return tellRefusal(door, notOurs())
  const by = visitor.person
  const decided = await door.verbs.decideRequest({ request, by, verdict: 'approve', note: '' })
  if (isRefused(decided)) return tellRefusal(door, decided)
  return withNames(door.directory, (names) => decidedAnswer(decided, names))
}
