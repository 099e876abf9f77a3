import { schedule as cron, type ScheduledTask } from 'node-cron'
import type { Log } from '../core/ports.ts'

type Background = {
  /** Starts the work, unless its last run is still running. */
  run(): void
  /** Waits for the current run and starts no other. */
  stop(): Promise<void>
}

/**
 * Work beside the sweeper, one run at a time. A failure is logged as `failed` and never thrown: rows hold what is due,
 * and the next run finds them again.
 */
export function background(
  log: Log,
  failed: string,
  work: (stopping: AbortSignal) => Promise<void>,
  level: 'warn' | 'debug' = 'warn',
): Background {
  let running: Promise<void> | undefined
  const stopping = new AbortController()
  return {
    run() {
      if (stopping.signal.aborted) return
      running ??= work(stopping.signal)
        .catch((error: unknown) => log[level]({ error: String(error) }, failed))
        .finally(() => {
          running = undefined
        })
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/**
 * Runs `work` at the times of a cron expression, by the clock of `timezone` (the process's without). A turn that is
 * still running is not started twice. node-cron's own messages go to our log: by default it prints coloured text.
 */
export function schedule(
  expression: string,
  work: () => void | Promise<void>,
  { log, timezone }: { readonly log: Log; readonly timezone?: string },
): ScheduledTask {
  const note = (level: keyof Log) => (message: string | Error) =>
    log[level]({ schedule: expression }, String(message))
  // A skipped second is normal under load; a missed digest is worth a warning.
  const warn = note(timezone ? 'warn' : 'debug')
  return cron(expression, work, {
    noOverlap: true,
    suppressMissedWarning: timezone === undefined,
    logger: { debug: note('debug'), info: note('debug'), warn, error: note('error') },
    ...(timezone ? { timezone } : {}),
  })
}
