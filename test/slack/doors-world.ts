/** The bot's doors before the simulated workspace, over a world that lives in memory. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Simulator, type SimulatorOptions, startSimulator } from 'slack-simulator'
import { expect } from 'vitest'
import { bindReports } from '../../src/audit/reports.ts'
import type { Grant } from '../../src/core/access/grant.ts'
import type { Request } from '../../src/core/access/request.ts'
import type { Catalog } from '../../src/core/catalog.ts'
import { interiorOf } from '../../src/operations/interior.ts'
import type { World } from '../../src/operations/world.ts'
import { createSlackApp, type SlackApp, type Transport } from '../../src/slack/platform/app.ts'
import { makeClient } from '../../src/slack/platform/client.ts'
import { makeDirectory } from '../../src/slack/platform/directory.ts'
import type { Inside } from '../../src/slack/platform/guard.ts'
import type { Store } from '../../src/store/database/open-store.ts'
import type { Tx } from '../../src/store/database/transaction.ts'
import { ORDERS, SECURITY, workspace } from '../support/workspace.ts'
import * as rows from './rows.ts'

export const manifest = readFileSync(path.join(import.meta.dirname, '../../manifest.yml'), 'utf8')

export const REQUEST = '00000000-0000-4000-8000-000000000001'
export const GRANT = '00000000-0000-4000-8000-000000000002'

export type Doors = {
  readonly simulator: Simulator
  readonly app: SlackApp
  readonly world: World
  readonly inside: Inside
  readonly requests: Request[]
  readonly grants: Grant[]
  readonly events: { readonly type: string; readonly outcome?: string }[]
  readonly logged: object[]
  /** Makes what verbs read and write go wrong. */
  trouble: {
    read?: (() => Promise<unknown>) | undefined
    write?: (() => Promise<unknown>) | undefined
  }
  stop(): Promise<void>
}

const many = Array.from({ length: 120 }, (_, i) => ({ ...rows.target, id: `shard-${i}`, description: '' }))

export const catalog: Catalog = {
  hash: 'a'.repeat(64),
  securityChannel: SECURITY,
  security: [{ kind: 'group', id: 'S0SEC' }],
  digest: { at: '08:00', timezone: 'UTC' },
  targets: [{ ...rows.target, roles: [rows.read, { ...rows.read, id: 'write', risk: 'high' }] }],
  policies: [{ ...rows.policy, roles: ['read', 'write'] }],
}

export const largeCatalog: Catalog = {
  ...catalog,
  targets: [...catalog.targets, ...many],
  policies: [{ ...rows.policy, targets: [rows.policy.targets[0] ?? '', ...many.map((one) => one.id)] }],
}

export async function openDoors(
  options: {
    readonly catalog?: Catalog
    readonly patience?: number
    readonly transport?: Transport
    readonly simulator?: Partial<SimulatorOptions>
  } = {},
): Promise<Doors> {
  const simulator = await startSimulator({ manifest, workspace, pace: 'off', ...options.simulator })
  const requests: Request[] = []
  const grants: Grant[] = []
  const events: Doors['events'] = []
  const logged: object[] = []
  const trouble: Doors['trouble'] = {}
  const note = (facts: object, text: string) => void logged.push({ ...facts, text })
  const log = { debug() {}, info: note, warn: note, error: note }
  const slack = { log, apiUrl: simulator.apiUrl }
  const client = makeClient({ ...slack, token: simulator.botToken })
  const directory = makeDirectory({ client })
  const world: World = {
    store: memoryStore(requests, grants, events, trouble),
    directory,
    catalog: () => options.catalog ?? catalog,
    connector: () => ({ ...connector, capabilities: rows.temporaryLogin }),
    log,
    random: () => 0,
    wordsOf: ({ refused }) => refused.case,
  }
  const inside = { ...interiorOf(world), reports: bindReports(world.store) }
  const app = await createSlackApp({
    inside,
    client,
    memory: directory,
    botToken: simulator.botToken,
    transport: options.transport ?? { kind: 'socket', appToken: simulator.appToken },
    ...slack,
    patience: options.patience ?? 300,
  })
  await app.start()
  const stop = async () => {
    await app.stop()
    await simulator.stop()
  }
  return { simulator, app, world, inside, requests, grants, events, logged, trouble, stop }
}

const connector = {
  kind: 'memory',
  credential: async () => ({ fields: [{ label: 'Password', value: 'correct horse <@U0BEN> battery' }] }),
} as unknown as NonNullable<ReturnType<World['connector']>>

function memoryStore(
  requests: Request[],
  grants: Grant[],
  events: Doors['events'],
  trouble: Doors['trouble'],
): Store {
  const request = (id: string) => requests.find((one) => one.id === id)
  const grant = (id: string) => grants.find((one) => one.id === id)
  const rowOf = (one: Grant | undefined) =>
    one && { grant: one, request: rows.request({ id: one.requestId }) }
  const reads: Partial<Store['reads']> = {
    now: async () => rows.NOON,
    request: async (id) => request(id),
    grant: async (id) => rowOf(grant(id)),
    requestByNumber: async (number) => requests.find((one) => one.number === number),
    grantByNumber: async (number) => rowOf(grants.find((one) => one.number === number)),
    liveGrants: async (person) =>
      grants
        .filter((one) => one.state !== 'revoked' && (!person || one.person === person))
        .map((one) => ({ grant: one, request: rows.request() })),
    pendingRequests: async () => requests.filter((one) => one.state === 'pending'),
    requestsOf: async (person) => requests.filter((one) => one.requester === person),
    openReviews: async () => [],
    extensionOf: async () => undefined,
    held: async () => [],
    sawHome: async () => {},
  }
  const tx = {
    requests: {
      open: async (asked: object) => {
        if (requests.some((one) => one.state === 'pending')) return undefined
        const made = rows.request({ ...asked, id: REQUEST })
        requests.push(made)
        return made
      },
      lock: async (id: string) => request(id),
      pendingOf: async () => 0,
      decide: async () => {},
      close: async (which: { id: string }, state: Request['state'], closedBy: string | undefined) => {
        const at = requests.findIndex((one) => one.id === which.id)
        const found = requests[at]
        if (found?.state !== 'pending') return false
        requests[at] = { ...found, state, closedBy, closedAt: rows.NOON }
        return true
      },
      cards: async () => [],
      name: async () => 'R-1042',
    },
    grants: {
      open: async () => rows.grant({ id: GRANT, state: 'provisioning' }),
      lock: async (id: string) => grant(id),
      lockChain: async (id: string) => grants.filter((one) => one.id === id),
      end: async (which: { id: string }) => {
        const at = grants.findIndex((one) => one.id === which.id)
        const ended = { ...rows.grant(grants[at]), state: 'revoking' as const, endedBy: 'U0ADA' }
        grants[at] = ended
        return ended
      },
    },
    homes: async () => [],
    append: (event: (typeof events)[number]) => void events.push(event),
    enqueue() {},
  } as unknown as Tx
  return {
    reads: new Proxy(reads as Store['reads'], {
      get:
        (all, name) =>
        async (...asked: never[]) => {
          await trouble.read?.()
          return (all[name as keyof Store['reads']] as (...asked: never[]) => unknown)(...asked)
        },
    }),
    transaction: async (work: (with_: Tx) => Promise<unknown>) => {
      await trouble.write?.()
      return work(tx)
    },
    preApprovals: { live: async () => [] },
    quarantine: { current: async () => undefined },
    audit: { events: async () => [], stream: async () => [], size: async () => 0 },
  } as unknown as Store
}

/** A message of ours with one button, as an old card would carry it. */
export async function postCard(
  doors: Doors,
  actionId: string,
  value: string,
  channel = ORDERS,
): Promise<{ press(person: string): Promise<string>; open(person: string): void }> {
  const as = (person: string) => doors.simulator.as(person)
  const posted = await doors.app.client.chat.postMessage({
    channel,
    text: 'card',
    blocks: [
      {
        type: 'actions',
        block_id: 'b',
        elements: [
          { type: 'button', action_id: actionId, value, text: { type: 'plain_text', text: 'Press' } },
        ],
      },
    ],
  })
  return {
    open(person) {
      void as(person).press({ kind: 'message', channel, ts: posted.ts ?? '' }, 'b', actionId)
    },
    async press(person) {
      const before = new Set(
        as(person)
          .messages(channel)
          .map((one) => one.ts),
      )
      const place = { kind: 'message', channel, ts: posted.ts ?? '' } as const
      expect(await as(person).press(place, 'b', actionId)).toMatchObject({ ok: true })
      const answer = () =>
        as(person)
          .messages(channel)
          .find((one) => one.ephemeral && !before.has(one.ts))
      return (await as(person).see(() => answer(), { what: 'an answer to the press' })).text
    },
  }
}
