import type { Claim } from '../../../core/access/claims.ts'
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { requestName } from '../../../core/access/request.ts'
import { CALL_TIMEOUT, retryDelay } from '../../../core/access/retry.ts'
import { type Connector, ConnectorError, type Granted, PERMANENT_ERRORS } from '../../../core/connector.ts'
import { grantActivated, grantExtended } from '../../../core/log/grant-events.ts'
import { record } from '../../record.ts'
import type { World } from '../../world.ts'
import { accessOf } from './access-of.ts'
import { endClaimed } from './end-claimed.ts'
import { failpoint } from './failpoint.ts'
import { holdLease } from './hold-lease.ts'
import { takeAccess } from './take-access.ts'

/** Makes the access real, and starts its clock once the target has said that it is there. */
export async function giveAccess(world: World, taken: Claim): Promise<void> {
  let claim = taken
  const connector = world.connector(claim.grant.target)
  if (!connector) return giveUp(world, claim, `the target ${claim.grant.target} is not configured`)
  try {
    const named = await nameAccount(world, connector, claim)
    if (!named) return world.store.claims.release(claim)
    claim = { ...claim, grant: named.grant }
    await failpoint('before-grant')
    const access = accessOf(named.grant, named.account, inheritedStanding(claim))
    const granted = await holdLease(world, claim, (signal) => connector.grant(access, signal))
    await failpoint('after-grant')
    const activated = await activate(world, claim, granted)
    if (!activated) await undoIfOver(world, connector, claim)
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    // The requester is told what to fix.
    if (PERMANENT_ERRORS.has(error.kind)) return giveUp(world, claim, error.message)
    await world.store.transaction((tx) =>
      tx.grants.postpone(claim, {
        error: error.message,
        delay: retryDelay(claim.grant.attempts, world.random()),
        alarms: claim.grant.alarms,
        stuck: false,
      }),
    )
  }
}

/** The account is written down before the first call to the target, so that a crash leaves nothing unknown there. */
async function nameAccount(
  world: World,
  connector: Connector,
  claim: Claim,
): Promise<{ grant: Grant; account: string } | undefined> {
  const { grant } = claim
  if (grant.account !== undefined) return { grant, account: grant.account }
  const account = await connector.resolve({
    subject: grant.subject,
    role: grant.role,
    entitlement: grant.entitlement,
    grantId: grant.id,
    grantNumber: grant.number,
  })
  const named = await world.store.transaction((tx) => tx.grants.nameAccount(claim, account))
  return named && { grant: named, account }
}

/** While another grant of ours is live, what the target shows is ours; whether it stood before was seen by the first. */
function inheritedStanding(claim: Claim): boolean {
  return claim.siblings.some((one) => one.preexisting)
}

/** False when somebody else moved the grant on while the target was being called. */
async function activate(world: World, claim: Claim, granted: Granted): Promise<boolean> {
  const firstOfOurs = !claim.siblings.some((one) => one.activatedAt)
  const preexisting = firstOfOurs ? granted.preexisting : inheritedStanding(claim)
  const { prolongs } = claim.grant
  const before = prolongs === undefined ? undefined : await world.store.reads.grant(prolongs)
  const grant = await world.store.transaction(async (tx) => {
    const active = await tx.grants.activate(claim, { howTo: granted.howTo, preexisting })
    if (!active) return undefined
    const catalog = world.catalog()
    const name = await tx.requests.name(active.requestId)
    await record(catalog, tx, grantActivated(active, name, granted.was), { grant: active })
    if (before) {
      // The grant before goes on in this one; its card says so too.
      const event = grantExtended(before.grant, requestName(before.request.number), active)
      await record(catalog, tx, event, { grant: before.grant })
    }
    return active
  })
  // Somebody ended it meanwhile. The row says `revoking`, and is looked at again now.
  if (!grant) await world.store.claims.release(claim)
  return grant !== undefined
}

/**
 * A worker that was held up may come to the target after another one has taken the access away for good. Nobody
 * would look there again, so this one takes back what it gave, unless another grant of the account needs it.
 */
async function undoIfOver(world: World, connector: Connector, claim: Claim): Promise<void> {
  const row = await world.store.reads.grant(claim.grant.id)
  if (row?.grant.state !== 'revoked' || row.grant.account === undefined) return
  const { grant } = row
  const live = await world.store.reads.liveGrants(grant.person)
  const needed = live.some(
    ({ grant: one }) =>
      one.target === grant.target && one.role === grant.role && one.account === grant.account,
  )
  if (needed) return
  world.log.warn(
    { grant: grantName(grant.number) },
    'access was given after its grant was over; it is taken back',
  )
  const access = accessOf(grant, grant.account ?? '', grant.preexisting)
  await connector.revoke(access, AbortSignal.timeout(CALL_TIMEOUT * 1000))
}

async function giveUp(world: World, claim: Claim, error: string): Promise<void> {
  world.log.warn({ grant: grantName(claim.grant.number), error }, 'access could not be given and is undone')
  await world.store.transaction((tx) =>
    tx.grants.postpone(claim, { error, delay: 0, alarms: claim.grant.alarms, stuck: false }),
  )
  const again = await world.store.claims.one(claim.grant.id)
  if (again?.grant.state !== 'provisioning') {
    if (again) await world.store.claims.release(again)
    return
  }
  const ended = await endClaimed(world, again, 'not-given')
  if (ended) await takeAccess(world, { ...again, grant: ended })
}
