import { type Claim, type Grant, grantName } from '../../../core/access/grant.ts'
import { groupsToAskWith, mayBegin } from '../../../core/access/policy.ts'
import { requestName } from '../../../core/access/request.ts'
import { CALL_TIMEOUT_SECONDS, retryDelay } from '../../../core/access/retry.ts'
import { type Connector, ConnectorError, type Granted, PERMANENT_ERRORS } from '../../../core/connector.ts'
import { grantActivated, grantCalledOff, grantExtended } from '../../../core/log/grant-events.ts'
import { DirectoryDown } from '../../../core/ports.ts'
import { isRefused, type Refused } from '../../../core/refusal.ts'
import { record } from '../../record.ts'
import type { World } from '../../world.ts'
import { accessOf, endInTarget, holdLease } from './call-target.ts'
import { failpoint } from './failpoint.ts'
import { endClaimed, takeAccess } from './take-access.ts'

/**
 * Grants the access in the target, and starts its duration once the target has confirmed it. An error that may pass
 * is retried later; a permanent one, or a target that is not configured, undoes the grant.
 */
export async function giveAccess(world: World, taken: Claim): Promise<void> {
  let claim = taken
  const connector = world.connector(claim.grant.target)
  if (!connector) return undoProvisioning(world, claim, `the target ${claim.grant.target} is not configured`)
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
    // The requester gets this text, which says what to fix.
    if (PERMANENT_ERRORS.has(error.kind)) return undoProvisioning(world, claim, error.message)
    await world.store.transaction((tx) =>
      tx.grants.postpone(claim, {
        error: error.message,
        delaySeconds: retryDelay(claim.grant.attempts, world.random()),
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
    const active = await tx.grants.activate(claim, { howTo: granted.howTo, ids: granted.ids, preexisting })
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
  const signal = AbortSignal.timeout(CALL_TIMEOUT_SECONDS * 1000)
  const { seen, failures } = await endInTarget(connector, access, signal, async () => true)
  if (!seen || seen.state === 'held') throw new ConnectorError('retryable', failures.join(' '))
  await connector.cleanUp(access, signal)
}

async function undoProvisioning(world: World, claim: Claim, error: string): Promise<void> {
  world.log.warn({ grant: grantName(claim.grant.number), error }, 'access could not be given and is undone')
  await world.store.transaction((tx) =>
    tx.grants.postpone(claim, { error, delaySeconds: 0, alarms: claim.grant.alarms, stuck: false }),
  )
  const again = await world.store.claims.one(claim.grant.id)
  if (again?.grant.state !== 'provisioning') {
    if (again) await world.store.claims.release(again)
    return
  }
  const ended = await endClaimed(world, again, 'not-given')
  if (ended) await takeAccess(world, { ...again, grant: ended })
}

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
        delaySeconds: retryDelay(grant.attempts, world.random()),
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

async function callOff(world: World, claim: Claim, no: Refused): Promise<void> {
  const ended = await world.store.transaction(async (tx) => {
    const why = { reason: 'ended-early', by: undefined, note: world.wordsOf(no) } as const
    const grant = await tx.grants.endClaimed(claim, why)
    if (!grant) return undefined
    const name = await tx.requests.name(grant.requestId)
    tx.append(grantCalledOff(grant, name, { policy: world.catalog().hash, code: no.refused.code }))
    return grant
  })
  if (ended) return takeAccess(world, { ...claim, grant: ended })
  await world.store.claims.release(claim)
}
