import { isRefused } from '../../core/refusal.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { type Click, readId } from '../platform/payloads.ts'
import { withdrawnAnswer } from '../words/access/answers.ts'

export async function pressWithdraw(door: Door, { visitor, value }: Click): Promise<Answer> {
  const request = readId(value)
  if (!request) return tellRefusal(door, notOurs())
  const withdrawn = await door.verbs.withdrawRequest({ request, by: visitor.person })
  return isRefused(withdrawn) ? tellRefusal(door, withdrawn) : withdrawnAnswer(withdrawn.request)
}
