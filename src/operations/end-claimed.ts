import type { Claim } from '../core/claims.ts'
import type { Grant } from '../core/grant.ts'
import { grantName } from '../core/grant.ts'
import type { World } from '../core/ports.ts'

/** The clock ends a grant: its time is over, or the access did not appear in time. */
export async function endClaimed(
  world: World,
  claim: Claim,
  reason: 'expired' | 'not-given',
): Promise<Grant | undefined> {
  const { grant } = claim
  return world.store.transaction(async (tx) => {
    const ended = await tx.grants.end(grant, { reason, by: undefined, note: '' })
    if (!ended) return undefined
    tx.append({
      type: 'grant.revoking',
      actor: { kind: 'system', id: 'sweeper' },
      subject: grant.person,
      target: grant.target,
      role: grant.role,
      ...(grant.account ? { account: grant.account } : {}),
      request: await tx.requests.name(grant.requestId),
      grant: grantName(grant.number),
      policy: grant.policyHash,
      outcome: reason,
    })
    return ended
  })
}
