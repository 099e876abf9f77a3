import type { Handover } from '../audit/checkpoint/key-history.ts'
import type { Restore } from '../audit/checkpoint/restore-statement.ts'

/** What became of the log and its keys on the way, for whoever checks it. */
export function changesInWords(restores: readonly Restore[], handovers: readonly Handover[]): string[] {
  return [
    ...restores.map(
      ({ index, kept, abandoned }) =>
        `The log was restored: ${count(kept, 'event')} of it were kept, and at event ${index} an operator confirmed with its key that ${count(abandoned, 'checkpoint')} from before count no more.`,
    ),
    ...handovers.map(({ index, lost }) =>
      lost
        ? `At event ${index} another key takes over, and the one before did NOT sign that: it was said to be lost. Ask who did it.`
        : `At event ${index} the key was replaced; the one before signed that.`,
    ),
  ]
}

export function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`
}
