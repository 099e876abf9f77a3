import {
  CALL_TIMEOUT_SECONDS,
  LEASE_IN_DOUBT_SECONDS,
  RENEW_EVERY_SECONDS,
  retryDelay,
} from '../../core/access/retry.ts'
import type { StoredLeaf } from '../../core/log/audit-proof.ts'
import {
  BATCH_EVENTS,
  batchEnd,
  batchId,
  type Delivery,
  type DeliveryClaim,
  lagNews,
  type Sink,
  SinkError,
} from '../../core/log/delivery.ts'
import type { Tx } from '../../store/database/transaction.ts'
import { failpoint } from '../access/grant/failpoint.ts'
import { notify } from '../record.ts'
import type { World } from '../world.ts'

/**
 * Sends the next batch to one receiver. First the batch is fixed, then sent, then noted as arrived; killed between any
 * two, the next process sends the same events under the same id. True when there may be more to send at once.
 */
export async function deliverEvents(
  world: World,
  delivery: Delivery,
  sink: Sink,
  stopping: AbortSignal,
): Promise<boolean> {
  const claim = await world.store.deliveries.claim(delivery.name)
  if (!claim) return false
  const leaves = await leavesOf(world, claim)
  const until = claim.until ?? batchEnd(leaves) ?? claim.size
  if (claim.until === undefined && !(await world.store.deliveries.begin(claim, until))) return false
  const batch = leaves.filter((leaf) => leaf.index < until && isWanted(delivery, leaf))
  try {
    if (batch.length > 0) {
      const last = leaves.find((leaf) => leaf.index === until - 1)
      const id = batchId(delivery.name, claim.from, until, last?.leafHash)
      await whileHeld(world, claim, stopping, (signal) =>
        sink.send({ id, leaves: batch, at: claim.at }, signal),
      )
      await failpoint('after-delivery')
    }
  } catch (error) {
    await postpone(world, claim, until, error)
    return false
  }
  return world.store.transaction(async (tx) => {
    const lag = await tx.deliveries.arrived(claim, until)
    if (lag === undefined) return false
    await notifyOfLag(world, tx, claim, lag)
    return until < claim.size
  })
}

function leavesOf(world: World, { from, until, size }: DeliveryClaim): Promise<readonly StoredLeaf[]> {
  const limit = until === undefined ? BATCH_EVENTS : until - from
  return world.store.proof.matching({}, { from, before: until ?? size, limit })
}

function isWanted({ types }: Delivery, leaf: StoredLeaf): boolean {
  return types === undefined || types.some((type) => type === leaf.columns?.type)
}

/** Retried without an end, more and more slowly. A batch that is too large is halved; a single event is not. */
async function postpone(world: World, claim: DeliveryClaim, until: number, error: unknown): Promise<void> {
  const known = error instanceof SinkError ? error : undefined
  const why = error instanceof Error ? error.message : String(error)
  const half = claim.from + Math.ceil((until - claim.from) / 2)
  const smaller = known?.tooLarge && half < until ? half : undefined
  const backoff = retryDelay(claim.attempts, world.random())
  const delaySeconds =
    smaller === undefined ? Math.max(backoff, Math.min(known?.retryAfter ?? 0, retryDelay(20, 0))) : 0
  world.log.warn(
    { delivery: claim.name, error: why, attempts: claim.attempts + 1 },
    'events could not be delivered yet',
  )
  await world.store.transaction(async (tx) => {
    const lag = await tx.deliveries.failed(claim, { error: why, delaySeconds, until: smaller })
    if (lag !== undefined) await notifyOfLag(world, tx, claim, lag)
  })
}

async function notifyOfLag(world: World, tx: Tx, claim: DeliveryClaim, lag: number): Promise<void> {
  const news = lagNews(lag, claim.alarms)
  if (!news) return
  await tx.deliveries.raised(claim, news === 'lagging' ? claim.alarms + 1 : 0)
  await notify(world.catalog(), tx, 'news of elevate', {
    notice: { kind: 'delivery', name: claim.name, news },
  })
}

/** Renews the lease while the other side is slow, and stops when somebody else may have taken over. */
async function whileHeld(
  world: World,
  claim: DeliveryClaim,
  stopping: AbortSignal,
  send: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lost = new AbortController()
  let renewed = claim.takenAt
  const keep = async (): Promise<void> => {
    const asked = performance.now()
    if (asked - renewed > LEASE_IN_DOUBT_SECONDS * 1000) return lost.abort()
    if (await world.store.deliveries.renew(claim)) renewed = asked
    else lost.abort()
  }
  if (performance.now() - renewed > LEASE_IN_DOUBT_SECONDS * 1000)
    throw new SinkError('this process was held up')
  const timer = setInterval(() => void keep().catch(() => {}), RENEW_EVERY_SECONDS * 1000)
  try {
    await send(AbortSignal.any([AbortSignal.timeout(CALL_TIMEOUT_SECONDS * 1000), lost.signal, stopping]))
  } finally {
    clearInterval(timer)
  }
}
