/** A notifier, rows in memory, and the simulator as its Slack. */
import { WebClient } from '@slack/web-api'
import { type Simulator, startSimulator } from 'slack-simulator'
import type { SeenMessage } from 'slack-simulator/view'
import { expect } from 'vitest'
import { bindReports } from '../../src/audit/reports.ts'
import type { Grant } from '../../src/core/access/grant.ts'
import type { Request } from '../../src/core/access/request.ts'
import type { Catalog } from '../../src/core/catalog.ts'
import { keyOf, type Lane, type Notice, type OutboxMessage } from '../../src/core/notice.ts'
import type { Waiting } from '../../src/core/ports.ts'
import { type Log, type Notifier, StoreDown } from '../../src/core/ports.ts'
import type { Posted } from '../../src/core/reads.ts'
import { interiorOf } from '../../src/operations/interior.ts'
import type { World } from '../../src/operations/world.ts'
import { makeNotifier } from '../../src/slack/outbox/notify.ts'
import { ORDERS, SAM, SECURITY, workspace } from '../support/workspace.ts'
import { approved, endedGrant, NOON, policy, request, target, temporaryLogin } from './rows.ts'

export const MANIFEST = `
display_information: { name: elevate }
features:
  bot_user: { display_name: elevate }
  app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true }
oauth_config: { scopes: { bot: [chat:write, users:read] } }
settings: { interactivity: { is_enabled: true }, socket_mode_enabled: true }
`
export const orders: Lane = `channel:${ORDERS}`
export const security: Lane = `channel:${SECURITY}`

const catalog: Catalog = {
  hash: 'a'.repeat(64),
  securityChannel: SECURITY,
  security: [{ kind: 'group', id: 'S0SEC' }],
  digest: { at: '09:00', timezone: 'UTC' },
  targets: [target],
  policies: [policy],
}

export let simulator: Simulator
export let requests: Map<string, Request>
export let grants: Map<string, Grant>
export let posted: Posted[]
export let said: string[]
/** Keys of notices that wait elsewhere. */
export let stillWaiting: Set<string>
export let notifier: Notifier
let serial: number
let storeIsDown: boolean

export async function openDesk(): Promise<void> {
  simulator = await startSimulator({ manifest: MANIFEST, workspace })
  requests = new Map([['request-1042', request()]])
  grants = new Map()
  posted = []
  said = []
  stillWaiting = new Set()
  serial = 0
  storeIsDown = false
  notifier = newNotifier()
}

export const closeDesk = () => simulator.stop()

export function takeStoreAway(): void {
  storeIsDown = true
}

function newNotifier(): Notifier {
  const client = new WebClient(simulator.botToken, {
    slackApiUrl: simulator.apiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
  })
  return makeNotifier({ client, inside: inside(world()), log: log(), now: () => NOON, random: () => 0 })
}

function log(): Log {
  const note = (_facts: object, text: string) => {
    said.push(text)
  }
  return { debug: note, info: note, warn: note, error: note }
}

/** The rows and the names that drawing reads, kept in memory. */
function world(): World {
  const row = (found: Grant | undefined) => {
    const asked = found && requests.get(found.requestId)
    return found && asked ? { grant: found, request: asked } : undefined
  }
  const reads = {
    request: async (id: string) => {
      if (storeIsDown) throw new StoreDown('the database is away')
      return requests.get(id)
    },
    grant: async (id: string) => row(grants.get(id)),
    grantOfRequest: async (id: string) => [...grants.values()].find((one) => one.requestId === id),
    extensionOf: async () => undefined,
    pastGrants: async () => [],
    liveGrants: async () => [],
    requestsOf: async () => [...requests.values()],
    now: async () => NOON,
    openReviews: async () => [],
    pendingRequests: async () => [],
    leads: async () => new Map(),
    posted: async (id: string) => posted.filter((one) => one.request === id),
    postedIn: async (lane: Lane, ids: readonly string[]) =>
      posted.filter((one) => one.lane === lane && ids.includes(one.request)),
    savePosted: async (one: Posted) => {
      posted.push(one)
    },
  }
  const endings = new Map<string, { channel: string; ts: string }>()
  const activity = {
    summary: async () => undefined,
    posted: async (grant: string, lane: string) => endings.get(`${grant} ${lane}`),
    savePosted: async ({
      grant,
      lane,
      channel,
      ts,
    }: {
      grant: string
      lane: string
      channel: string
      ts: string
    }) => {
      endings.set(`${grant} ${lane}`, { channel, ts })
    },
  }
  return {
    store: {
      reads,
      activity,
      preApprovals: { live: async () => [] },
      quarantine: { current: async () => undefined },
      outbox: { waits: async (told: OutboxMessage) => stillWaiting.has(keyOf(told) ?? '') },
    } as unknown as World['store'],
    directory: {
      personLately: async (id: string) => ({ id, kind: 'member', name: id.slice(2) }),
      groupsLately: async () => new Map([['S0DBA', ['U0BEN', 'U0CHO']]]),
    } as unknown as World['directory'],
    catalog: () => catalog,
    connector: () => ({ capabilities: temporaryLogin }) as ReturnType<World['connector']>,
    log: log(),
    random: () => 0,
    wordsOf: ({ refused }) => refused.case,
  }
}

const inside = (of: World) => ({ ...interiorOf(of), reports: bindReports(of.store) })

export function waits(lane: Lane, ...notices: Notice[]): Waiting[] {
  return notices.map((notice) => ({ id: String(++serial), lane, notice, attempts: 0 }))
}

export function seen(channel: string, as = SAM): readonly SeenMessage[] {
  return simulator.view(as).channels.find((one) => one.id === channel)?.messages ?? []
}

/** New messages, those that Slack refused left out. */
export const posts = () =>
  simulator.control.calls('chat.postMessage').filter((call) => JSON.stringify(call).includes('"ok":true'))
    .length
export const cardOf = (id = 'request-1042'): Notice => ({ kind: 'card', request: id })

/** Delivers until nothing waits, as the sender does, and moves Slack's clock by what the notifier asks for. */
export async function deliverAll(lane: Lane, first: readonly Waiting[]): Promise<number> {
  let waiting = [...first]
  let calls = 0
  while (waiting.length > 0) {
    const before = posts()
    const result = await notifier.deliver(lane, waiting)
    expect(posts() - before).toBeLessThanOrEqual(1)
    expect(result.failed).toEqual([])
    waiting = waiting.filter((one) => !result.done.includes(one.id))
    simulator.control.advance(result.pause)
    if (++calls > 50) throw new Error('the notices are not done after 50 calls')
  }
  return calls
}

export function manyEnded(count: number): Waiting[] {
  return Array.from({ length: count }, (_, at) => {
    requests.set(`request-${at}`, approved({ id: `request-${at}`, number: at }))
    grants.set(`grant-${at}`, endedGrant({ id: `grant-${at}`, number: at, requestId: `request-${at}` }))
    return waits(orders, { kind: 'revoked', grant: `grant-${at}` }, { kind: 'receipt', grant: `grant-${at}` })
  }).flat()
}
