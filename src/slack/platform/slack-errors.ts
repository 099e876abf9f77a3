/** What an error of Slack means: for a message that waits to be sent, and for the connection. */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'

type Verdict =
  /** Nothing is wrong with the message: the lane waits. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** Nobody can ever get it. */
  | { readonly kind: 'gone'; readonly error: string }
  /** Slack dislikes the blocks, so the words go alone. */
  | { readonly kind: 'words-only'; readonly error: string }
  /** Nothing can be sent in this lane until an operator or a member acts. */
  | { readonly kind: 'closed'; readonly error: string; readonly advice: string }
  /** This one is tried again later. */
  | { readonly kind: 'later'; readonly error: string }

const INVITE = 'the bot cannot write in this channel: type “/invite” with the name of the bot there'

const CLOSED: Readonly<Record<string, string>> = {
  not_in_channel: INVITE,
  channel_not_found: `${INVITE}, or correct the channel in the configuration`,
  is_archived: 'the channel is archived: unarchive it, or name another one in the configuration',
  restricted_action: 'the workspace does not let the bot write in this channel',
  missing_scope: 'the app was not installed with the rights of its manifest: install it again',
  invalid_auth: 'Slack does not accept the bot token',
  not_authed: 'Slack does not accept the bot token',
  token_revoked: 'the bot token was revoked: install the app again',
  account_inactive: 'the bot was removed from the workspace: install the app again',
}

const GONE = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'is_inactive',
  'user_not_found',
  'user_disabled',
  'cannot_dm_bot',
])

const TOO_MUCH = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'block_mismatch',
  'invalid_attachments',
  'too_many_attachments',
  'attachment_payload_limit_exceeded',
])

const BUSY = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded'])

/** `lane` says who it was for: a person who left has no direct messages any more. */
export function judge(error: unknown, lane = ''): Verdict {
  if (lane.startsWith('person:') && codeOf(error) === 'channel_not_found')
    return { kind: 'gone', error: 'channel_not_found' }
  if (error instanceof WebAPIRateLimitedError)
    return { kind: 'wait', ms: Math.max(1, error.retryAfter) * 1000 }
  if (error instanceof WebAPIPlatformError) return judgeCode(error.data.error, detailOf(error))
  if (error instanceof WebAPIHTTPError)
    return error.statusCode >= 500 ? { kind: 'wait', ms: 5_000 } : { kind: 'later', error: error.message }
  if (error instanceof WebAPIRequestError) return { kind: 'wait', ms: 5_000 }
  return { kind: 'later', error: error instanceof Error ? error.message : String(error) }
}

function judgeCode(code: string, detail: string): Verdict {
  if (BUSY.has(code)) return { kind: 'wait', ms: 10_000 }
  if (GONE.has(code)) return { kind: 'gone', error: code }
  if (TOO_MUCH.has(code)) return { kind: 'words-only', error: detail }
  const advice = CLOSED[code]
  return advice ? { kind: 'closed', error: code, advice } : { kind: 'later', error: detail }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined
}

function detailOf(error: WebAPIPlatformError): string {
  const messages = error.data.response_metadata?.messages ?? []
  return [error.data.error, ...messages].join(' ')
}

/** Milliseconds until the next try: 2 s, 4 s … 10 min. */
export function retryMs(attempts: number, jitter: number): number {
  return Math.min(600_000, 2_000 * 2 ** Math.min(attempts, 12)) * (1 + jitter / 4)
}

/** A closed lane is tried again this often, so that an invitation is noticed. */
export const CLOSED_RETRY_MS = 120_000

/**
 * Is Slack away for a while, or does it refuse us? The one mends itself; the other needs an operator.
 *
 * Slack's Socket Mode client rejects without any error when the socket closes before it stood.
 */
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
