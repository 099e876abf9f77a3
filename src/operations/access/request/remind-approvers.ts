import { groupsToDecide, policyNow } from '../../../core/access/approval.ts'
import { policyFor } from '../../../core/access/policy.ts'
import type { Request } from '../../../core/access/request.ts'
import type { RequestId } from '../../../core/ids.ts'
import { laneEnd } from '../../../core/notice.ts'
import { peopleToPing, type Resting } from '../../../core/people/pinging.ts'
import { readResting } from '../../people/read-resting.ts'
import type { World } from '../../world.ts'
import { askFallback } from './ask-fallback.ts'
import { planAsking } from './plan-asking.ts'

/**
 * Says once more, in the thread of the card and to those who have a copy of it, that a request waits. Nobody is
 * reminded in his quiet hours. True when this call said it.
 */
export async function remindApprovers(world: World, id: RequestId): Promise<boolean> {
  const seen = await world.store.reads.request(id)
  if (!seen) return false
  const { whom, resting, stuck } = await readWhom(world, seen)
  // The group that was to decide is empty by now: the fallback is asked, and that is a reminder too.
  if (stuck && (await askFallback(world, id, { early: true }))) return true
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !(await tx.dues.remind(request))) return false
    const silent = whom.filter((one) => !request.decisions.some((decision) => decision.approver === one))
    const awake = silent.length === 0 || silent.some((one) => !resting.has(one))
    const morning = awake ? undefined : earliest(silent.map((one) => resting.get(one)))
    for (const lane of await tx.requests.cards(id)) {
      const direct = lane.startsWith('person:')
      if (direct && !silent.includes(laneEnd(lane))) continue
      const notBefore = direct ? resting.get(laneEnd(lane)) : morning
      tx.enqueue({ lane, notice: { kind: 'reminder', request: id }, notBefore })
    }
    return true
  })
}

async function readWhom(
  world: World,
  request: Request,
): Promise<{ whom: readonly string[]; resting: Resting; stuck: boolean }> {
  const catalog = world.catalog()
  const groups = await world.directory.groupsLately(groupsToDecide(catalog, request))
  const found = policyFor(catalog, request, groups)
  if (!found) return { whom: [], resting: new Map(), stuck: false }
  const whom = peopleToPing(policyNow(found, request).approve.stages, groups)
  const stuck =
    !request.widened && found.fallback?.whenEmpty === true
      ? (await planAsking(world, found, [request.requester])).widened
      : false
  return { whom, resting: await readResting(world, found, whom), stuck }
}

function earliest(moments: readonly (Date | undefined)[]): Date | undefined {
  const times = moments.flatMap((one) => (one ? [one.getTime()] : []))
  return times.length > 0 ? new Date(Math.min(...times)) : undefined
}
