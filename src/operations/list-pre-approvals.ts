import { isSecurity } from '../core/audience.ts'
import type { Role, Target } from '../core/catalog.ts'
import { groupsIn, type PersonId } from '../core/person.ts'
import { refuseUnlessMember } from '../core/policy.ts'
import type { World } from '../core/ports.ts'
import { approvableBeforehand, approversBeforehand, type PreApproval } from '../core/pre-approval.ts'

export type PreApprovalList = {
  /** Those that live: given or had by this person; for security all of them. */
  readonly live: readonly PreApproval[]
  /** What this person could approve beforehand. */
  readonly mayGive: readonly { readonly target: Target; readonly role: Role }[]
}

const MOST = 200

/** Reads with the lately known groups: a list may be a minute old, what is done with it is judged anew. */
export async function listPreApprovals(
  world: World,
  by: PersonId,
  { all }: { readonly all: boolean },
): Promise<PreApprovalList> {
  const catalog = world.catalog()
  const named = [...approversBeforehand(catalog), ...catalog.security]
  const [person, groups] = await Promise.all([
    world.directory.personLately(by),
    world.directory.groupsLately([...new Set(groupsIn(named))]),
  ])
  if (refuseUnlessMember(person)) return { live: [], mayGive: [] }
  const everything = all && isSecurity(catalog, person, groups)
  return {
    live: await world.store.preApprovals.live(everything ? undefined : { concerns: by }, MOST),
    mayGive: approvableBeforehand(catalog, by, groups),
  }
}
