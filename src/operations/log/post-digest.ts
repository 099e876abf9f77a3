import { digestPosted } from '../../core/log/log-events.ts'
import type { DigestPeriod } from '../../core/notice.ts'
import { record } from '../record.ts'
import type { World } from '../world.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const USUAL_MS: Record<DigestPeriod, number> = { daily: DAY_MS, weekly: 7 * DAY_MS }

/**
 * Queues the digest that is due now. It begins where the last one of its period ended, so that nothing is left out:
 * not in the night with an extra hour, and not while elevate was down. True when this call queued it.
 */
export async function postDueDigest(world: World, period: DigestPeriod): Promise<boolean> {
  const { reads } = world.store
  const to = await reads.now()
  to.setUTCSeconds(0, 0)
  const from = (await reads.lastDigest(period)) ?? new Date(to.getTime() - USUAL_MS[period])
  return from < to && postDigest(world, from, to, period)
}

/** Queues the digest of one span of time, once however many replicas ask. True when this call queued it. */
export async function postDigest(
  world: World,
  from: Date,
  to: Date,
  period: DigestPeriod = 'daily',
): Promise<boolean> {
  const posted = await world.store.transaction(async (tx) => {
    if (!(await tx.claimDigest(from, to, period))) return false
    const span = { from: from.toISOString(), to: to.toISOString(), period }
    await record(world.catalog(), tx, digestPosted(span, world.catalog().hash), span)
    return true
  })
  return posted
}
