import type { Tx } from '../core/ports.ts'
import type { Request } from '../core/request.ts'

/** Redraws the copies of a request's card. What was only offered was never shown to anybody. */
export async function tellCards(tx: Tx, request: Pick<Request, 'id' | 'state'>): Promise<void> {
  if (request.state === 'offered') return
  for (const lane of await tx.requests.cards(request.id))
    tx.tell({ lane, notice: { kind: 'card', request: request.id } })
}
