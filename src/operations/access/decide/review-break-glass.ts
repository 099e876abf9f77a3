import { overseersOf } from '../../../core/access/approval.ts'
import { refuseReviewer } from '../../../core/access/break-glass.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { ReviewOutcome } from '../../../core/access/review.ts'
import type { RequestId } from '../../../core/ids.ts'
import { breakGlassReviewed } from '../../../core/log/grant-events.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import { record } from '../../record.ts'
import { attemptOn, type RefusedError, refusal, unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'

export type Reviewing = {
  readonly request: RequestId
  readonly by: PersonId
  readonly outcome: ReviewOutcome
  readonly note: string
}

/** For the form: what was taken and why, to somebody who may review it. Anybody else is refused, on record. */
export async function offerReview(
  world: World,
  { request: id, by }: Pick<Reviewing, 'request' | 'by'>,
): Promise<Request> {
  const request = await world.store.reads.request(id)
  if (!request?.review) throw refusal('unknown-request', 'There is no such break-glass to review.')
  await refuseUnlessReviewer(world, request, by)
  if (request.review.state !== 'open') throw closedAlready(request)
  return request
}

/** Somebody else says whether it was right to break the glass. That closes the matter, once. */
export async function reviewBreakGlass(
  world: World,
  { request: id, by, outcome, note: typed }: Reviewing,
): Promise<{ readonly request: Request }> {
  const request = await offerReview(world, { request: id, by })
  const note = cleanText(typed)
  if (!note) throw refusal('reason-missing', 'Please write what you found.', { field: 'note' })
  return world.store.transaction(async (tx) => {
    if (!(await tx.reviews.close(id, { state: outcome, by, note }))) throw closedAlready(request)
    const catalog = world.catalog()
    const event = breakGlassReviewed(request, { by, policy: catalog.hash }, { outcome, note })
    await record(catalog, tx, event, { request })
    return { request }
  })
}

function closedAlready(request: Request): RefusedError {
  return refusal(
    'already-closed',
    `The break-glass ${requestName(request.number)} has been reviewed already; nothing was changed.`,
  )
}

/** Whoever tries without the right to it, the user himself first of all, is for security to know. */
async function refuseUnlessReviewer(world: World, request: Request, by: PersonId): Promise<void> {
  const catalog = world.catalog()
  const [reviewer, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(overseersOf(catalog, request))),
  ])
  unlessRefused(refuseReviewer(catalog, request, reviewer, groups), attemptOn(by, 'review', request))
}
