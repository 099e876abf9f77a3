import { type Claim, type EndOutcome, type Grant, grantName } from '../../../core/access/grant.ts'
import { alarmAfter, retryDelay } from '../../../core/access/retry.ts'
import { ConnectorError, type StepDone } from '../../../core/connector.ts'
import { grantExpired, grantRevoked, grantStuck } from '../../../core/log/grant-events.ts'
import { notify, record } from '../../record.ts'
import type { World } from '../../world.ts'
import { accessOf, endInTarget, holdLease } from './call-target.ts'
import { failpoint } from './failpoint.ts'

type End = { readonly outcome: EndOutcome; readonly leftBehind: readonly string[] }

/**
 * Revokes the access and closes the grant once the target confirms that it is gone. Never gives up: after any error
 * it is retried, and alarms say how long access has outlived its time.
 */
export async function takeAccess(world: World, taken: Claim): Promise<void> {
  let claim = taken
  const { grant } = claim
  if (grant.account === undefined) return finish(world, claim, nothing('never-given'))
  // Access is the OR of live grants: as long as another one needs it, the target is not touched.
  if (claim.siblings.some((one) => one.state !== 'revoking'))
    return finish(world, claim, nothing('kept-by-other'))
  const connector = world.connector(grant.target)
  if (!connector) return fail(world, claim, `the target ${grant.target} is not configured`)
  const access = accessOf(grant, grant.account, grant.preexisting)
  const kept = async (done: StepDone) => {
    if (claim.grant.taken && done.sessionsEnded === 0) return true
    const now = await world.store.transaction((tx) => tx.grants.keepStep(claim, done))
    if (now) claim = { ...claim, grant: now }
    return now !== undefined
  }
  try {
    await failpoint('before-revoke')
    const { seen, failures } = await holdLease(world, claim, (signal) =>
      endInTarget(connector, access, signal, kept),
    )
    if (!seen || seen.state === 'held') return await fail(world, claim, failures.join(' '))
    const leftBehind = await holdLease(world, claim, (signal) => connector.cleanUp(access, signal))
    await failpoint('after-revoke')
    await finish(world, claim, { outcome: outcomeOf(claim.grant, seen.state), leftBehind })
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    await fail(world, claim, error.message)
  }
}

function outcomeOf({ taken, sessionsEnded, activatedAt }: Grant, seen: 'gone' | 'standing'): EndOutcome {
  if (seen === 'standing') return 'kept-standing'
  if (taken || sessionsEnded > 0) return 'taken'
  return activatedAt === undefined ? 'never-given' : 'already-gone'
}

function nothing(outcome: EndOutcome): End {
  return { outcome, leftBehind: [] }
}

async function finish(world: World, claim: Claim, end: End): Promise<void> {
  await world.store.transaction(async (tx) => {
    const grant = await tx.grants.finish(claim, end)
    if (!grant) return
    const keptBy =
      end.outcome === 'kept-by-other' ? claim.siblings.find((one) => one.state !== 'revoking') : undefined
    const name = await tx.requests.name(grant.requestId)
    await record(world.catalog(), tx, grantRevoked(grant, name, keptBy?.number), { grant })
  })
}

/** Notes the failure, looks again soon, and raises the alarm when access has outlived its time for too long. */
async function fail(world: World, claim: Claim, error: string): Promise<void> {
  const { grant } = claim
  const overdue = (claim.overdueMs ?? 0) / 1000
  const alarm = overdue >= alarmAfter(grant.alarms)
  const alarms = grant.alarms + (alarm ? 1 : 0)
  // Whatever comes first: the next try, or the next alarm.
  const delaySeconds = Math.min(
    retryDelay(grant.attempts, world.random()),
    Math.max(1, alarmAfter(alarms) - overdue),
  )
  await world.store.transaction(async (tx) => {
    const postponed = await tx.grants.postpone(claim, { error, delaySeconds, alarms, stuck: alarms > 0 })
    if (!postponed) return
    const catalog = world.catalog()
    if (!alarm) {
      // From the first failure on the card says that the access is still there.
      if (grant.attempts === 0) await notify(catalog, tx, 'revocation failed', { grant })
      return
    }
    const event = grantStuck(grant, await tx.requests.name(grant.requestId), {
      alarm: alarms,
      overdueSeconds: overdue,
      attempts: postponed.attempts,
      error,
    })
    await record(catalog, tx, event, { grant, alarm: alarms })
  })
  world.log.warn({ grant: grantName(grant.number), error, overdue }, 'access could not be taken back yet')
}

/**
 * Ends a grant on behalf of the clock: its time is over, or the access did not appear in time. Undefined when the
 * claim was lost or somebody ended it before.
 */
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
