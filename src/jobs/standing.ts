import { listableTargets, lookAtStanding } from '../operations/standing/look-at-standing.ts'
import type { World } from '../operations/world.ts'

export type StandingWatch = {
  /** Looks at the one target that is due, unless a look is under way. */
  look(): void
  stop(): Promise<void>
}

/** One target at a time, and not in the sweeper's way: a slow target delays the next look, never an end of access. */
export function makeStandingWatch(world: World): StandingWatch {
  let looking: Promise<void> | undefined
  let stopped = false

  const lookOnce = async (): Promise<void> => {
    const targets = listableTargets(world)
    const due = await world.store.standing.claimDue(targets, world.catalog().standingAccess)
    if (due === undefined) return
    const { unread } = await lookAtStanding(world, due)
    if (unread !== undefined)
      world.log.warn({ target: due, error: unread }, 'who has access is not known now')
  }

  return {
    look() {
      if (stopped) return
      looking ??= lookOnce()
        .catch((error: unknown) => {
          world.log.warn({ error: String(error) }, 'the look for standing access failed; it is tried again')
        })
        .finally(() => {
          looking = undefined
        })
    },
    async stop() {
      stopped = true
      await looking
    },
  }
}
