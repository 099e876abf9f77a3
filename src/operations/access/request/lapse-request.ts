import { canRequest } from '../../../core/access/lifecycle.ts'
import type { RequestId } from '../../../core/ids.ts'
import { requestLapsed } from '../../../core/log/request-events.ts'
import { record } from '../../record.ts'
import type { World } from '../../world.ts'

/** Nobody answered in time. True when this call closed it. */
export async function lapseRequest(world: World, id: RequestId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !canRequest('lapse', request.state)) return false
    if (!(await tx.requests.close(request, 'lapsed', undefined))) return false
    await record(world.catalog(), tx, requestLapsed(request, world.catalog().hash), { request })
    return true
  })
}
