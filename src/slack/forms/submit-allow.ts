import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import type { Submission } from '../platform/payloads.ts'
import { givenAnswer } from '../words/access/pre-approval.ts'

export async function submitAllow(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const field = (action: string) => view.fields.get(action)?.value.trim() ?? ''
  const [target = '', role = ''] = field(ACTION.pick_target).split(' ')
  const person = field(ACTION.pick_person)
  if (!person) return refuse('unknown-person', 'Please choose a person.', 'person')
  const given = await door.verbs.givePreApproval({
    by: visitor.person,
    person,
    target,
    role,
    span: field(ACTION.type_span),
    each: field(ACTION.type_duration) || undefined,
    reason: field(ACTION.type_reason),
  })
  if (isRefused(given)) return given
  return withNames(door.directory, (names) => givenAnswer(given, names))
}
