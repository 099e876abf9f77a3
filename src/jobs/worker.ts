import type { Claim } from '../core/access/grant.ts'
import type { Catalog } from '../core/catalog.ts'
import type { GrantId } from '../core/ids.ts'
import type { Log } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'

/** How many grants of one target this process works on at a time, so that a hanging target does not block others. */
const AT_ONCE_PER_TARGET = 8

/** How far a sweep looks ahead: until the next one. */
const AHEAD_MS = 1_000

export type Worker = {
  /** Starts work on everything that is due, up to each target's capacity. Resolves when it was started, not when it is done. */
  sweep(): Promise<void>
  /** Processes one grant now, because something about it was just committed. */
  lookAt(id: GrantId): void
  /** Waits for running calls; starts nothing new. */
  stop(): Promise<void>
}

export function makeWorker({ grants }: Pick<Work, 'grants'>, catalog: () => Catalog, log: Log): Worker {
  const busy = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  let stopped = false
  let more = false
  let ahead: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | undefined

  const start = (claim: Claim): void => {
    const { target } = claim.grant
    busy.set(target, (busy.get(target) ?? 0) + 1)
    track(
      grants.advance(claim).finally(() => {
        busy.set(target, (busy.get(target) ?? 1) - 1)
        // More may be due that had no capacity or waited for the same lease: continue now, not a second later.
        if (more) void sweep().catch(() => {})
      }),
    )
  }

  const track = (work: Promise<void>): void => {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  const sweepOnce = async (): Promise<void> => {
    const capacity = capacityByTarget(catalog(), busy)
    if (stopped || capacity.size === 0) return
    const claims = await grants.due(capacity)
    more = claims.length > 0
    for (const claim of claims) start(claim)
    if (!more) await lookAhead()
  }

  /**
   * A grant that ends between two sweeps is processed when it ends, not at the next sweep. The timer is a hint
   * and holds nothing: without it the next sweep finds the same rows.
   */
  const lookAhead = async (): Promise<void> => {
    const soon = await grants.nextWithin(AHEAD_MS)
    clearTimeout(ahead)
    if (soon === undefined || stopped) return
    ahead = setTimeout(() => void sweep().catch(() => {}), soon + 1)
  }

  const sweep = (): Promise<void> => {
    sweeping ??= sweepOnce().finally(() => {
      sweeping = undefined
    })
    return sweeping
  }

  return {
    sweep,
    lookAt(id) {
      if (stopped) return
      track(
        grants.advanceNow(id).catch((error: unknown) => {
          // The sweeper retries within a second.
          log.debug(
            { grant: id, error: String(error) },
            'could not process a grant now; the sweeper will retry',
          )
        }),
      )
    },
    async stop() {
      stopped = true
      clearTimeout(ahead)
      await Promise.allSettled([...underWay])
    },
  }
}

/** How many more grants of each target may be claimed; a target without capacity is left out. */
function capacityByTarget(catalog: Catalog, busy: ReadonlyMap<string, number>): Map<string, number> {
  const all = catalog.targets.map(({ id }) => [id, AT_ONCE_PER_TARGET - (busy.get(id) ?? 0)] as const)
  return new Map(all.filter(([, capacity]) => capacity > 0))
}
