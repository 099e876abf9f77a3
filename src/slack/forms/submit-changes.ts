import { DURATION_HELP, parseDuration } from '../../core/access/duration.ts'
import { cleanText } from '../../core/access/reason.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { notOurs } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { withNames } from '../platform/names.ts'
import { readId, type Submission } from '../platform/payloads.ts'
import { decidedAnswer } from '../words/access/answers.ts'

export async function submitChanges(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const request = readId(view.metadata)
  if (!request) return notOurs()
  const field = (action: string) => view.fields.get(action)?.value.trim() ?? ''
  const typed = field(ACTION.type_duration) || field(ACTION.pick_duration)
  const duration = parseDuration(typed)
  if (typed !== '' && duration === undefined)
    return refuse('bad-duration', `“${cleanText(typed)}” is not a duration: ${DURATION_HELP}.`, 'duration')
  const start = field(ACTION.pick_start)
  const decided = await door.verbs.decideRequest({
    request,
    by: visitor.person,
    verdict: 'approve',
    note: field(ACTION.type_note),
    limit: { duration, startsAt: start === '' ? undefined : new Date(Number(start) * 1000) },
  })
  if (isRefused(decided)) return decided
  return withNames(door.directory, (names) => decidedAnswer(decided, names))
}
