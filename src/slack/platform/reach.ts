/** Is Slack away for a while, or does it refuse us? The one mends itself; the other needs an operator. */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'

/** Slack's Socket Mode client rejects without any error when the socket closes before it stood. */
export function isAway(error: unknown): boolean {
  if (error instanceof WebAPIPlatformError) return PASSING.has(error.data.error)
  return (
    error === undefined ||
    error instanceof WebAPIRequestError ||
    error instanceof WebAPIRateLimitedError ||
    error instanceof WebAPIHTTPError
  )
}

/** Answers that say nothing about what was asked. */
export const PASSING: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
])

export function wordFor(error: unknown): string {
  if (error === undefined) return 'the socket was closed'
  if (error instanceof WebAPIPlatformError) return error.data.error
  return error instanceof Error ? error.message : String(error)
}

const LONGEST_PAUSE = 30_000

/** Milliseconds before the next try: 0.5 s, 1 s … 30 s. */
export function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE, 250 * 2 ** Math.min(failures, 10))
}
