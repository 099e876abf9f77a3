/** The verbs over a real database, with a directory on paper and no Slack: what they refuse, record and queue. */
import pg from 'pg'
import { expect } from 'vitest'
import { parseCatalog } from '../../src/config/catalog.ts'
import { connectorKinds } from '../../src/connectors/open-connectors.ts'
import type { Connector } from '../../src/core/connector.ts'
import type { Notice } from '../../src/core/notice.ts'
import type { Person } from '../../src/core/people/person.ts'
import type { Directory } from '../../src/core/ports.ts'
import { isRefused, type Refusal, type Refused } from '../../src/core/refusal.ts'
import { bindVerbs, type Verbs } from '../../src/operations/verbs.ts'
import { bindWork, type Work } from '../../src/operations/work.ts'
import type { World } from '../../src/operations/world.ts'
import { openStore } from '../../src/store/database/open-store.ts'
import { execute, freshDatabase, query } from '../support/postgres.ts'
import { configuration, GIL, workspace } from '../support/workspace.ts'

export type Event = {
  readonly type: string
  readonly outcome?: string
  readonly actor: { readonly id: string }
  readonly detail?: object
}

export type PaperWorld = AsyncDisposable & {
  readonly verbs: Verbs
  readonly work: Work
  readonly world: World
  /** What was recorded, oldest first. */
  events(): Promise<Event[]>
  /** What waits to be told, oldest first. */
  queued(): Promise<{ readonly lane: string; readonly notice: Notice }[]>
  /** Nothing that was queued so far counts any more. */
  forget(): Promise<void>
  /** Changes rows as if time had passed, past the triggers that forbid it to the application. */
  rows(sql: string): Promise<void>
  /** Starts all of them while a request's row is held, and lets go once each of them waits for the database. */
  atOnce<T>(request: string, started: () => readonly Promise<T>[]): Promise<T[]>
}

const log = { debug() {}, info() {}, warn() {}, error() {} }

function personOf(id: string): Person {
  const user = workspace.users.find((one) => one.id === id)
  if (!user) return { kind: 'stranger', id, name: id }
  return {
    kind: id === GIL ? 'guest' : 'member',
    id,
    name: user.realName ?? user.name,
    timezone: 'UTC',
  } as Person
}

/** Everybody of the test workspace, as Slack would say it. */
const directory: Directory = {
  person: async (id) => personOf(id),
  personLately: async (id) => personOf(id),
  groups: async (ids) => groupsOf(ids),
  groupsLately: async (ids) => groupsOf(ids),
  presence: async () => new Map(),
}

function groupsOf(ids: readonly string[]) {
  const known = workspace.groups ?? []
  return new Map(known.filter(({ id }) => ids.includes(id)).map(({ id, members }) => [id, members]))
}

/** A target that is asked nothing here: no verb of people calls one. */
const connector = {
  kind: 'paper',
  capabilities: {
    expiry: 'none',
    credential: 'none',
    endsSessions: true,
    ownsGrant: true,
    residualSeconds: 0,
  },
} as unknown as Connector

export async function paperWorld(text = configuration): Promise<PaperWorld> {
  const parsed = parseCatalog(text, connectorKinds)
  if (!parsed.ok) throw new Error(parsed.issues.map((one) => one.message).join('\n'))
  const database = await freshDatabase()
  const store = await openStore({ url: database.url, log })
  const world: World = {
    store,
    directory,
    catalog: () => parsed.catalog,
    connector: () => connector,
    log,
    random: () => 0,
    wordsOf: ({ refused }) => refused.case,
  }
  return {
    verbs: bindVerbs(world),
    work: bindWork(world),
    world,
    async events() {
      const logged = await store.audit.stream(0, 1_000)
      return logged.map((one) => JSON.parse(one.bytes) as Event)
    },
    queued: () => query(database.url, 'select lane, notice from elevate.outbox order by id'),
    forget: () => execute(database.url, 'delete from elevate.outbox'),
    rows: (sql) => execute(database.url, `set session_replication_role = replica; ${sql}`),
    async atOnce(request, started) {
      const holder = new pg.Client(database.url)
      await holder.connect()
      try {
        await holder.query('begin')
        await holder.query('select from elevate.request where id = $1 for update', [request])
        const all = started()
        await expect.poll(() => waiting(holder), { timeout: 10_000 }).toBe(all.length)
        await holder.query('commit')
        return await Promise.all(all)
      } finally {
        await holder.end()
      }
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      await database.drop()
    },
  }
}

/** How many of this database's sessions wait for a lock. */
async function waiting(client: pg.Client): Promise<number> {
  // Within one transaction PostgreSQL would go on showing what it showed first.
  await client.query('select pg_stat_clear_snapshot()')
  const { rows } = await client.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rows.length
}

/** What was done; a refusal fails the test with its words. */
export function must<T>(made: T | Refused): T {
  if (isRefused(made)) throw new Error(`refused: ${JSON.stringify(made.refused)}`)
  return made
}

/** The code of the refusal; something that was done fails the test. */
export function codeOf(made: unknown): Refusal['code'] {
  if (!isRefused(made)) throw new Error(`not refused: ${JSON.stringify(made)}`)
  return made.refused.code
}
