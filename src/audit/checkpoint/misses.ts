import type { Checkpoint } from './checkpoint.ts'
import type { FaultList } from './fault-list.ts'
import type { AbandonedSet } from './restore-statement.ts'

export type Miss = {
  readonly checkpoint: Checkpoint
  readonly given: boolean
  /** `wrong`: other events than it was signed over. `late`: not in its place. `beyond`: the log ends before. */
  readonly how: 'wrong' | 'late' | 'beyond'
  /** How far the log was proven when its turn came. */
  readonly proven: number
}

/**
 * Checkpoints that do not come out. Whether that is a fault is known only at the end: a restore that was confirmed is
 * said in the log after the place that it is about.
 */
export class Misses {
  readonly #all: Miss[] = []

  add(miss: Miss): void {
    this.#all.push(miss)
  }

  /** Tells of all that were not abandoned; returns how many there are. */
  tell(faults: FaultList, abandoned: AbandonedSet, position: number): number {
    const left = this.#all.filter((miss) => !abandoned.has(miss.checkpoint))
    let toldOf = false
    for (const { checkpoint, given, how, proven } of left) {
      const { size } = checkpoint
      if (how === 'late')
        faults.add({
          kind: 'checkpoint',
          text: `the checkpoint of ${size} events is not in its place and could not be compared`,
          checkpoint: size,
        })
      if (how !== 'wrong' || (toldOf && !given)) continue
      toldOf = true
      faults.add({
        kind: 'rewritten',
        text:
          `the first ${size} events are not the ones that the checkpoint of ${size} was signed over` +
          (proven > 0 ? `; the first ${proven} are` : ''),
        index: proven,
        before: size,
        checkpoint: size,
      })
    }
    const furthest = Math.max(
      0,
      ...left.filter((one) => one.how === 'beyond').map((one) => one.checkpoint.size),
    )
    if (furthest > 0)
      faults.add({
        kind: 'truncated',
        text: `${furthest} events were signed, and there are ${position}: the end is missing from event ${position} on`,
        index: position,
        before: furthest,
        checkpoint: furthest,
      })
    return left.length
  }
}
