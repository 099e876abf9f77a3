import { decide } from '../../core/access/approval.ts'
import { refuseReviewer } from '../../core/access/break-glass.ts'
import {
  type Entitlement,
  entitlementsOf,
  groupsThatAsk,
  refuseUnlessMember,
} from '../../core/access/policy.ts'
import type { Request } from '../../core/access/request.ts'
import { approversNamed } from '../../core/access/stages.ts'
import type { Quarantine } from '../../core/log/quarantine.ts'
import { groupsIn, type PersonId } from '../../core/people/person.ts'
import type { GrantRow } from '../../core/reads.ts'
import { isRefused } from '../../core/refusal.ts'
import type { World } from '../world.ts'

import { listPreApprovals, type PreApprovalList } from './decide/pre-approvals.ts'

/** One person's page: what I may ask for, what I have, what I asked for, what waits for me. */
export type AccessList = {
  readonly mayAsk: readonly Entitlement[]
  readonly grants: readonly GrantRow[]
  readonly requests: readonly Request[]
  /** Pending requests that this person could approve now. */
  readonly toDecide: readonly Request[]
  /** What others asked for that this person would have, and has to accept first. */
  readonly toAccept: readonly Request[]
  /** What others took by break-glass and this person may review. */
  readonly toReview: readonly Request[]
  readonly preApprovals?: PreApprovalList
  /** By the database's clock, for what is still left. */
  readonly now: Date
  /** Lasts now: what the rest says may be long over. */
  readonly quarantine?: Quarantine | undefined
}

/** Of one's own; what waits for an answer comes first. */
const MAX_LISTED_REQUESTS = 100

/**
 * What this person may ask for, has, asked for, and may decide or review. Uses remembered groups, at most a minute
 * old: only for showing, every decision is judged again.
 */
export async function listAccess(world: World, by: PersonId): Promise<AccessList> {
  const catalog = world.catalog()
  const { reads } = world.store
  const everyGroup = [
    ...new Set([
      ...catalog.policies.flatMap((policy) =>
        groupsIn([...approversNamed(policy), ...(policy.fallback?.from ?? [])]),
      ),
      ...groupsThatAsk(catalog.policies),
      ...groupsIn(catalog.security),
    ]),
  ]
  const [person, groups, grants, requests, pending, unreviewed, preApprovals, now, quarantine] =
    await Promise.all([
      world.directory.personLately(by),
      world.directory.groupsLately(everyGroup),
      reads.liveGrants(by),
      reads.requestsOf(by, MAX_LISTED_REQUESTS),
      reads.pendingRequests(200),
      reads.openReviews(200),
      listPreApprovals(world, by, { all: false }),
      reads.now(),
      world.store.quarantine.current(),
    ])
  const own = { grants, requests, preApprovals, now, quarantine }
  if (refuseUnlessMember(person)) return { ...own, mayAsk: [], toAccept: [], toDecide: [], toReview: [] }
  const mayDecide = (request: Request) =>
    !isRefused(
      decide(
        catalog,
        request,
        { ...person, id: request.requester, kind: 'member' },
        person,
        'approve',
        groups,
      ),
    )
  return {
    ...own,
    mayAsk: entitlementsOf(catalog, by, groups),
    toAccept: requests.filter((one) => one.state === 'offered' && one.requester === by),
    toDecide: pending.filter(mayDecide),
    toReview: unreviewed.filter((request) => !refuseReviewer(catalog, request, person, groups)),
  }
}
