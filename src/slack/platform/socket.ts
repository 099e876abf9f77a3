/**
 * Keeps one Socket Mode connection. Slack's client reconnects by itself too, but waits five seconds without a
 * socket after each of Slack's own refreshes, and an outage of Slack at that moment ends the process with an
 * unhandled rejection. Then nobody would take back what expires. So it is told not to, and this loop does it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../../core/ports.ts'
import { type ClientParts, clientOptions, slackLogger } from './client.ts'
import { pauseAfter, wordFor } from './reach.ts'

export type Socket = {
  readonly receiver: SocketModeReceiver
  /** Resolves when the first connection stands; rejects with what is wrong when it cannot. */
  start(): Promise<void>
  stop(): Promise<void>
  alive(): boolean
}

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
