/** How we talk to Slack's Web API: short patience, few retries, and no log of what was said. */
import type { Logger, LogLevel } from '@slack/bolt'
import { WebClient, type WebClientOptions } from '@slack/web-api'
import type { Log } from '../../core/ports.ts'

const PATIENCE = 10_000

export type ClientParts = {
  readonly log: Log
  /** Another Slack than slack.com, with `/api/` at the end. */
  readonly apiUrl?: string
}

export function makeClient(parts: ClientParts & { readonly token: string }): WebClient {
  return new WebClient(parts.token, { ...clientOptions(parts), rejectRateLimitedCalls: true })
}

/**
 * Retries are always named: Socket Mode's client writes its own hundred of them into options that have none, and
 * every call of a listener would inherit them.
 */
export function clientOptions({ log, apiUrl }: ClientParts): WebClientOptions {
  return {
    retryConfig: { retries: 2, minTimeout: 250, maxTimeout: 1_000, randomize: true },
    timeout: PATIENCE,
    logger: slackLogger(log),
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
    // Answers to a response_url go through the same function, and bring no timeout of their own.
    fetch: (url, init) => fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(PATIENCE) }),
  }
}

/**
 * Slack's libraries log into ours. What they call debug and info is dropped: it holds whole payloads and views,
 * with reasons that people wrote and, in one view, a password.
 */
export function slackLogger(log: Log): Logger {
  return {
    debug() {},
    info() {},
    warn: (...said: unknown[]) => log.warn({ from: 'slack library' }, wordsOf(said)),
    error: (...said: unknown[]) => log.error({ from: 'slack library' }, wordsOf(said)),
    setLevel() {},
    getLevel: () => 'warn' as LogLevel,
    setName() {},
  }
}

function wordsOf(said: readonly unknown[]): string {
  return said.map((one) => (one instanceof Error ? one.message : String(one))).join(' ')
}
