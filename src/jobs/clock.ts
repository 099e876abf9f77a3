import { type ScheduledTask, schedule } from 'node-cron'
import type { World } from '../core/ports.ts'
import { askFallback } from '../operations/ask-fallback.ts'
import { lapseRequest } from '../operations/lapse-request.ts'
import { postDigest } from '../operations/post-digest.ts'
import { remindApprovers } from '../operations/remind-approvers.ts'
import { warnHolder } from '../operations/warn-holder.ts'
import { makeLeaverWatch } from './leavers.ts'
import type { Sender } from './sender.ts'
import type { Worker } from './worker.ts'

const LAPSES_AT_ONCE = 100
const WARNINGS_AT_ONCE = 100
const REMINDERS_AT_ONCE = 100
const DAY_MS = 24 * 60 * 60 * 1000

export type Clock = {
  start(): void
  /** Follows a changed digest time. */
  reschedule(): void
  /** One turn of the sweeper, now; resolves when what was due has been taken up and messages were sent. */
  tick(): Promise<void>
  /** Milliseconds since the last turn that went well; undefined before the first. */
  sinceLastTick(): number | undefined
  stop(): Promise<void>
}

/**
 * The clock's work. node-cron only wakes it: what is due is decided by the database, so a tick that comes late or
 * not at all costs time, never a grant.
 */
export function makeClock(world: World, worker: Worker, sender: Sender): Clock {
  let second: ScheduledTask | undefined
  let daily: ScheduledTask | undefined
  let lastGood: number | undefined
  let failing = false
  const leavers = makeLeaverWatch(world)

  const tick = async (): Promise<void> => {
    try {
      await world.store.claims.heartbeat()
      await worker.sweep()
      const lapsed = await world.store.claims.lapsed(LAPSES_AT_ONCE)
      for (const id of lapsed) await lapseRequest(world, id)
      for (const id of await world.store.dues.ending(WARNINGS_AT_ONCE)) await warnHolder(world, id)
      for (const id of await world.store.dues.reminders(REMINDERS_AT_ONCE)) await remindApprovers(world, id)
      for (const id of await world.store.dues.fallbacks(REMINDERS_AT_ONCE)) await askFallback(world, id)
      void sender.send()
      leavers.look()
      lastGood = performance.now()
      if (failing) world.log.info({}, 'the sweeper works again')
      failing = false
    } catch (error) {
      if (!failing)
        world.log.error({ error: String(error) }, 'the sweeper cannot work; it tries every second')
      failing = true
    }
  }

  const digest = async (): Promise<void> => {
    try {
      const to = await world.store.reads.now()
      to.setUTCSeconds(0, 0)
      await postDigest(world, new Date(to.getTime() - DAY_MS), to)
    } catch (error) {
      world.log.error({ error: String(error) }, 'the digest could not be queued')
    }
  }

  const scheduleDigest = (): void => {
    void daily?.destroy()
    const { at, timezone } = world.catalog().digest
    const [hour, minute] = at.split(':')
    daily = schedule(`0 ${Number(minute)} ${Number(hour)} * * *`, digest, { timezone, noOverlap: true })
  }

  return {
    start() {
      second = schedule('* * * * * *', tick, { noOverlap: true, suppressMissedWarning: true })
      scheduleDigest()
    },
    reschedule: scheduleDigest,
    tick,
    sinceLastTick: () => (lastGood === undefined ? undefined : performance.now() - lastGood),
    async stop() {
      await Promise.all([second?.destroy(), daily?.destroy()])
      await leavers.stop()
      await worker.stop()
      await sender.stop()
    },
  }
}
