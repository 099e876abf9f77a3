import { isSecurity } from '../../../core/access/audience.ts'
import { type Claim, type Grant, grantName } from '../../../core/access/grant.ts'
import { ConnectorError } from '../../../core/connector.ts'
import type { GrantId } from '../../../core/ids.ts'
import { groupsIn, type PersonId } from '../../../core/people/person.ts'
import { notify } from '../../record.ts'
import { attemptOn, refusal } from '../../refusals.ts'
import type { World } from '../../world.ts'
import { beginLater, giveAccess } from './give-access.ts'
import { endClaimed, takeAccess } from './take-access.ts'

/**
 * Takes the next step of one grant towards what should be true now: give, end, or revoke access. Anybody may call it
 * (a commit in this process, the sweeper, another replica): the row decides, and a second caller changes nothing.
 * Never throws; returns when nothing more can be done for this grant at this moment.
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
  // Somebody ended it since it was claimed. Without this, revoking it would wait for the lease to run out.
  await world.store.claims.release(claim)
}

function describe(error: unknown): string {
  if (error instanceof ConnectorError) return `${error.kind}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

/**
 * Security says that the cause of a stuck revocation is mended: the grant is tried now and not at its next turn. Its
 * state does not change by this. Refuses everybody but security, recorded.
 */
export async function retryNow(
  world: World,
  { grant: id, by }: { readonly grant: GrantId; readonly by: PersonId },
): Promise<{ readonly grant: Grant }> {
  const catalog = world.catalog()
  const [row, person, groups] = await Promise.all([
    world.store.reads.grant(id),
    world.directory.person(by),
    world.directory.groups([...new Set(groupsIn(catalog.security))]),
  ])
  if (!row) throw refusal('no-such-grant')
  if (!isSecurity(catalog, person, groups))
    throw refusal('not-security-to-look', {}, attemptOn(by, 'look', row.request, row.grant))
  world.store.claims.lookNow(id)
  return { grant: row.grant }
}

/** Notifies the holder, once, that the access ends soon. True when this call queued the message. */
export async function warnHolder(world: World, id: GrantId): Promise<boolean> {
  return world.store.transaction(async (tx) => {
    const grant = await tx.grants.lock(id)
    if (!grant || !(await tx.dues.warn(grant))) return false
    await notify(world.catalog(), tx, 'grant ends soon', { grant })
    return true
  })
}
