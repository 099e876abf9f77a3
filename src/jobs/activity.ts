import { collectActivity } from '../operations/activity/collect-activity.ts'
import type { World } from '../operations/world.ts'

/** Grants that are read at once here; logs are long, and nobody waits for this. */
const AT_ONCE = 2

export type ActivityWatch = {
  /** Reads what is due, unless the last round is still under way. */
  look(): void
  stop(): Promise<void>
}

export function makeActivityWatch(world: World): ActivityWatch {
  let looking: Promise<void> | undefined
  let stopped = false

  const round = async (): Promise<void> => {
    while (!stopped) {
      const claims = await world.store.activity.due(AT_ONCE)
      if (claims.length === 0) return
      await Promise.all(claims.map((claim) => collectActivity(world, claim)))
    }
  }

  return {
    look() {
      if (stopped) return
      looking ??= round()
        .catch((error: unknown) => {
          // The row keeps its lease until it runs out, and is taken up again.
          world.log.warn({ error: String(error) }, 'what was done could not be collected; tried again')
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
