import { approversAndSecurity } from '../../../core/access/approval.ts'
import {
  groupsToBreakGlass,
  mayBreakGlass,
  refuseReviewer,
  rehearseBreakGlass,
} from '../../../core/access/break-glass.ts'
import type { ReviewOutcome } from '../../../core/access/lifecycle.ts'
import type { Entitlement } from '../../../core/access/policy.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import { cardLanes } from '../../../core/feed.ts'
import type { RequestId } from '../../../core/ids.ts'
import { breakGlassReviewed, breakGlassUsed } from '../../../core/log/grant-events.ts'
import { requestCreated } from '../../../core/log/request-events.ts'
import { type Groups, groupsIn, type Person, type PersonId } from '../../../core/people/person.ts'
import { record } from '../../record.ts'
import { attemptOn, type RefusedError, refusal, unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { openGrant } from '../grant/open-grant.ts'
import { type Asking, attemptToAsk, readAsk } from './request-access.ts'

/**
 * For the dialog that asks for confirmation: the entitlement that would be taken. Refuses, recorded, what core's
 * `mayBreakGlass` refuses.
 */
export async function offerBreakGlass(world: World, asking: Asking): Promise<Entitlement> {
  const [person, groups] = await whoIsThere(world, asking.by)
  const open = await world.store.reads.openReviews(1, asking.by)
  const may = mayBreakGlass(world.catalog(), asking, person, groups, open.length)
  return unlessRefused(may, attemptToAsk(world, asking, BREAK_GLASS))
}

/**
 * Grants access without approval. Everybody who could have approved is alerted in the same transaction, and the
 * review stays open until one of them, or security, writes it. Refuses, recorded, what core's `rehearseBreakGlass`
 * refuses.
 */
export async function breakGlass(world: World, asking: Asking): Promise<{ readonly request: Request }> {
  const attempt = attemptToAsk(world, asking, BREAK_GLASS)
  const ask = unlessRefused(readAsk(asking), attempt)
  const [person, groups] = await whoIsThere(world, asking.by)
  const catalog = world.catalog()
  return world.store.transaction(async (tx) => {
    const { policy, target, role, duration, ticket, through } = unlessRefused(
      rehearseBreakGlass(catalog, ask, person, groups, await tx.reviews.openOf(asking.by)),
      attempt,
    )
    const cards = cardLanes(catalog, target.channel)
    const request = await tx.reviews.open(
      {
        requester: asking.by,
        target: target.id,
        role: role.id,
        duration,
        reason: ask.reason,
        ticket,
        policyName: policy.name,
        policyHash: catalog.hash,
        lapseAfter: policy.lapseAfter,
      },
      cards,
    )
    // No approval is among the events: there was none.
    tx.append(requestCreated(request, { through, stages: undefined }))
    await record(catalog, tx, breakGlassUsed(request, through), { request })
    await openGrant(world, tx, request, person, asking.by)
    return { request }
  })
}

const BREAK_GLASS = { kind: 'break-glass' } as const

function whoIsThere(world: World, by: string): Promise<[Person, Groups]> {
  return Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsToBreakGlass(world.catalog())),
  ])
}

type Reviewing = {
  readonly request: RequestId
  readonly by: PersonId
  readonly outcome: ReviewOutcome
  readonly note: string
}

/**
 * For the form: the request that was taken by break-glass, to somebody who may review it. Refuses everybody else
 * (recorded), and one that is reviewed.
 */
export async function offerReview(
  world: World,
  { request: id, by }: Pick<Reviewing, 'request' | 'by'>,
): Promise<Request> {
  const request = await world.store.reads.request(id)
  if (!request?.review) throw refusal('no-such-review')
  await refuseUnlessReviewer(world, request, by)
  if (request.review.state !== 'open') throw closedAlready(request)
  return request
}

/**
 * Closes the review of a break-glass, once: somebody else says whether it was justified. Refuses as {@link
 * offerReview}, and a missing text.
 */
export async function reviewBreakGlass(
  world: World,
  { request: id, by, outcome, note: typed }: Reviewing,
): Promise<{ readonly request: Request }> {
  const request = await offerReview(world, { request: id, by })
  const note = cleanText(typed)
  if (!note) throw refusal('review-missing')
  return world.store.transaction(async (tx) => {
    if (!(await tx.reviews.close(id, { state: outcome, by, note }))) throw closedAlready(request)
    const catalog = world.catalog()
    const event = breakGlassReviewed(request, { by, policy: catalog.hash }, { outcome, note })
    await record(catalog, tx, event, { request })
    return { request }
  })
}

function closedAlready(request: Request): RefusedError {
  return refusal('already-reviewed', { request: requestName(request.number) })
}

/** Attempts without the right to review, above all by the user of the break-glass, are recorded. */
async function refuseUnlessReviewer(world: World, request: Request, by: PersonId): Promise<void> {
  const catalog = world.catalog()
  const [reviewer, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(approversAndSecurity(catalog, request))),
  ])
  unlessRefused(refuseReviewer(catalog, request, reviewer, groups), attemptOn(by, 'review', request))
}
