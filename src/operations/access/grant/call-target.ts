import type { Claim, Grant } from '../../../core/access/grant.ts'
import {
  CALL_TIMEOUT_SECONDS,
  LEASE_IN_DOUBT_SECONDS,
  RENEW_EVERY_SECONDS,
  STEP_TIMEOUT_SECONDS,
} from '../../../core/access/retry.ts'
import {
  type Access,
  type Connector,
  ConnectorError,
  type Seen,
  type StepDone,
} from '../../../core/connector.ts'
import type { World } from '../../world.ts'

/**
 * Calls a target and renews the claim meanwhile, so that leases can be short and yet only one worker calls a slow
 * target. Aborts the call after `CALL_TIMEOUT_SECONDS`, and when the claim was lost or could not be renewed: another
 * worker may act by then, and this one could undo its work. For the same reason a worker that was held up since it
 * claimed the grant first asks whether it still has it. Throws a retryable `ConnectorError` when it has not.
 */
export async function holdLease<T>(
  { store }: Pick<World, 'store'>,
  claim: Claim,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController()
  let renewed = claim.takenAt
  const inDoubt = (now: number) => now - renewed > LEASE_IN_DOUBT_SECONDS * 1000
  const renew = async (): Promise<void> => {
    const asked = performance.now()
    if (await store.claims.renew(claim)) renewed = asked
    else lost.abort()
  }
  if (inDoubt(performance.now())) await renew()
  if (lost.signal.aborted) throw new ConnectorError('retryable', 'another worker has taken over')
  const keep = () => {
    if (inDoubt(performance.now())) lost.abort()
    else renew().catch(() => {})
  }
  const timer = setInterval(keep, RENEW_EVERY_SECONDS * 1000)
  try {
    return await call(AbortSignal.any([AbortSignal.timeout(CALL_TIMEOUT_SECONDS * 1000), lost.signal]))
  } finally {
    clearInterval(timer)
  }
}

/** What one try to end an access came to. */
type Try = {
  /** What the target showed afterwards; undefined when it could not be read. */
  readonly seen: Seen | undefined
  /** Why steps or the look failed, and what blocks. */
  readonly failures: readonly string[]
}

/**
 * One try to end the access in the target: each step has a time of its own and is tried also when one before it failed, then
 * the target is read again. `kept` writes down what a step did before the next begins; false when this worker may not go on.
 */
export async function endInTarget(
  connector: Connector,
  access: Access,
  signal: AbortSignal,
  kept: (done: StepDone) => Promise<boolean>,
): Promise<Try> {
  const failures: string[] = []
  const tried = async <T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask(AbortSignal.any([signal, AbortSignal.timeout(STEP_TIMEOUT_SECONDS * 1000)]))
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      if (!failures.includes(error.message)) failures.push(error.message)
      return undefined
    }
  }
  for (const step of connector.endingSteps(access)) {
    const done = await tried((limit) => connector.end(access, step, limit).catch(assumedDone))
    if (!done || (!done.taken && done.sessionsEnded === 0)) continue
    if (!(await kept(done))) return { seen: undefined, failures: ['another worker has taken over'] }
  }
  const seen = await tried((limit) => connector.look(access, limit))
  return { seen, failures: seen?.state === 'held' ? [seen.text, ...failures] : failures }
}

/** Its answer was lost. If it was not done, the look says so; if it was, it must not be taken for somebody else's work. */
function assumedDone(error: unknown): StepDone {
  if (error instanceof ConnectorError && error.kind === 'unknown-outcome')
    return { taken: true, sessionsEnded: 0 }
  throw error
}

/** What a connector needs to know of a grant whose account is known. */
export function accessOf(grant: Grant, account: string, preexisting: boolean): Access {
  return {
    grantId: grant.accountFor,
    grantNumber: grant.number,
    target: grant.target,
    role: grant.role,
    account,
    entitlement: grant.entitlement,
    subject: grant.subject,
    notAfter: grant.notAfter,
    ids: grant.targetIds,
    preexisting,
  }
}
