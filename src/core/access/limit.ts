/** An approver may allow less than was asked: a shorter time, a later start; never more, and never sooner. */
import type { Policy } from '../catalog.ts'
import { type Refused, refuse } from '../refusal.ts'
import { formatDuration } from './duration.ts'
import { refuseDuration, refuseStart } from './policy.ts'
import type { Limit, Request } from './request.ts'

/** `now` is the database's; it is needed where a start is named. */
export function refuseLimit(
  request: Pick<Request, 'duration' | 'startsAt' | 'prolongs'>,
  { duration, startsAt }: Limit,
  policy: Policy,
  now: Date | undefined,
): Refused | undefined {
  if (duration !== undefined) {
    const no = refuseDuration(duration, policy)
    if (no) return no
    if (duration > request.duration)
      return refuse(
        'too-long',
        `${formatDuration(duration)} is longer than the ${formatDuration(request.duration)} that were asked for.`,
        'duration',
      )
  }
  if (startsAt === undefined) return undefined
  if (request.prolongs)
    return refuse('bad-start', 'An extension begins where the access ends; it has no other start.', 'start')
  if (request.startsAt && startsAt.getTime() < request.startsAt.getTime())
    return refuse('bad-start', 'That is sooner than it was asked for.', 'start')
  return refuseStart(startsAt, now ?? startsAt, policy)
}
