import { groupsToDecide } from '../../../core/access/approval.ts'
import { policyFor } from '../../../core/access/policy.ts'
import { ownersOf } from '../../../core/access/request.ts'
import type { RequestId } from '../../../core/ids.ts'
import { notify } from '../../record.ts'
import type { World } from '../../world.ts'
import { planAsking, sendCardsDirectly } from './plan-asking.ts'

/**
 * From now on the policy's fallback approvers may decide as well: the card names them, its thread alerts them. `early`
 * does not wait for their time, because nobody else could decide.
 */
export async function askFallback(
  world: World,
  id: RequestId,
  { early = false }: { readonly early?: boolean } = {},
): Promise<boolean> {
  const plan = await planFallback(world, id)
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !(await tx.dues.widen(request, { early }))) return false
    await notify(world.catalog(), tx, 'fallback asked', { request })
    if (plan) await sendCardsDirectly(tx, [request], plan)
    return true
  })
}

async function planFallback(world: World, id: RequestId) {
  const request = await world.store.reads.request(id)
  if (!request) return undefined
  const catalog = world.catalog()
  const groups = await world.directory.groupsLately(groupsToDecide(catalog, request))
  const policy = policyFor(catalog, request, groups)
  return policy && planAsking(world, policy, ownersOf(request), { widened: true })
}
