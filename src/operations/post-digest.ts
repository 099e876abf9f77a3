import { channelLane } from '../core/notice.ts'
import type { World } from '../core/ports.ts'

/** Queues the digest of one stretch of time, once however many replicas ask. True when this call did it. */
export async function postDigest(world: World, from: Date, to: Date): Promise<boolean> {
  const posted = await world.store.transaction(async (tx) => {
    if (!(await tx.claimDigest(from, to))) return false
    const span = { from: from.toISOString(), to: to.toISOString() }
    tx.append({
      type: 'digest.posted',
      actor: { kind: 'system', id: 'digest' },
      policy: world.catalog().hash,
      detail: span,
    })
    tx.tell({ lane: channelLane(world.catalog().securityChannel), notice: { kind: 'digest', ...span } })
    tx.tell({ lane: channelLane(world.catalog().securityChannel), notice: { kind: 'checkpoint' } })
    return true
  })
  if (posted) world.nudge.outbox()
  return posted
}
