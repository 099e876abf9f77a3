import { canRequest } from '../../../core/access/lifecycle.ts'
import { ownersOf, type RequestId, requestName } from '../../../core/access/request.ts'
import { channelLane, personLane } from '../../../core/notice.ts'
import { tellCards } from '../../tell-cards.ts'
import { tellHomes } from '../../tell-homes.ts'
import type { World } from '../../world.ts'

/** Nobody answered in time. True when this call closed it. */
export async function lapseRequest(world: World, id: RequestId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !canRequest('lapse', request.state)) return false
    if (!(await tx.requests.close(request, 'lapsed', undefined))) return false
    tx.append({
      type: 'request.lapsed',
      actor: { kind: 'system', id: 'sweeper' },
      subject: request.requester,
      target: request.target,
      role: request.role,
      request: requestName(request.number),
      policy: world.catalog().hash,
      detail: { approvals: request.decisions.filter((one) => one.verdict === 'approve').length },
    })
    await tellCards(tx, request)
    // Whoever did not answer an offer need not hear that he did not.
    if (request.state !== 'offered')
      tx.tell({ lane: personLane(request.requester), notice: { kind: 'told', step: 'lapsed', request: id } })
    if (request.askedBy !== undefined)
      tx.tell({ lane: personLane(request.askedBy), notice: { kind: 'told', step: 'for-other', request: id } })
    tx.tell({
      lane: channelLane(world.catalog().securityChannel),
      notice: { kind: 'feed', what: 'decided', request: id },
    })
    await tellHomes(tx, ...ownersOf(request))
    return true
  })
}
