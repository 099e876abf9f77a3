import type { World } from '../core/ports.ts'
import type { RequestId } from '../core/request.ts'

/** Says once more, in the thread of the card, that a request waits. True when this call said it. */
export async function remindApprovers(world: World, id: RequestId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const request = await tx.requests.lock(id)
    if (!request || !(await tx.dues.remind(request))) return false
    for (const lane of await tx.requests.cards(id))
      tx.tell({ lane, notice: { kind: 'reminder', request: id } })
    return true
  })
}
