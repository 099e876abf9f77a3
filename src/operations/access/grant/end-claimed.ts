import type { Claim } from '../../../core/access/claims.ts'
import type { Grant } from '../../../core/access/grant.ts'
import { grantExpired } from '../../../core/log/grant-events.ts'
import type { World } from '../../world.ts'

/** The clock ends a grant: its time is over, or the access did not appear in time. */
export async function endClaimed(
  world: World,
  claim: Claim,
  reason: 'expired' | 'not-given',
): Promise<Grant | undefined> {
  const { grant } = claim
  return world.store.transaction(async (tx) => {
    const ended = await tx.grants.endClaimed(claim, { reason, by: undefined, note: '' })
    if (!ended) return undefined
    tx.append(grantExpired(grant, await tx.requests.name(grant.requestId), reason))
    return ended
  })
}
