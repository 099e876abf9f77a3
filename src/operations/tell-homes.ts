import { homeLane } from '../core/notice.ts'
import type { PersonId } from '../core/people/person.ts'
import type { Tx } from '../store/database/transaction.ts'

/** Redraws Home for the people concerned and for everybody who has it open. */
export async function tellHomes(tx: Tx, ...concerned: readonly PersonId[]): Promise<void> {
  for (const person of new Set([...concerned, ...(await tx.homes())]))
    tx.tell({ lane: homeLane(person), notice: { kind: 'home' } })
}
