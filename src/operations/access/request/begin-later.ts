import type { Claim } from '../../../core/access/claims.ts'
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { groupsToAskWith, mayBegin } from '../../../core/access/policy.ts'
import { retryDelay } from '../../../core/access/retry.ts'
import { grantCalledOff } from '../../../core/log/grant-events.ts'
import { DirectoryDown } from '../../../core/ports.ts'
import { isRefused, type Refused } from '../../../core/refusal.ts'
import type { World } from '../../world.ts'
import { takeAccess } from '../grant/take-access.ts'

/**
 * The moment of a later start has come. Days may lie between the decision and now, so today's people and policy are
 * asked once more before the target is called. False when there is nothing to give: it was called off, or nobody
 * could be asked yet.
 */
export async function beginLater(world: World, claim: Claim): Promise<boolean> {
  const { grant } = claim
  if (grant.startsAt === undefined || grant.account !== undefined) return true
  const no = await judge(world, grant)
  if (no === undefined) return true
  if (isRefused(no)) await callOff(world, claim, no)
  else
    await world.store.transaction((tx) =>
      tx.grants.postpone(claim, {
        error: no.message,
        delay: retryDelay(grant.attempts, world.random()),
        alarms: grant.alarms,
        stuck: false,
      }),
    )
  return false
}

/** Undefined when it may begin. Nobody is let in on a guess: as long as Slack cannot be asked, it does not begin. */
async function judge(world: World, grant: Grant): Promise<Refused | DirectoryDown | undefined> {
  const catalog = world.catalog()
  try {
    const [row, person, groups] = await Promise.all([
      world.store.reads.grant(grant.id),
      world.directory.person(grant.person),
      world.directory.groups(groupsToAskWith(catalog, grant.target, grant.role)),
    ])
    if (!row) throw new Error(`the request of ${grantName(grant.number)} is gone`)
    return mayBegin(catalog, row.request, grant.duration, person, groups)
  } catch (error) {
    if (error instanceof DirectoryDown) return error
    throw error
  }
}

async function callOff(world: World, claim: Claim, { refused }: Refused): Promise<void> {
  const ended = await world.store.transaction(async (tx) => {
    const why = { reason: 'ended-early', by: undefined, note: refused.text } as const
    const grant = await tx.grants.endClaimed(claim, why)
    if (!grant) return undefined
    const name = await tx.requests.name(grant.requestId)
    tx.append(grantCalledOff(grant, name, { policy: world.catalog().hash, code: refused.code }))
    return grant
  })
  if (ended) return takeAccess(world, { ...claim, grant: ended })
  await world.store.claims.release(claim)
}
