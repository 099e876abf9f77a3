import { isRefused, type Refused } from '../../core/refusal.ts'
import { notOurs } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { readId, type Submission } from '../platform/payloads.ts'
import { extendingAnswer } from '../words/access/answers.ts'

export async function submitExtend(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const grant = readId(view.metadata)
  if (!grant) return notOurs()
  const field = (action: string) => view.fields.get(action)?.value.trim() ?? ''
  const asked = await door.verbs.extendAccess({
    by: visitor.person,
    grant,
    duration: field(ACTION.type_duration) || field(ACTION.pick_duration) || undefined,
    reason: field(ACTION.type_reason),
    ticket: view.fields.get(ACTION.type_ticket)?.value.trim(),
  })
  return isRefused(asked) ? asked : extendingAnswer(asked.request, asked.prolongs, asked.allowed)
}
