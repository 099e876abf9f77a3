import type { Claim } from '../core/access/claims.ts'
import type { GrantId } from '../core/access/grant.ts'
import { advanceGrant } from '../operations/access/grant/advance-grant.ts'
import type { World } from '../operations/world.ts'

/** So many grants of one target are worked on at once here; a target that hangs keeps no others waiting. */
const ROOM_PER_TARGET = 8

/** How far a sweep looks ahead: until the next one. */
const AHEAD_MS = 1_000

export type Worker = {
  /** Starts work on everything that is due and has room. Resolves when it was started, not when it is done. */
  sweep(): Promise<void>
  /** Looks at one grant now, because something about it was just committed. */
  nudge(id: GrantId): void
  /** Waits for the calls under way; starts nothing new. */
  stop(): Promise<void>
}

export function makeWorker(world: World): Worker {
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
      advanceGrant(world, claim).finally(() => {
        busy.set(target, (busy.get(target) ?? 1) - 1)
        // There may be more, for want of room or behind the same lease: go on now, not a second later.
        if (more) void sweep().catch(() => {})
      }),
    )
  }

  const track = (work: Promise<void>): void => {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  const sweepOnce = async (): Promise<void> => {
    const rooms = roomsOf(world, busy)
    if (stopped || rooms.size === 0) return
    const claims = await world.store.claims.due(rooms)
    more = claims.length > 0
    for (const claim of claims) start(claim)
    if (!more) await lookAhead()
  }

  /**
   * A grant that ends between two seconds is looked at when it ends, not at the next second. The timer is a hint
   * and holds nothing: without it the next sweep finds the same rows.
   */
  const lookAhead = async (): Promise<void> => {
    const soon = await world.store.claims.nextWithin(
      world.catalog().targets.map((target) => target.id),
      AHEAD_MS,
    )
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
    nudge(id) {
      if (stopped) return
      track(
        world.store.claims
          .one(id)
          .then((claim) => claim && advanceGrant(world, claim))
          .catch((error: unknown) => {
            // The sweeper comes by within a second.
            world.log.debug({ grant: id, error: String(error) }, 'a nudge was lost')
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

function roomsOf(world: World, busy: ReadonlyMap<string, number>): Map<string, number> {
  const rooms = world
    .catalog()
    .targets.map((target) => [target.id, ROOM_PER_TARGET - (busy.get(target.id) ?? 0)] as const)
  return new Map(rooms.filter(([, room]) => room > 0))
}
