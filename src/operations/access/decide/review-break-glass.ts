import { overseersOf } from '../../../core/access/approval.ts'
import { refuseReviewer } from '../../../core/access/break-glass.ts'
import { cleanText } from '../../../core/access/reason.ts'
import { type Request, type RequestId, requestName } from '../../../core/access/request.ts'
import type { ReviewOutcome } from '../../../core/access/review.ts'
import { channelLane, personLane } from '../../../core/notice.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import { isRefused, type Refused, refuse } from '../../../core/refusal.ts'
import { tellHomes } from '../../tell-homes.ts'
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
): Promise<Request | Refused> {
  const request = await world.store.reads.request(id)
  if (!request?.review) return refuse('unknown-request', 'There is no such break-glass to review.')
  const no = await refuseUnlessReviewer(world, request, by)
  return no ?? (request.review.state === 'open' ? request : closedAlready(request))
}

/** Somebody else says whether it was right to break the glass. That closes the matter, once. */
export async function reviewBreakGlass(
  world: World,
  { request: id, by, outcome, note: typed }: Reviewing,
): Promise<{ readonly request: Request } | Refused> {
  const request = await offerReview(world, { request: id, by })
  if (isRefused(request)) return request
  const note = cleanText(typed)
  if (!note) return refuse('reason-missing', 'Please write what you found.', 'note')
  const result = await world.store.transaction(async (tx) => {
    if (!(await tx.reviews.close(id, { state: outcome, by, note }))) return closedAlready(request)
    tx.append({
      type: 'break_glass.reviewed',
      ...about(world, request, by),
      outcome,
      private: { note },
    })
    for (const lane of await tx.requests.cards(id)) tx.tell({ lane, notice: { kind: 'card', request: id } })
    tx.tell({ lane: personLane(request.requester), notice: { kind: 'told', step: 'reviewed', request: id } })
    tx.tell({
      lane: channelLane(world.catalog().securityChannel),
      notice: { kind: 'feed', what: 'reviewed', request: id },
    })
    await tellHomes(tx, request.requester)
    return { request }
  })
  return result
}

function closedAlready(request: Request): Refused {
  return refuse(
    'already-closed',
    `The break-glass ${requestName(request.number)} has been reviewed already; nothing was changed.`,
  )
}

/** Whoever tries without the right to it, the user himself first of all, is for security to know. */
async function refuseUnlessReviewer(
  world: World,
  request: Request,
  by: PersonId,
): Promise<Refused | undefined> {
  const catalog = world.catalog()
  const [reviewer, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(overseersOf(catalog, request))),
  ])
  const no = refuseReviewer(catalog, request, reviewer, groups)
  if (!no) return undefined
  const { code } = no.refused
  const { target, role, id } = request
  await world.store.transaction(async (tx) => {
    tx.append({
      type: 'decision.refused',
      ...about(world, request, by),
      outcome: code,
      detail: { verdict: 'review' },
    })
    tx.tell({
      lane: channelLane(catalog.securityChannel),
      notice: { kind: 'refused', person: by, code, target, role, request: id },
    })
  })
  return no
}

function about(world: World, request: Request, by: PersonId) {
  return {
    actor: { kind: 'person', id: by },
    subject: request.requester,
    target: request.target,
    role: request.role,
    request: requestName(request.number),
    policy: world.catalog().hash,
  } as const
}
