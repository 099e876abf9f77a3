import { recordCatalog } from '../operations/log/load-catalog.ts'
import { reportStart } from '../operations/log/report-start.ts'
import type { World } from '../operations/world.ts'
import type { Checkpoints } from './checkpoints.ts'

/** May the clock act now? */
export type Gate = () => Promise<boolean>

/**
 * Asked at every turn. The database itself refuses what must not be done; this is so that nobody tries, that the cause
 * is looked for at once and not at the next checkpoint, and that the work goes on when an operator has confirmed.
 * What belongs to a start is done the first time the gate is open.
 */
export function makeGate(world: World, checkpoints: Checkpoints | undefined): Gate {
  const { quarantine } = world.store
  let started = false
  let shut = false

  const isOpen = async (): Promise<boolean> => {
    if (await quarantine.current()) return false
    if (await quarantine.intact()) return true
    // Restored under our feet, or confirmed just now: signing finds out which.
    await checkpoints?.sign()
    return !(await quarantine.current()) && (await quarantine.intact())
  }

  return async () => {
    const open = await isOpen()
    if (!open) {
      if (!shut) world.log.error({}, 'elevate is in quarantine and does nothing; run: elevate quarantine')
      shut = true
      return false
    }
    if (shut) world.log.info({}, 'the quarantine is over')
    shut = false
    if (!started) {
      await recordCatalog(world.store, world.catalog(), 'start', undefined)
      const missed = await reportStart(world)
      if (missed.expired + missed.unfinished > 0)
        world.log.warn(missed, 'grants became due while elevate was down')
      started = true
    }
    return true
  }
}
