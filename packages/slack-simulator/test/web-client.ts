import { type Logger, LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api'
import type { Simulator } from '../src/server.ts'

/** Refusals are what these tests are about; the client's own warnings would only hide real ones. */
const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

export function clientOf(simulator: Simulator, token: string = simulator.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: simulator.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
  })
}

/** The error string and everything else of an answer that is not ok. */
export async function refusal(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof WebAPIPlatformError)) throw error ?? new Error('the call was accepted')
  return error.data as unknown as Record<string, unknown>
}

export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return (await refusal(call)).error
}

export const section = (text: string) => [{ type: 'section', text: { type: 'mrkdwn', text } }]
