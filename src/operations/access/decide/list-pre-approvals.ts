import { groupsToDecide } from '../../../core/access/approval.ts'
import { isSecurity } from '../../../core/access/audience.ts'
import { refuseUnlessMember } from '../../../core/access/policy.ts'
import {
  approvableBeforehand,
  approversBeforehand,
  type PreApproval,
  type WhyVoid,
  whyVoid,
} from '../../../core/access/pre-approval.ts'
import type { Role, Target } from '../../../core/catalog.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import type { World } from '../../world.ts'

/** With why it would count for nothing now, as far as that is known. */
export type ListedPreApproval = PreApproval & { readonly void?: WhyVoid }

export type PreApprovalList = {
  /** Those that live: given or had by this person; for security all of them. */
  readonly live: readonly ListedPreApproval[]
  /** What this person could approve beforehand. */
  readonly mayGive: readonly { readonly target: Target; readonly role: Role }[]
}

const MOST = 200
/** More than a list shows; each asks Slack about two people. */
const MOST_JUDGED = 10

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
  const live = await world.store.preApprovals.live(everything ? undefined : { concerns: by }, MOST)
  return {
    live: await Promise.all(live.map((one, at) => (at < MOST_JUDGED ? judge(world, one) : one))),
    mayGive: approvableBeforehand(catalog, by, groups),
  }
}

async function judge(world: World, one: PreApproval): Promise<ListedPreApproval> {
  const catalog = world.catalog()
  const [giver, receiver, groups] = await Promise.all([
    world.directory.personLately(one.giver),
    world.directory.personLately(one.person),
    world.directory.groupsLately(groupsToDecide(catalog, one)),
  ])
  const why = whyVoid(catalog, one, giver, receiver, groups)
  return why ? { ...one, void: why } : one
}
