import { endForLeaver } from '../operations/access/grant/end-for-leaver.ts'
import type { World } from '../operations/world.ts'

export type LeaverWatch = {
  /** Asks Slack about the one person who is next, unless the last answer is still awaited. */
  look(): void
  stop(): Promise<void>
}

/**
 * Slack says when somebody is deactivated, but nobody hears it while the line is down. So everybody with access is
 * asked about once in half a minute, one a second at most, which leaves Slack's limit to the people who wait.
 */
export function makeLeaverWatch(world: World): LeaverWatch {
  let looking: Promise<void> | undefined
  let stopped = false

  const lookOnce = async (): Promise<void> => {
    const person = await world.store.dues.personToCheck()
    if (person !== undefined) await endForLeaver(world, person)
  }

  return {
    look() {
      if (stopped) return
      looking ??= lookOnce()
        .catch((error: unknown) => {
          world.log.debug({ error: String(error) }, 'it is not known now whether a holder is still there')
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
