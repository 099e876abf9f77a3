import type { Claim, World } from '../core/ports.ts'
import { CALL_TIMEOUT, LEASE_IN_DOUBT, RENEW_EVERY } from '../core/retry.ts'

/**
 * Calls a target and renews the claim meanwhile, so that a lease can be short and a slow target is still called by
 * one worker at a time. The signal ends the call when it takes too long, and when the claim was lost or could not be
 * renewed: then another worker may be at it, and what this one would still do could undo that.
 */
export async function holdLease<T>(
  { store }: Pick<World, 'store'>,
  claim: Claim,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController()
  let renewed = performance.now()
  const renew = async (): Promise<void> => {
    const asked = performance.now()
    if (asked - renewed > LEASE_IN_DOUBT * 1000) return lost.abort()
    if (await store.claims.renew(claim)) renewed = asked
    else lost.abort()
  }
  const timer = setInterval(() => void renew().catch(() => {}), RENEW_EVERY * 1000)
  try {
    return await call(AbortSignal.any([AbortSignal.timeout(CALL_TIMEOUT * 1000), lost.signal]))
  } finally {
    clearInterval(timer)
  }
}
