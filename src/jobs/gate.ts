import type { Log } from '../core/ports.ts'
import type { Work } from '../operations/work.ts'
import type { Checkpoints } from './checkpoints.ts'

/** Whether jobs may run: false while the restore lock is on. */
export type Gate = () => Promise<boolean>

/**
 * Checked at every turn. The database itself refuses changes; the gate avoids the attempts, looks for the cause
 * right away and not at the next checkpoint, and lets work continue once an operator has confirmed.
 * Start-up work (catalog event, restart report) runs on the first open gate.
 */
export function makeGate(work: Work, checkpoints: Checkpoints | undefined, log: Log): Gate {
  const { quarantine, intact } = work.log
  let started = false
  let shut = false

  const isOpen = async (): Promise<boolean> => {
    if (await quarantine()) return false
    if (await intact()) return true
    // Restored while we run, or confirmed just now: signing finds out which.
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
