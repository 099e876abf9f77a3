import type { Request } from '../core/access/request.ts'
import type { Tx } from '../store/database/transaction.ts'

/** Redraws the copies of a request's card. What was only offered was never shown to anybody. */
export async function tellCards(tx: Tx, request: Pick<Request, 'id' | 'state'>): Promise<void> {
  if (request.state === 'offered') return
  for (const lane of await tx.requests.cards(request.id))
    tx.tell({ lane, notice: { kind: 'card', request: request.id } })
}
