import { asMessage } from './block-rules/inspect.ts'
import type { Issue } from './block-rules/rule.ts'
import type { Json } from './json.ts'

/** An answer `{ok: false, error}`. Slack sends it with status 200. */
export class SlackError extends Error {
  override readonly name = 'SlackError'
  readonly more: Json

  constructor(error: string, more: Json = {}) {
    super(error)
    this.more = more
  }
}

/** The way Slack reports what it found wrong in blocks, views and arguments. */
export function invalid(error: string, messages: readonly string[]): SlackError {
  const withErrors =
    error === 'invalid_blocks' ? { errors: messages.map((one) => one.replace('[ERROR] ', '')) } : {}
  return new SlackError(error, { ...withErrors, response_metadata: { messages } })
}

export function invalidFor(error: string, issues: readonly Issue[]): SlackError {
  return invalid(error, issues.map(asMessage))
}
