/** The bot's doors in Slack, over a socket or over HTTP. */
import { App, type Receiver } from '@slack/bolt'
import { WebAPIPlatformError, type WebClient } from '@slack/web-api'
import type { Log } from '../../core/ports.ts'
import { type ClientParts, clientOptions, makeClient, makeSocket, slackLogger } from './client.ts'
import type { Door, Inside } from './guard.ts'
import { type ExtraRoutes, type HttpOptions, makeHttpReceiver } from './http-receiver.ts'
import { registerRoutes } from './routes.ts'
import { isAway, wordFor } from './slack-errors.ts'

/** Slack gives three seconds; the rest is for the way there and back. */
const PATIENCE_MS = 2_500

export type Transport =
  | { readonly kind: 'socket'; readonly appToken: string }
  | {
      readonly kind: 'http'
      readonly signingSecret: string
      readonly port: number
      readonly host?: string
      /** GET handlers on the same port, by path: health and metrics. */
      readonly extraRoutes?: ExtraRoutes
      readonly others?: HttpOptions['others']
    }

type SlackAppOptions = {
  readonly inside: Inside
  readonly botToken: string
  readonly transport: Transport
  readonly log: Log
  readonly apiUrl?: string
  /** The client that the directory and the notifier use already; else one is made. */
  readonly client?: WebClient
  /** The memory of the directory, so that Slack's news reaches it. */
  readonly memory?: NonNullable<Door['memory']>
  readonly logKey?: Door['logKey']
  /** Milliseconds a person waits before a message says that it takes longer. */
  readonly patience?: number
}

export type SlackApp = {
  /** Resolves when people can reach us. Throws {@link SlackUnreachable}, or what an operator has to mend. */
  start(): Promise<void>
  stop(): Promise<void>
  readonly client: WebClient
  readonly botUserId: string
  readonly teamId: string
  /** Can people reach us now? */
  alive(): boolean
  /** In HTTP mode, once started. */
  port(): number | undefined
}

/** Slack is away: trying again later is all there is to do. */
export class SlackUnreachable extends Error {
  override readonly name = 'SlackUnreachable'
}

/** One way for Slack to reach us. */
type TransportHandle = Pick<SlackApp, 'start' | 'stop' | 'alive' | 'port'> & { readonly receiver: Receiver }

/** Asks Slack who we are. Throws {@link SlackUnreachable}, or what an operator has to mend. Listens to nobody yet. */
export async function createSlackApp(options: SlackAppOptions): Promise<SlackApp> {
  const { log, apiUrl, botToken, inside, transport } = options
  const parts: ClientParts = { log, ...(apiUrl ? { apiUrl } : {}) }
  const client = options.client ?? makeClient({ ...parts, token: botToken })
  const self = await identify(client)
  const handle = transport.kind === 'socket' ? overSocket(transport, parts) : overHttp(transport, log)
  const app = new App({
    authorize: async () => ({ botToken, ...self }),
    receiver: handle.receiver,
    clientOptions: clientOptions(parts),
    convoStore: false,
    logger: slackLogger(log),
  })
  app.error(async (error) => {
    log.error({ error: error.message, stack: error.stack }, 'a payload of Slack could not be handled')
  })
  registerRoutes(app, {
    ...inside,
    client,
    teamId: self.teamId,
    log,
    patience: options.patience ?? PATIENCE_MS,
    ...(options.memory ? { memory: options.memory } : {}),
    ...(options.logKey ? { logKey: options.logKey } : {}),
  })
  const { start, stop, alive, port } = handle
  return { client, botUserId: self.botUserId, teamId: self.teamId, start, stop, alive, port }
}

function overSocket(transport: Extract<Transport, { kind: 'socket' }>, parts: ClientParts): TransportHandle {
  const socket = makeSocket({ ...parts, appToken: transport.appToken })
  const wanted = 'an app-level token (xapp-…) with the scope connections:write'
  return {
    receiver: socket.receiver,
    start: () =>
      socket.start().catch((error: unknown) => {
        throw advise(error, 'SLACK_APP_TOKEN', wanted)
      }),
    stop: socket.stop,
    alive: socket.alive,
    port: () => undefined,
  }
}

function overHttp(transport: Extract<Transport, { kind: 'http' }>, log: Log): TransportHandle {
  const receiver = makeHttpReceiver({ ...transport, log })
  return {
    receiver,
    start: receiver.start,
    stop: receiver.stop,
    alive: () => receiver.port() !== undefined,
    port: receiver.port,
  }
}

async function identify(client: WebClient) {
  const us = await client.auth.test().catch((error: unknown) => {
    throw advise(error, 'SLACK_BOT_TOKEN', 'the bot token (xoxb-…) of the installed app')
  })
  const { team_id: teamId, user_id: botUserId, bot_id: botId } = us
  if (teamId && botUserId && botId) return { teamId, botUserId, botId }
  throw new Error('SLACK_BOT_TOKEN is not a bot token: set the one that begins with xoxb-.')
}

/** What an operator can do about it, with Slack's own word for it. */
function advise(error: unknown, variable: string, wanted: string): Error {
  const options = { cause: error }
  const what = wordFor(error)
  if (isAway(error))
    return new SlackUnreachable(
      `Slack cannot be reached (${what}): check the network and SLACK_API_URL.`,
      options,
    )
  if (error instanceof WebAPIPlatformError)
    return new Error(`Slack does not accept ${variable} (${what}): set ${wanted}.`, options)
  return new Error(`Slack did not let elevate connect: ${what}`, options)
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

type SlackConnection = {
  /**
   * Resolves when people can reach us, or when Slack cannot be reached now and is being tried again: taking access
   * back does not wait for Slack. Throws when Slack answers that it does not want us.
   */
  start(): Promise<void>
  stop(): Promise<void>
  alive(): boolean
}

export function connectSlack(options: SlackAppOptions): SlackConnection {
  let app: SlackApp | undefined
  let stopped = false
  let waiting: NodeJS.Timeout | undefined

  const attempt = async (wait: number): Promise<void> => {
    try {
      const made = await createSlackApp(options)
      await made.start()
      app = made
      if (stopped) await made.stop()
    } catch (error) {
      if (!(error instanceof SlackUnreachable) || stopped) throw error
      options.log.error(
        { error: error.message, again_in_ms: wait },
        'Slack cannot be reached; grants still end on time',
      )
      waiting = setTimeout(() => {
        attempt(Math.min(LONGEST_WAIT_MS, wait * 2)).catch((later: unknown) => {
          options.log.error(
            { error: String(later) },
            'Slack does not let elevate connect; restart it with what is asked',
          )
        })
      }, wait)
    }
  }

  return {
    start: () => attempt(FIRST_WAIT_MS),
    async stop() {
      stopped = true
      clearTimeout(waiting)
      await app?.stop()
    },
    alive: () => app?.alive() ?? false,
  }
}
