import type { ScheduledTask } from 'node-cron'
import type { Catalog } from '../core/catalog.ts'
import type { Delivery, Sink } from '../core/log/delivery.ts'
import type { Log } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'
import { schedule } from './background.ts'

type Deliverer = {
  start(): void
  /** Sends what waits now; resolves when every receiver has it or has failed. */
  deliver(): Promise<void>
  stop(): Promise<void>
}

/**
 * Checks every second for events to deliver; events of that second are sent in one message.
 * Receivers do not wait for one another.
 */
export function makeDeliverer(parts: {
  readonly work: Pick<Work, 'deliverEvents'>
  readonly open: (delivery: Delivery) => Sink
  readonly catalog: () => Catalog
  readonly log: Log
}): Deliverer {
  const { work, open, catalog, log } = parts
  const sinks = new Map<string, Sink>()
  const running = new Map<string, Promise<void>>()
  /** Aborts a running call: its batch stays open, and the next process sends it again. */
  const stopping = new AbortController()
  let task: ScheduledTask | undefined

  /** A receiver with changed settings is opened again. */
  const keyOf = (delivery: Delivery) => JSON.stringify(delivery)

  const sinkOf = (delivery: Delivery): Sink => {
    const key = keyOf(delivery)
    const sink = sinks.get(key) ?? open(delivery)
    sinks.set(key, sink)
    return sink
  }

  const closeUnused = (wanted: readonly Delivery[]): void => {
    const keys = new Set(wanted.map(keyOf))
    for (const [key, sink] of sinks) {
      if (keys.has(key) || running.has(key)) continue
      sinks.delete(key)
      void sink.close()
    }
  }

  const run = async (delivery: Delivery): Promise<void> => {
    try {
      const sink = sinkOf(delivery)
      while (!stopping.signal.aborted && (await work.deliverEvents(delivery, sink, stopping.signal)));
    } catch (error) {
      log.warn(
        { delivery: delivery.name, error: String(error) },
        'could not deliver events; retrying in a second',
      )
    }
  }

  const deliver = async (): Promise<void> => {
    if (stopping.signal.aborted) return
    const wanted = catalog().deliveries ?? []
    closeUnused(wanted)
    for (const delivery of wanted) {
      const key = keyOf(delivery)
      if (running.has(key)) continue
      running.set(
        key,
        run(delivery).finally(() => running.delete(key)),
      )
    }
    await Promise.all(running.values())
  }

  return {
    start() {
      task = schedule('* * * * * *', () => void deliver(), { log })
    },
    deliver,
    async stop() {
      stopping.abort()
      await task?.destroy()
      await Promise.allSettled([...running.values()])
      await Promise.allSettled([...sinks.values()].map((sink) => sink.close()))
    },
  }
}
