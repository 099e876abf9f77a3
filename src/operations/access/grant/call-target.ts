import type { Claim, Grant } from '../../../core/access/grant.ts'
import {
  CALL_TIMEOUT_SECONDS,
  LEASE_IN_DOUBT_SECONDS,
  RENEW_EVERY_SECONDS,
} from '../../../core/access/retry.ts'
import { type Access, ConnectorError } from '../../../core/connector.ts'
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
    preexisting,
  }
}
