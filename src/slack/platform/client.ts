/** How we talk to Slack: its Web API, with short patience, few retries and no log of what was said; and Socket Mode. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, type LogLevel, SocketModeReceiver } from '@slack/bolt'
import { WebClient, type WebClientOptions } from '@slack/web-api'
import type { Log } from '../../core/ports.ts'
import { pauseAfter, wordFor } from './slack-errors.ts'

const CALL_TIMEOUT_MS = 10_000

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
    timeout: CALL_TIMEOUT_MS,
    logger: slackLogger(log),
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
    // Answers to a response_url go through the same function, and bring no timeout of their own.
    fetch: (url, init) =>
      fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(CALL_TIMEOUT_MS) }),
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

type Socket = {
  readonly receiver: SocketModeReceiver
  /** Resolves when the first connection stands; rejects with what is wrong when it cannot. */
  start(): Promise<void>
  stop(): Promise<void>
  alive(): boolean
}

/**
 * Keeps one Socket Mode connection. Slack's client reconnects by itself too, but waits five seconds without a
 * socket after each of Slack's own refreshes, and an outage of Slack at that moment ends the process with an
 * unhandled rejection. Then nothing would end what expires. So its own reconnecting is off, and this loop does it.
 */
export function makeSocket(parts: ClientParts & { readonly appToken: string; readonly log: Log }): Socket {
  const receiver = new SocketModeReceiver({
    appToken: parts.appToken,
    logger: slackLogger(parts.log),
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(parts) },
  })
  const { client } = receiver
  const stopping = new AbortController()
  let connected = false
  let gone = Promise.withResolvers<void>()
  client.on('connected', () => {
    connected = true
  })
  client.on('disconnected', () => {
    connected = false
    gone.resolve()
  })

  async function connect(): Promise<void> {
    gone = Promise.withResolvers<void>()
    await client.start()
  }

  async function keep(): Promise<void> {
    for (let failures = 0; ; ) {
      await gone.promise
      if (stopping.signal.aborted) return
      if (failures > 0) await sleep(pauseAfter(failures), undefined, { signal: stopping.signal })
      try {
        await connect()
        if (stopping.signal.aborted) return void client.disconnect()
        if (failures > 0) parts.log.info({ failures }, 'connected to Slack again')
        failures = 0
      } catch (error) {
        failures++
        gone.resolve()
        parts.log.warn({ failures, error: wordFor(error) }, 'Slack cannot be reached; trying again')
      }
    }
  }

  return {
    receiver,
    async start() {
      await connect()
      keep().catch((error: unknown) => {
        if (!stopping.signal.aborted) parts.log.error({ error: String(error) }, 'the socket was given up')
      })
    },
    async stop() {
      stopping.abort()
      // A peer that never answers the close must not keep the process.
      if (connected) await Promise.race([client.disconnect(), sleep(2_000, undefined, { ref: false })])
      connected = false
    },
    alive: () => connected,
  }
}
