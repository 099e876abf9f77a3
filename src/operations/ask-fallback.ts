import type { World } from '../core/ports.ts'
import type { RequestId } from '../core/request.ts'
import { tellHomes } from './tell-homes.ts'

/** From now on the policy's fallback approvers may decide as well: the card names them, its thread alerts them. */
export async function askFallback(world: World, id: RequestId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !(await tx.dues.widen(request))) return false
    for (const lane of await tx.requests.cards(id)) {
      tx.tell({ lane, notice: { kind: 'card', request: id } })
      tx.tell({ lane, notice: { kind: 'reminder', request: id } })
    }
    await tellHomes(tx, request.requester)
    return true
  })
}
