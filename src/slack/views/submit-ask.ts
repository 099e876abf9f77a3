import { isRefused, type Refused } from '../../core/refusal.ts'
import { requestAccess } from '../../operations/request-access.ts'
import type { Answer, Door } from '../guard.ts'
import { ACTION } from '../ids.ts'
import { askedAnswer } from '../messages/acknowledgements.ts'
import type { Submission } from '../payloads.ts'

export async function submitAsk(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const field = (action: string) => view.fields.get(action)?.value.trim() ?? ''
  const asked = await requestAccess(door.world, {
    by: visitor.person,
    target: field(ACTION.pick_target),
    role: field(ACTION.pick_role),
    duration: field(ACTION.type_duration) || field(ACTION.pick_duration) || undefined,
    reason: field(ACTION.type_reason),
    ticket: field(ACTION.type_ticket) || undefined,
  })
  return isRefused(asked) ? asked : askedAnswer(asked)
}
