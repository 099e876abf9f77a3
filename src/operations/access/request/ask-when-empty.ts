import { groupsToAskWith, policyFor } from '../../../core/access/policy.ts'
import { ownersOf } from '../../../core/access/request.ts'
import { approversNamed } from '../../../core/access/stages.ts'
import { policiesFor } from '../../../core/catalog.ts'
import type { GroupId } from '../../../core/people/person.ts'
import { groupsIn } from '../../../core/people/person.ts'
import type { World } from '../../world.ts'
import { askFallback } from './ask-fallback.ts'
import { planAsking } from './plan-asking.ts'

const MOST = 200

/** A group has changed: what waits for it and cannot be approved any more is put to the fallback approvers at once. */
export async function askWhenEmpty(world: World, group: GroupId): Promise<void> {
  const catalog = world.catalog()
  for (const request of await world.store.reads.pendingRequests(MOST)) {
    const { target, role } = request
    const concerned = policiesFor(catalog, target, role).some(
      (policy) => policy.fallback?.whenEmpty && groupsIn(approversNamed(policy)).includes(group),
    )
    if (request.widened || !concerned) continue
    const policy = policyFor(
      catalog,
      request,
      await world.directory.groups(groupsToAskWith(catalog, target, role)),
    )
    if (!policy?.fallback?.whenEmpty) continue
    const { widened } = await planAsking(world, policy, ownersOf(request))
    if (widened) await askFallback(world, request.id, { early: true })
  }
}
