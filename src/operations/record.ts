import type { AuditEventType, EventOf } from '../core/log/audit-event.ts'
import { type Facts, notificationsOf } from '../core/notifications.ts'
import { addressed, type Channels, placesNeeded } from '../core/recipients.ts'
import type { Tx } from '../store/database/transaction.ts'

/** Puts an event on record, and queues everything that always follows from it. */
export function record<T extends AuditEventType & keyof Facts>(
  channels: Channels,
  tx: Tx,
  event: EventOf<T>,
  facts: Facts[T],
): Promise<void> {
  tx.append(event)
  return notify(channels, tx, event.type, facts)
}

/** Queues what follows where there is no event for it, or where the events were appended one by one before. */
export async function notify<W extends keyof Facts>(
  channels: Channels,
  tx: Pick<Tx, 'requests' | 'homes' | 'enqueue'>,
  what: W,
  facts: Facts[W],
): Promise<void> {
  const all = notificationsOf(what, facts)
  const needed = placesNeeded(all)
  const [homes, ...cards] = await Promise.all([
    needed.homes ? tx.homes() : [],
    ...needed.cards.map(async (id) => [id, await tx.requests.cards(id)] as const),
  ])
  for (const message of addressed(channels, { cards: new Map(cards), homes }, all)) tx.enqueue(message)
}
