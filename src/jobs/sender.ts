import { RENEW_EVERY_SECONDS } from '../core/access/retry.ts'
import type { Lane } from '../core/notice.ts'
import type { Log, Notifier } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'

/** Lanes in use at a time, and notices claimed together: enough to combine a thousand expiries into one message. */
const LANES_AT_ONCE = 4
const BATCH = 2000

export type Sender = {
  /** Sends what may be sent now. A call during a run makes it run once more. */
  send(): Promise<void>
  stop(): Promise<void>
}

/** The sender: claims a lane, draws and sends its notices, settles it, claims the next. */
export function makeSender({ outbox }: Pick<Work, 'outbox'>, notifier: Notifier, log: Log): Sender {
  const running = new Set<Promise<void>>()
  let stopped = false

  /** Renews the lane's lease while Slack is slow, so that no second sender takes it; a failed renewal is retried soon. */
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
      // A later renewal would block the lane again.
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
