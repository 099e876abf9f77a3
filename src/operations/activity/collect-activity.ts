import { HOUR } from '../../core/access/duration.ts'
import { grantName } from '../../core/access/grant.ts'
import { CALL_TIMEOUT_SECONDS, retryDelay } from '../../core/access/retry.ts'
import { type ActivityClaim, activityWindow, type Gap } from '../../core/activity/activity.ts'
import { redactionFor } from '../../core/catalog.ts'
import { type Connector, ConnectorError, PERMANENT_ERRORS } from '../../core/connector.ts'
import { activityCollected } from '../../core/log/grant-events.ts'
import { accessOf } from '../access/grant/call-target.ts'
import { record } from '../record.ts'
import type { World } from '../world.ts'

/** Live grants are looked at so often: what a target's log forgets in a shorter time is lost. Seconds. */
const COLLECT_EVERY_SECONDS = 60

/** After so many pages others get their turn; this one continues immediately. */
const PAGES_AT_ONCE = 25

/** After the end a target that cannot be asked is asked again for so long; then the record says what is missing. Seconds. */
const GIVE_UP_AFTER_SECONDS = HOUR

/**
 * Reads what was done under one grant so far, and closes the record when the access is gone. Runs beside everything
 * else: whatever goes wrong here, access is given and taken all the same.
 */
export async function collectActivity(world: World, claim: ActivityClaim): Promise<void> {
  const { grant } = claim
  const over = claim.endedFor !== undefined
  if (claim.targetDone) return close(world, claim, [], undefined)
  const connector = world.connector(grant.target)
  const silent = whySilent(connector)
  if (silent || !connector || grant.account === undefined) {
    if (over) return close(world, claim, [], silent)
    return again(world, claim, { seconds: COLLECT_EVERY_SECONDS, failed: false, unavailable: silent })
  }
  try {
    await readPages(world, claim, connector, grant.account)
  } catch (error) {
    await failed(world, claim, error)
  }
}

function whySilent(connector: Connector | undefined): string | undefined {
  if (!connector) return 'the target is no longer configured'
  return connector.activity ? undefined : 'this kind of target does not tell'
}

async function readPages(
  world: World,
  claim: ActivityClaim,
  connector: Connector,
  account: string,
): Promise<void> {
  const { grant } = claim
  const over = claim.endedFor !== undefined
  const { entitlement } = accessOf(grant, account, grant.preexisting)
  const { from, to } = activityWindow(grant, grant.createdAt)
  let { cursor } = claim
  for (let pages = 0; pages < PAGES_AT_ONCE; pages++) {
    const page = await connector.activity?.(
      {
        account,
        entitlement,
        from,
        to: over ? to : undefined,
        afterwards: grant.endOutcome !== 'kept-by-other',
        now: claim.now,
        cursor,
        redact: redactionFor(world.catalog(), grant.target, grant.role),
      },
      AbortSignal.timeout(CALL_TIMEOUT_SECONDS * 1000),
    )
    if (!page) return
    if (page.kind === 'unavailable') {
      if (over) return close(world, claim, [], page.why)
      return again(world, claim, { seconds: COLLECT_EVERY_SECONDS, failed: false, unavailable: page.why })
    }
    const mine = await world.store.transaction((tx) => tx.activity.add(claim, page))
    if (!mine) return
    cursor = page.cursor
    if (page.more) continue
    if (over) return close(world, claim, [], undefined)
    return again(world, claim, { seconds: COLLECT_EVERY_SECONDS, failed: false, unavailable: undefined })
  }
  return again(world, claim, { seconds: 0, failed: false, unavailable: undefined })
}

/** Nothing is lost yet: the target's log is still there, and is read from the same mark the next time. */
async function failed(world: World, claim: ActivityClaim, error: unknown): Promise<void> {
  const { grant, endedFor } = claim
  if (!(error instanceof ConnectorError)) throw error
  world.log.warn(
    { grant: grantName(grant.number), error: error.message },
    'what was done could not be read yet',
  )
  const hopeless =
    endedFor !== undefined && (endedFor > GIVE_UP_AFTER_SECONDS || PERMANENT_ERRORS.has(error.kind))
  if (!hopeless) {
    const wait = retryDelay(claim.attempts, world.random())
    const seconds = endedFor === undefined ? Math.max(COLLECT_EVERY_SECONDS, wait) : wait
    return again(world, claim, { seconds, failed: true, unavailable: undefined })
  }
  const why = 'its log could not be read any more'
  if (claim.cursor === undefined) return close(world, claim, [], why)
  return close(world, claim, [`What was done last is missing, because ${why}.`], undefined)
}

async function again(
  world: World,
  claim: ActivityClaim,
  next: { readonly seconds: number; readonly failed: boolean; readonly unavailable: string | undefined },
): Promise<void> {
  await world.store.transaction((tx) => tx.activity.postpone(claim, next))
}

/** The record is final: its hash goes into the audit log, and the messages that closed the grant are redrawn. */
async function close(
  world: World,
  claim: ActivityClaim,
  gaps: readonly Gap[],
  unavailable: string | undefined,
): Promise<void> {
  const { grant } = claim
  await world.store.transaction(async (tx) => {
    const known = await tx.activity.close(claim, { gaps, unavailable })
    if (!known) return
    const name = await tx.requests.name(grant.requestId)
    await record(world.catalog(), tx, activityCollected(grant, name, known), { grant })
  })
}
