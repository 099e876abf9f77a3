import { decide } from '../core/approval.ts'
import type { PersonId } from '../core/person.ts'
import { groupsIn } from '../core/person.ts'
import { type Entitlement, entitlementsOf, refuseUnlessMember } from '../core/policy.ts'
import type { GrantRow, World } from '../core/ports.ts'
import { isRefused } from '../core/refusal.ts'
import type { Request } from '../core/request.ts'

/** One person's page: what I may ask for, what I have, what I asked for, what waits for me. */
export type AccessList = {
  readonly mayAsk: readonly Entitlement[]
  readonly grants: readonly GrantRow[]
  readonly requests: readonly Request[]
  /** Pending requests that this person could approve now. */
  readonly toDecide: readonly Request[]
}

/** Reads with the lately known groups: a page may be a minute old, a decision is judged anew. */
export async function listAccess(world: World, by: PersonId): Promise<AccessList> {
  const catalog = world.catalog()
  const { reads } = world.store
  const everyGroup = [
    ...new Set(
      catalog.policies.flatMap((policy) =>
        groupsIn([...policy.request, ...policy.approve.from, ...(policy.fallback?.from ?? [])]),
      ),
    ),
  ]
  const [person, groups, grants, requests, pending] = await Promise.all([
    world.directory.personLately(by),
    world.directory.groupsLately(everyGroup),
    reads.liveGrants(by),
    reads.requestsOf(by, 20),
    reads.pendingRequests(200),
  ])
  if (refuseUnlessMember(person)) return { mayAsk: [], grants, requests, toDecide: [] }
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
    mayAsk: entitlementsOf(catalog, by, groups),
    grants,
    requests,
    toDecide: pending.filter(mayDecide),
  }
}
