import type { Claim } from '../../../core/access/claims.ts'
import { grantName } from '../../../core/access/grant.ts'
import { ConnectorError } from '../../../core/connector.ts'
import type { World } from '../../world.ts'
import { beginLater } from '../request/begin-later.ts'
import { endClaimed } from './end-claimed.ts'
import { giveAccess } from './give-access.ts'
import { takeAccess } from './take-access.ts'

/**
 * Looks at one grant and does the next thing towards what should be true now: give it, end it, take it. Whoever
 * calls (a commit in this process, the sweeper, another replica) the row decides, and a move that comes second changes
 * nothing. Returns when there is nothing more to do for this grant at this moment.
 */
export async function advanceGrant(world: World, claim: Claim): Promise<void> {
  try {
    const { state } = claim.grant
    if (state === 'provisioning') {
      if (claim.provisionOver) await endThenTake(world, claim, 'not-given')
      else if (await beginLater(world, claim)) await giveAccess(world, claim)
    } else if (state === 'active') await endThenTake(world, claim, 'expired')
    else if (state === 'revoking') await takeAccess(world, claim)
  } catch (error) {
    // The row keeps its lease until it runs out, and the sweeper comes back to it: nothing is lost.
    world.log.error(
      { grant: grantName(claim.grant.number), error: describe(error) },
      'a grant could not be advanced; it will be looked at again',
    )
  }
}

async function endThenTake(world: World, claim: Claim, reason: 'expired' | 'not-given'): Promise<void> {
  const ended = await endClaimed(world, claim, reason)
  if (ended) return takeAccess(world, { ...claim, grant: ended })
  // Somebody ended it since it was taken up. Without this, taking it back would wait for the lease to run out.
  await world.store.claims.release(claim)
}

export function describe(error: unknown): string {
  if (error instanceof ConnectorError) return `${error.kind}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
