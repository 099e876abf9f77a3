import type { Claim } from '../../../core/access/claims.ts'
import {
  aboutGrant,
  type EndOutcome,
  type Grant,
  grantName,
  secondsHeld,
} from '../../../core/access/grant.ts'
import { alarmAfter, retryDelay } from '../../../core/access/retry.ts'
import { ConnectorError, type Revoked } from '../../../core/connector.ts'
import { recordLane } from '../../../core/feed.ts'
import { channelLane, type Lane, personLane } from '../../../core/notice.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { tellHomes } from '../../tell-homes.ts'
import type { World } from '../../world.ts'
import { accessOf } from './access-of.ts'
import { failpoint } from './failpoint.ts'
import { holdLease } from './hold-lease.ts'

type End = {
  readonly outcome: EndOutcome
  readonly sessionsEnded: number
  readonly leftBehind: readonly string[]
}

/**
 * Takes the access away and closes the grant once the target says that it is gone. Never gives up: whatever the
 * error is, it is tried again, and alarms say how long access has outlived its time.
 */
export async function takeAccess(world: World, claim: Claim): Promise<void> {
  const { grant } = claim
  if (grant.account === undefined) return finish(world, claim, nothing('never-given'))
  // Access is the OR of live grants: as long as another one needs it, the target is not touched.
  if (claim.siblings.some((one) => one.state !== 'revoking'))
    return finish(world, claim, nothing('kept-by-other'))
  const connector = world.connector(grant.target)
  if (!connector) return fail(world, claim, `the target ${grant.target} is not configured`)
  let revoked: Revoked
  try {
    await failpoint('before-revoke')
    const access = accessOf(grant, grant.account, grant.preexisting)
    revoked = await holdLease(world, claim, (signal) => connector.revoke(access, signal))
    await failpoint('after-revoke')
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    return fail(world, claim, error.message)
  }
  const never = grant.activatedAt === undefined && revoked.was === 'already-gone'
  await finish(world, claim, {
    outcome: never ? 'never-given' : revoked.was,
    sessionsEnded: revoked.sessionsEnded,
    leftBehind: revoked.leftBehind,
  })
}

function nothing(outcome: EndOutcome): End {
  return { outcome, sessionsEnded: 0, leftBehind: [] }
}

async function finish(world: World, claim: Claim, end: End): Promise<void> {
  await world.store.transaction(async (tx) => {
    const grant = await tx.grants.finish(claim, end)
    if (!grant) return
    const other = claim.siblings.find((one) => one.state !== 'revoking')
    tx.append({
      type: 'grant.revoked',
      actor: { kind: 'system', id: 'worker' },
      ...aboutGrant(grant, await tx.requests.name(grant.requestId)),
      outcome: end.outcome,
      detail: {
        why: grant.endReason ?? '',
        due_at: grant.dueAt?.toISOString() ?? '',
        late_by_ms: grant.lateByMs ?? 0,
        held_s: Math.round(secondsHeld(grant) ?? 0),
        sessions_ended: end.sessionsEnded,
        left_behind: [...end.leftBehind],
        ...(end.outcome === 'kept-by-other' && other ? { kept_by: grantName(other.number) } : {}),
      },
    })
    const [cards] = await Promise.all([tx.requests.cards(grant.requestId), tellHomes(tx, grant.person)])
    for (const lane of cards) tx.tell({ lane, notice: { kind: 'card', request: grant.requestId } })
    tellEnd(world, tx.tell, grant, cards)
  })
}

function tellEnd(world: World, tell: Tx['tell'], grant: Grant, cards: readonly Lane[]): void {
  const catalog = world.catalog()
  const channel = catalog.targets.find((target) => target.id === grant.target)?.channel
  const about = { request: grant.requestId, grant: grant.id }
  const given = grant.activatedAt !== undefined
  if (channel && given) {
    const lane = recordLane(catalog, channel, cards)
    // A channel that never heard of the request has no use for its end.
    if (lane === channelLane(channel)) tell({ lane, notice: { kind: 'revoked', grant: grant.id } })
    tell({ lane, notice: { kind: 'receipt', grant: grant.id } })
  }
  tell({
    lane: personLane(grant.person),
    notice: { kind: 'told', step: given ? 'ended' : 'not-given', ...about },
  })
  tell({
    lane: channelLane(catalog.securityChannel),
    notice: { kind: 'feed', what: given ? 'ended' : 'not-given', ...about },
  })
}

/** Notes the failure, looks again soon, and raises the alarm when access has outlived its time for too long. */
async function fail(world: World, claim: Claim, error: string): Promise<void> {
  const { grant } = claim
  const overdue = (claim.overdueMs ?? 0) / 1000
  const alarm = overdue >= alarmAfter(grant.alarms)
  const alarms = grant.alarms + (alarm ? 1 : 0)
  // Whatever comes first: the next try, or the next alarm.
  const delay = Math.min(
    retryDelay(grant.attempts, world.random()),
    Math.max(1, alarmAfter(alarms) - overdue),
  )
  await world.store.transaction(async (tx) => {
    const postponed = await tx.grants.postpone(claim, { error, delay, alarms, stuck: alarms > 0 })
    if (!postponed) return
    // From the first failure on the card says that the access is still there.
    if (alarm || grant.attempts === 0)
      for (const lane of await tx.requests.cards(grant.requestId))
        tx.tell({ lane, notice: { kind: 'card', request: grant.requestId } })
    if (!alarm) return
    tx.append({
      type: 'grant.stuck',
      actor: { kind: 'system', id: 'worker' },
      ...aboutGrant(grant, await tx.requests.name(grant.requestId)),
      detail: { alarm: alarms, overdue_s: Math.floor(overdue), attempts: postponed.attempts, error },
    })
    const catalog = world.catalog()
    const channel = catalog.targets.find((target) => target.id === grant.target)?.channel
    for (const where of new Set([catalog.securityChannel, ...(channel ? [channel] : [])]))
      tx.tell({ lane: channelLane(where), notice: { kind: 'alarm', grant: grant.id, number: alarms } })
  })
  world.log.warn({ grant: grantName(grant.number), error, overdue }, 'access could not be taken back yet')
}
