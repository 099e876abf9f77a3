import { type ScheduledTask, schedule } from 'node-cron'
import type { DigestPeriod } from '../core/notice.ts'
import { lapsePreApproval } from '../operations/access/decide/end-pre-approval.ts'
import { warnHolder } from '../operations/access/grant/warn-holder.ts'
import { askFallback } from '../operations/access/request/ask-fallback.ts'
import { lapseRequest } from '../operations/access/request/lapse-request.ts'
import { remindApprovers } from '../operations/access/request/remind-approvers.ts'
import { postDueDigest } from '../operations/log/post-digest.ts'
import type { World } from '../operations/world.ts'
import { makeActivityWatch } from './activity.ts'
import { digestTimes } from './digest-times.ts'
import type { Gate } from './gate.ts'
import { makeLeaverWatch } from './leavers.ts'
import { makeRetention } from './retention.ts'
import type { Sender } from './sender.ts'
import { makeStandingWatch } from './standing.ts'
import type { Worker } from './worker.ts'

const LAPSES_AT_ONCE = 100
const WARNINGS_AT_ONCE = 100
const REMINDERS_AT_ONCE = 100

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
export function makeClock(world: World, worker: Worker, sender: Sender, gate: Gate): Clock {
  let second: ScheduledTask | undefined
  const digests: ScheduledTask[] = []
  let lastGood: number | undefined
  let failing = false
  const leavers = makeLeaverWatch(world)
  const standing = makeStandingWatch(world)
  const activity = makeActivityWatch(world)
  const retention = makeRetention(world)

  const tick = async (): Promise<void> => {
    try {
      if (!(await gate())) {
        void sender.send()
        lastGood = performance.now()
        return
      }
      await world.store.claims.heartbeat()
      await worker.sweep()
      const lapsed = await world.store.claims.lapsed(LAPSES_AT_ONCE)
      for (const id of lapsed) await lapseRequest(world, id)
      for (const id of await world.store.dues.ending(WARNINGS_AT_ONCE)) await warnHolder(world, id)
      for (const id of await world.store.dues.reminders(REMINDERS_AT_ONCE)) await remindApprovers(world, id)
      for (const id of await world.store.dues.fallbacks(REMINDERS_AT_ONCE)) await askFallback(world, id)
      for (const id of await world.store.preApprovals.over(LAPSES_AT_ONCE)) await lapsePreApproval(world, id)
      void sender.send()
      leavers.look()
      standing.look()
      activity.look()
      lastGood = performance.now()
      if (failing) world.log.info({}, 'the sweeper works again')
      failing = false
    } catch (error) {
      if (!failing)
        world.log.error({ error: String(error) }, 'the sweeper cannot work; it tries every second')
      failing = true
    }
  }

  const digest = (period: DigestPeriod) => async (): Promise<void> => {
    try {
      await postDueDigest(world, period)
    } catch (error) {
      world.log.error({ error: String(error), period }, 'the digest could not be queued')
    }
  }

  const scheduleDigests = (): void => {
    for (const task of digests.splice(0)) void task.destroy()
    const { timezone } = world.catalog().digest
    for (const { period, cron } of digestTimes(world.catalog().digest))
      digests.push(schedule(cron, digest(period), { timezone, noOverlap: true }))
  }

  return {
    start() {
      second = schedule('* * * * * *', tick, { noOverlap: true, suppressMissedWarning: true })
      scheduleDigests()
      retention.start()
    },
    reschedule: scheduleDigests,
    tick,
    sinceLastTick: () => (lastGood === undefined ? undefined : performance.now() - lastGood),
    async stop() {
      await Promise.all([second?.destroy(), ...digests.map((task) => task.destroy())])
      await Promise.all([leavers.stop(), standing.stop(), activity.stop(), retention.stop()])
      await worker.stop()
      await sender.stop()
    },
  }
}
