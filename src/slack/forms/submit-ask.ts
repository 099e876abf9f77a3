import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import type { Submission } from '../platform/payloads.ts'
import { askedTogetherAnswer } from '../words/access/answers.ts'
import { filledIn } from './open-ask-form.ts'

export async function submitAsk(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const field = (action: string) => view.fields.get(action)?.value.trim() ?? ''
  const { target = '', roles = [], duration, receiver, start } = filledIn(view)
  const [role] = roles
  if (role === undefined) return refuse('usage', 'Please choose a target and a role.', 'role')
  const asked = await door.verbs.requestTogether(
    {
      by: visitor.person,
      target,
      role,
      duration,
      reason: field(ACTION.type_reason),
      ticket: field(ACTION.type_ticket) || undefined,
      receiver,
      startsAt: start === undefined ? undefined : new Date(Number(start) * 1000),
    },
    roles,
  )
  return isRefused(asked) ? asked : withNames(door.directory, (names) => askedTogetherAnswer(asked, names))
}
