/** How a target that fails is retried: without end, with growing delays up to a limit, and with alarms. */
import { HOUR, MINUTE } from './duration.ts'

/** A target call may take this long before it counts as unanswered. */
export const CALL_TIMEOUT_SECONDS = 20

/** One step of ending an access, within the call: a step that hangs leaves time for the next. */
export const STEP_TIMEOUT_SECONDS = 8

/**
 * What a worker or a sender took up is its own this long, and as long as it renews that. Short, because what a dead
 * process held waits so long for the next one.
 */
export const LEASE_SECONDS = 6

/** How often it is renewed while a call is under way. */
export const RENEW_EVERY_SECONDS = 1.5

/** A worker that could not renew for so long stops its call: soon somebody else may act in its place. */
export const LEASE_IN_DOUBT_SECONDS = LEASE_SECONDS / 2

/** Access must appear within this time after the decision, else the grant is undone and the requester notified. */
export const PROVISION_WITHIN_SECONDS = 5 * MINUTE

/** Holders of access that lasts longer than this are warned so long before its end, or, when that is too late, not at all. */
export const WARNED_IF_LONGER_SECONDS = 15 * MINUTE
export const WARN_BEFORE_SECONDS = 10 * MINUTE
export const TOO_LATE_TO_WARN_SECONDS = 2 * MINUTE

/** Slack is asked this often whether somebody with access is still there. */
export const CHECK_PEOPLE_EVERY_SECONDS = 30

const FIRST_DELAY_SECONDS = 2
const MAX_DELAY_SECONDS = 5 * MINUTE

/**
 * Seconds until attempt `attempts + 1`: 2, 4, 8 … 300, each spread by up to a quarter so that a thousand grants do
 * not come back in the same second. `jitter` is a number in [0, 1).
 */
export function retryDelay(attempts: number, jitter: number): number {
  const plain = Math.min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** Math.min(attempts, 20))
  return plain * (1 + jitter / 4)
}

/** Seconds after the due moment at which alarm number `raised + 1` is due: 60 s, 5 min, then every hour. */
export function alarmAfter(raised: number): number {
  if (raised === 0) return MINUTE
  if (raised === 1) return 5 * MINUTE
  return 5 * MINUTE + (raised - 1) * HOUR
}
