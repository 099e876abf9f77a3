import type { ScheduledTask } from 'node-cron'
import type { Catalog } from '../core/catalog.ts'
import type { DigestPeriod } from '../core/notice.ts'
import type { Log } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'
import { background, schedule } from './background.ts'
import type { Gate } from './gate.ts'
import type { Sender } from './sender.ts'
import type { Worker } from './worker.ts'

/** How many activity records this process reads at a time; logs are long, and nobody waits for this. */
const RECORDS_AT_ONCE = 2

type Clock = {
  start(): void
  /** Follows a changed digest time. */
  reschedule(): void
  /** Runs the sweeper once, now; resolves when what was due was claimed and messages were sent. */
  tick(): Promise<void>
  /** Milliseconds since the last successful run; undefined before the first. */
  sinceLastTick(): number | undefined
  stop(): Promise<void>
}

/**
 * The clock's work. node-cron only wakes it: what is due is decided by the database, so a tick that comes late or
 * not at all costs time, never a grant.
 */
export function makeClock(parts: {
  readonly work: Work
  readonly worker: Worker
  readonly sender: Sender
  readonly gate: Gate
  readonly catalog: () => Catalog
  readonly log: Log
}): Clock {
  const { work, worker, sender, gate, catalog, log } = parts
  const tasks: ScheduledTask[] = []
  const digests: ScheduledTask[] = []
  let lastGood: number | undefined
  let failing = false

  // In parallel to the sweeper: a slow target or Slack delays these, never a revocation.
  const beside = [
    // At most one person a second, which leaves Slack's rate limit to people who are waiting.
    background(log, 'could not ask Slack whether a holder is still there', work.checkNextHolder, 'debug'),
    background(log, 'the look for standing access failed; tried again', work.lookForStandingAccess),
    background(log, 'could not collect what was done with access; tried again', async (stopping) => {
      while (!stopping.aborted && (await work.collectActivity(RECORDS_AT_ONCE)));
    }),
  ]

  const tick = async (): Promise<void> => {
    try {
      if (!(await gate())) {
        void sender.send()
        lastGood = performance.now()
        return
      }
      await work.heartbeat()
      await worker.sweep()
      await work.advanceRequests()
      void sender.send()
      for (const one of beside) one.run()
      lastGood = performance.now()
      if (failing) log.info({}, 'sweeper recovered')
      failing = false
    } catch (error) {
      if (!failing) log.error({ error: String(error) }, 'sweeper failed; retrying every second')
      failing = true
    }
  }

  const retention = async (): Promise<void> => {
    try {
      const done = await work.applyRetention()
      if (done.texts + done.rows + done.places > 0) log.info(done, 'retention erased texts')
    } catch (error) {
      log.warn({ error: String(error) }, 'retention failed; retrying in an hour')
    }
  }

  const digest = (period: DigestPeriod) => async (): Promise<void> => {
    try {
      await work.postDueDigest(period)
    } catch (error) {
      log.error({ error: String(error), period }, 'could not queue the digest')
    }
  }

  const scheduleDigests = (): void => {
    for (const task of digests.splice(0)) void task.destroy()
    const { timezone } = catalog().digest
    for (const { period, cron } of digestTimes(catalog().digest))
      digests.push(schedule(cron, digest(period), { log, timezone }))
  }

  return {
    start() {
      tasks.push(schedule('* * * * * *', tick, { log }))
      // Checked every hour; done once a day by the replica that is first.
      tasks.push(schedule('0 17 * * * *', retention, { log }))
      scheduleDigests()
    },
    reschedule: scheduleDigests,
    tick,
    sinceLastTick: () => (lastGood === undefined ? undefined : performance.now() - lastGood),
    async stop() {
      await Promise.all([...tasks, ...digests].map((task) => task.destroy()))
      await Promise.all(beside.map((one) => one.stop()))
      await worker.stop()
      await sender.stop()
    },
  }
}

/** When digests are due, as cron expressions in the configured time zone. */
export function digestTimes({
  at,
  weekly,
}: Catalog['digest']): readonly { readonly period: DigestPeriod; readonly cron: string }[] {
  const [hour, minute] = at.split(':')
  const time = `0 ${Number(minute)} ${Number(hour)}`
  return [
    { period: 'daily', cron: `${time} * * *` },
    ...(weekly ? [{ period: 'weekly', cron: `${time} * * ${weekly}` } as const] : []),
  ]
}
