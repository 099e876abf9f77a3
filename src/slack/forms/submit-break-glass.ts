import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { notOurs } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import { readChosen, readId, type Submission } from '../platform/payloads.ts'
import { brokenGlassAnswer, reviewedAnswer } from '../words/access/answers.ts'

export async function submitBreakGlass(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const { target = '', role = '' } = readChosen(view.metadata)
  const taken = await door.verbs.breakGlass({
    by: visitor.person,
    target,
    role,
    duration: view.fields.get(ACTION.type_duration)?.value.trim() || undefined,
    reason: view.fields.get(ACTION.type_reason)?.value ?? '',
  })
  return isRefused(taken) ? taken : brokenGlassAnswer(taken.request)
}

export async function submitReview(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const request = readId(view.metadata)
  if (!request) return notOurs()
  const outcome = view.fields.get(ACTION.pick_outcome)?.value
  if (outcome !== 'justified' && outcome !== 'unjustified')
    return refuse('usage', 'Please say whether it was justified.')
  const note = view.fields.get(ACTION.type_note)?.value ?? ''
  const reviewed = await door.verbs.reviewBreakGlass({ request, by: visitor.person, outcome, note })
  if (isRefused(reviewed)) return reviewed
  return withNames(door.directory, (names) => reviewedAnswer(reviewed.request, outcome, names))
}
