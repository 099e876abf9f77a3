import type { EndReason, Grant } from '../../../core/access/grant.ts'
import { canGrant } from '../../../core/access/lifecycle.ts'
import type { GrantId } from '../../../core/ids.ts'
import type { Actor } from '../../../core/log/audit-event.ts'
import { grantEnded } from '../../../core/log/grant-events.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { record } from '../../record.ts'

export type Why = {
  readonly reason: EndReason
  readonly by: PersonId | undefined
  readonly note: string
  readonly actor: Actor
  /** The policy under which it is ended; without it the one of the grant. */
  readonly policy?: string
}

/**
 * Ends this grant, and with it those that go on from it or that it goes on from: to whoever ends access before its
 * time, a chain of extensions is one access. Undefined when this one is over or ending already.
 */
export async function endChain(tx: Tx, id: GrantId, why: Why): Promise<Grant | undefined> {
  const chain = await tx.grants.lockChain(id)
  const wanted = chain.find((one) => one.id === id)
  if (!wanted || !canGrant('end', wanted.state)) return undefined
  let result: Grant | undefined
  for (const grant of chain.filter((one) => canGrant('end', one.state))) {
    const ended = await tx.grants.end(grant, why)
    if (!ended) continue
    if (grant.id === id) result = ended
    const event = grantEnded(grant, await tx.requests.name(grant.requestId), why)
    // Whoever has the card or Home open, in no channel of the configuration.
    await record({ securityChannel: undefined }, tx, event, { grant })
  }
  return result
}
