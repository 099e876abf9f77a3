import { approversOf } from '../core/approval.ts'
import { findTarget, type Policy } from '../core/catalog.ts'
import type { Capabilities } from '../core/connector.ts'
import { nearest } from '../core/nearest.ts'
import { groupsIn, type PersonId } from '../core/person.ts'
import { groupsToAskWith, policyOf, refuseUnlessMember } from '../core/policy.ts'
import type { World } from '../core/ports.ts'
import { type Refused, refuse } from '../core/refusal.ts'

/** Which rule applies to this person, and who would be asked. Asks nothing of anybody. */
export type Explained = {
  readonly policy: Policy
  /** Undefined when policy says everyone. */
  readonly approvers: readonly PersonId[] | undefined
  readonly capabilities: Capabilities | undefined
}

export async function explainAccess(
  world: World,
  { by, target, role }: { readonly by: PersonId; readonly target: string; readonly role: string },
): Promise<Explained | Refused> {
  const catalog = world.catalog()
  const person = await world.directory.person(by)
  const stranger = refuseUnlessMember(person)
  if (stranger) return stranger
  const known = findTarget(catalog, target)
  if (!known?.roles.some((one) => one.id === role)) {
    const names = catalog.targets.flatMap((one) => one.roles.map((two) => `${one.id} ${two.id}`))
    const near = nearest(`${target} ${role}`, names)
    return refuse('unknown-target', `There is no “${target} ${role}”.${near ? ` Did you mean ${near}?` : ''}`)
  }
  const groups = await world.directory.groups(groupsToAskWith(catalog, target, role))
  const policy = policyOf(catalog, target, role, by, groups)
  if (!policy) return refuse('not-allowed', `No policy lets you ask for ${role} on ${target}.`)
  const approving = await world.directory.groups(groupsIn(policy.approve.from))
  return {
    policy,
    approvers: approversOf(policy, by, approving),
    capabilities: world.connector(target)?.capabilities,
  }
}
