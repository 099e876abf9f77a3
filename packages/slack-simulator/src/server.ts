import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Clock, Ids } from './clock.ts'
import { type Control, controlOf } from './control.ts'
import { Delivery, RETRIES_MS } from './deliver.ts'
import { Faults } from './faults.ts'
import { answerText } from './http.ts'
import { HttpDelivery } from './http-delivery.ts'
import { answerInspector, isOwnRequest } from './inspector.ts'
import { readManifest } from './manifest.ts'
import { PersonDriver } from './people/driver.ts'
import { viewOf } from './people/person-view.ts'
import type { Platform } from './platform.ts'
import { Rates } from './rates.ts'
import { Wire, type WireRecord } from './record.ts'
import { answerHook } from './reply.ts'
import { ResponseUrls } from './response-urls.ts'
import { SocketMode } from './socket-mode.ts'
import { Triggers } from './triggers.ts'
import type { PersonView } from './view.ts'
import { Views } from './views.ts'
import { answerCall } from './web-api/dispatch.ts'
import { answerUpload, isUpload } from './web-api/files.ts'
import { Workspace, type WorkspaceSeed } from './workspace.ts'

export type SimulatorOptions = {
  /** The text of manifest.yml: what it does not ask for, the app cannot do. */
  readonly manifest: string
  readonly workspace: WorkspaceSeed
  /** Default: any free one. */
  readonly port?: number
  readonly host?: '127.0.0.1'
  /** Default: Socket Mode. */
  readonly delivery?:
    | { readonly kind: 'socket' }
    | { readonly kind: 'http'; readonly url: string; readonly signingSecret: string }
  readonly record?: (entry: WireRecord) => void
  readonly ackDeadlineMs?: number
  /** How long Slack looks for a live socket before it tells the person that nobody answers. */
  readonly socketGraceMs?: number
  /** When an unacknowledged event is repeated; default: at once, after 1 min, after 5 min. */
  readonly eventRetriesMs?: readonly number[]
  /** `slack` enforces the rate tiers with 429 and Retry-After; default. */
  readonly pace?: 'slack' | 'off'
  /** Serves whatever is not Slack's; answers whether it did. */
  readonly page?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>
}

export type Simulator = {
  readonly url: string
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret: string
  as(userId: string): PersonDriver
  view(userId: string): PersonView
  /** Resolves as soon as the version is greater than `after`. */
  changed(after: number, signal?: AbortSignal): Promise<number>
  readonly control: Control
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const BOT_TOKEN = 'xoxb-simulator'
const APP_TOKEN = 'xapp-simulator'
const SIGNING_SECRET = 'simulator-signing-secret'

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const server = createServer()
  const port = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1')
  const origin = `http://127.0.0.1:${port}`
  const { platform, transport, socketMode } = assemble(options, origin)

  server.on('request', (request, response) => {
    answer(platform, options, port, request, response).catch((error: unknown) => {
      process.emitWarning(
        error instanceof Error ? (error.stack ?? error.message) : String(error),
        'SimulatorWarning',
      )
      if (!response.headersSent) answerText(response, 500, 'the simulator failed')
    })
  })
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.startsWith('/link/')) socketMode.accept(request, socket, head)
    else socket.destroy()
  })

  const stop = async () => {
    platform.delivery.stop()
    await socketMode.stop()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    url: origin,
    apiUrl: `${origin}/api/`,
    botToken: platform.tokens.bot,
    appToken: platform.tokens.app,
    signingSecret: options.delivery?.kind === 'http' ? options.delivery.signingSecret : SIGNING_SECRET,
    as: (userId) => new PersonDriver(platform, userId),
    view: (userId) => viewOf(platform, userId),
    changed: (after, signal) => platform.workspace.changed(after, signal),
    control: controlOf(platform, transport),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function assemble(options: SimulatorOptions, origin: string) {
  const clock = new Clock()
  const ids = new Ids()
  const manifest = readManifest(options.manifest)
  const workspace = new Workspace(options.workspace, manifest.botName, clock, ids)
  const wire = new Wire(options.record)
  const deadlineMs = options.ackDeadlineMs ?? 3000
  const socketMode = new SocketMode(workspace, { deadlineMs, graceMs: options.socketGraceMs ?? 500 })
  const { delivery = { kind: 'socket' } } = options
  const transport =
    delivery.kind === 'http' ? new HttpDelivery({ ...delivery, deadlineMs, clock }) : socketMode
  const platform: Platform = {
    manifest,
    workspace,
    views: new Views(workspace),
    triggers: new Triggers(clock, ids),
    responseUrls: new ResponseUrls(clock, ids, () => origin, workspace.team.id),
    delivery: new Delivery({
      transport,
      wire,
      clock,
      manifest,
      retries: options.eventRetriesMs ?? RETRIES_MS,
    }),
    wire,
    faults: new Faults(),
    rates: options.pace === 'off' ? undefined : new Rates(clock),
    tickets: socketMode,
    tokens: { bot: BOT_TOKEN, app: APP_TOKEN, verification: 'simulator-verification-token' },
    origin: () => origin,
    notices: new Map(),
    violations: [],
    uploads: new Map(),
    uninstalled: false,
  }
  // Everybody has the app's direct message in the sidebar, as after an installation.
  for (const person of [...workspace.people.values()]) {
    if (!person.bot && !person.deleted) workspace.openDirectMessage(person.id)
  }
  return { platform, transport, socketMode }
}

async function answer(
  platform: Platform,
  options: SimulatorOptions,
  port: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://simulator').pathname
  if (path.startsWith('/api/')) return answerCall(platform, path.slice('/api/'.length), request, response)
  if (path.startsWith('/hooks/')) return answerHook(platform, path, request, response)
  if (isUpload(path)) return answerUpload(platform, path, request, response)
  if (!isOwnRequest(request, port)) return answerText(response, 403, 'this page is for this machine only')
  if (path.startsWith('/sim/')) return answerInspector(platform, request, response)
  if (options.page && (await options.page(request, response))) return
  answerText(response, 404, 'not found')
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}
