import { type ScheduledTask, schedule } from 'node-cron'
import { applyRetention } from '../operations/people/apply-retention.ts'
import type { World } from '../operations/world.ts'

export type RetentionJob = { start(): void; stop(): Promise<void> }

/** Asked every hour, done once a day by whoever of the replicas asks first. */
export function makeRetention(world: World): RetentionJob {
  let task: ScheduledTask | undefined
  const run = async (): Promise<void> => {
    try {
      const done = await applyRetention(world)
      if (done.texts + done.rows + done.places > 0) world.log.info(done, 'what was old was erased')
    } catch (error) {
      world.log.warn({ error: String(error) }, 'what is old could not be erased now; tried again in an hour')
    }
  }
  return {
    start() {
      task = schedule('0 17 * * * *', run, { noOverlap: true, suppressMissedWarning: true })
    },
    async stop() {
      await task?.destroy()
    },
  }
}
