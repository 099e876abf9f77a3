import { isRefused, type Refused } from '../../core/refusal.ts'
import { extendAccess } from '../../operations/extend-access.ts'
import { notOurs } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { ACTION } from '../ids.ts'
import { extendingAnswer } from '../messages/acknowledgements.ts'
import { readId, type Submission } from '../payloads.ts'

export async function submitExtend(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const grant = readId(view.metadata)
  if (!grant) return notOurs()
  const field = (action: string) => view.fields.get(action)?.value.trim() ?? ''
  const asked = await extendAccess(door.world, {
    by: visitor.person,
    grant,
    duration: field(ACTION.type_duration) || field(ACTION.pick_duration) || undefined,
    reason: field(ACTION.type_reason),
    ticket: view.fields.get(ACTION.type_ticket)?.value.trim(),
  })
  return isRefused(asked) ? asked : extendingAnswer(asked.request, asked.prolongs, asked.allowed)
}
