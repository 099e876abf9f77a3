import type { Log } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'
import type { Checkpoints } from './checkpoints.ts'

/** May the clock act now? */
export type Gate = () => Promise<boolean>

/**
 * Asked at every turn. The database itself refuses what must not be done; this is so that nobody tries, that the cause
 * is looked for at once and not at the next checkpoint, and that the work goes on when an operator has confirmed.
 * Start-up work (catalog event, restart report) runs on the first open gate.
 */
export function makeGate(work: Work, checkpoints: Checkpoints | undefined, log: Log): Gate {
  const { quarantine, intact } = work.log
  let started = false
  let shut = false

  const isOpen = async (): Promise<boolean> => {
    if (await quarantine()) return false
    if (await intact()) return true
    // Restored under our feet, or confirmed just now: signing finds out which.
    await checkpoints?.sign()
    return !(await quarantine()) && (await intact())
  }

  return async () => {
    const open = await isOpen()
    if (!open) {
      if (!shut)
        log.error({}, 'restore lock (quarantine) is on: elevate does nothing; run: elevate quarantine')
      shut = true
      return false
    }
    if (shut) log.info({}, 'restore lock (quarantine) is off')
    shut = false
    if (!started) {
      const overdue = await work.reportStart()
      if (overdue.expired + overdue.unfinished > 0)
        log.warn(overdue, 'grants became due while elevate was down')
      started = true
    }
    return true
  }
}
