import { RENEW_EVERY_SECONDS } from '../core/access/retry.ts'
import type { Lane } from '../core/notice.ts'
import type { Log, Notifier } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'

/** Lanes in use at once, and notices taken up together: enough to make one message of a thousand expiries. */
const LANES_AT_ONCE = 4
const BATCH = 2000

export type Sender = {
  /** Delivers what may be delivered now. Calls during a run make it go round once more. */
  send(): Promise<void>
  stop(): Promise<void>
}

/** The one sender: takes a lane, has its notices drawn and sent, settles, takes the next. */
export function makeSender({ outbox }: Pick<Work, 'outbox'>, notifier: Notifier, log: Log): Sender {
  const running = new Set<Promise<void>>()
  let stopped = false

  /** A slow Slack must not make two senders of one lane; a renewal that fails is tried again soon. */
  const keepLane = (lane: Lane): Promise<void> => outbox.renew(lane).catch(() => {})

  const run = async (): Promise<void> => {
    while (!stopped) {
      const claimed = await outbox.claim(BATCH)
      if (!claimed) return
      let renewed: Promise<void> = Promise.resolve()
      const keep = setInterval(() => {
        renewed = keepLane(claimed.lane)
      }, RENEW_EVERY_SECONDS * 1000)
      const result = await notifier
        .deliver(claimed.lane, claimed.waiting)
        .catch((error: unknown) => {
          log.error({ lane: claimed.lane, error: String(error) }, 'could not send messages; they stay queued')
          return { done: [], failed: [], pause: 5000 }
        })
        .finally(() => clearInterval(keep))
      // A renewal that came after it would shut the lane again.
      await renewed
      await outbox.settle(claimed.lane, result)
    }
  }

  return {
    async send() {
      if (stopped || running.size >= LANES_AT_ONCE) return
      const one = run()
        .catch((error: unknown) => {
          log.warn({ error: String(error) }, 'could not read the outbox; retrying in a second')
        })
        .finally(() => running.delete(one))
      running.add(one)
      await one
    },
    async stop() {
      stopped = true
      await Promise.allSettled([...running])
    },
  }
}
