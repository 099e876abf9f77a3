import { isRefused } from '../../core/refusal.ts'
import { withdrawRequest } from '../../operations/withdraw-request.ts'
import { notOurs, tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { withdrawnAnswer } from '../messages/acknowledgements.ts'
import { type Click, readId } from '../payloads.ts'

export async function pressWithdraw(door: Door, { visitor, value }: Click): Promise<Answer> {
  const request = readId(value)
  if (!request) return tellRefusal(door, notOurs())
  const withdrawn = await withdrawRequest(door.world, { request, by: visitor.person })
  return isRefused(withdrawn) ? tellRefusal(door, withdrawn) : withdrawnAnswer(withdrawn.request)
}
