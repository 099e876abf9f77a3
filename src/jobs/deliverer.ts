import { type ScheduledTask, schedule } from 'node-cron'
import type { Delivery, Sink } from '../core/log/delivery.ts'
import { deliverEvents } from '../operations/log/deliver-events.ts'
import type { World } from '../operations/world.ts'

export type Deliverer = {
  start(): void
  /** Sends what waits now; resolves when every receiver has it or has failed. */
  deliver(): Promise<void>
  stop(): Promise<void>
}

/**
 * Looks once a second whether a receiver has something to get; what happened within that second goes in one message.
 * Receivers do not wait for one another.
 */
export function makeDeliverer(world: World, open: (delivery: Delivery) => Sink): Deliverer {
  const sinks = new Map<string, Sink>()
  const running = new Map<string, Promise<void>>()
  /** Ends a call under way: its batch stays begun, and the next process sends it again. */
  const stopping = new AbortController()
  let task: ScheduledTask | undefined

  /** One that was changed in the configuration is another one. */
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
      while (!stopping.signal.aborted && (await deliverEvents(world, delivery, sink, stopping.signal)));
    } catch (error) {
      world.log.warn(
        { delivery: delivery.name, error: String(error) },
        'events could not be delivered now; tried again in a second',
      )
    }
  }

  const deliver = async (): Promise<void> => {
    if (stopping.signal.aborted) return
    const wanted = world.catalog().deliveries ?? []
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
      task = schedule('* * * * * *', () => void deliver(), { suppressMissedWarning: true })
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
