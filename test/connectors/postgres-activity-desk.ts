// Somebody with a temporary login, and the log of the server that he used it on.
import pg from 'pg'
import { vi } from 'vitest'
import type {
  ActivityAsk,
  ActivityEntry,
  ActivityPage,
  ActivityTurn,
} from '../../src/core/activity/activity.ts'
import type { Access, Connector } from '../../src/core/connector.ts'
import type { Json } from '../../src/core/json.ts'
import { query } from '../support/postgres.ts'
import { type PostgresWorld, temporaryWorld } from './postgres-world.ts'

export let world: PostgresWorld
let numbers = 4000
export const patient = () => AbortSignal.timeout(15_000)

export async function openWorld(server: Record<string, string | number> = {}): Promise<void> {
  world = await temporaryWorld({ set_role: false }, server)
}
export const closeWorld = () => world?.close()

export type Person = { readonly access: Access; readonly url: string; readonly from: Date }

export async function granted(): Promise<Person> {
  const grantNumber = ++numbers
  const grantId = crypto.randomUUID()
  const { connector, subject, role, entitlement } = world
  const account = await connector.resolve({ subject, role, entitlement, grantId, grantNumber })
  const access: Access = {
    grantId,
    grantNumber,
    target: 'orders-db',
    role,
    account,
    entitlement,
    subject,
    notAfter: new Date(Date.now() + 3_600_000),
    preexisting: false,
  }
  const [{ now: from } = { now: new Date() }] = await query<{ now: Date }>(
    world.target.server.url,
    'select clock_timestamp() as now',
  )
  await connector.grant(access, patient())
  const shown = await connector.credential?.(access, patient())
  const password = shown?.fields.find((one) => one.label === 'Password')?.value ?? ''
  return { access, from, url: world.target.server.urlOf('orders', { user: account, password }) }
}

/** Runs each text as one message to the server, and goes on after errors. */
export async function runs(url: string, ...texts: readonly (string | pg.QueryConfig)[]): Promise<void> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  for (const text of texts) await client.query(text).catch(() => {})
  await client.end()
}

export type Seen = {
  entries: (ActivityEntry & { settled?: ActivityTurn })[]
  gaps: string[]
  cursor: Json | undefined
}

export const askFor = ({ access, from }: Person, more: Partial<ActivityAsk> = {}): ActivityAsk => ({
  account: access.account,
  entitlement: access.entitlement,
  from,
  to: undefined,
  afterwards: true,
  now: new Date(),
  cursor: undefined,
  redact: 'literals',
  ...more,
})

export async function page(ask: ActivityAsk, connector: Connector = world.connector) {
  const read = (await connector.activity?.(ask, patient())) as ActivityPage
  if (read.kind !== 'page') throw new Error(`unavailable: ${read.why}`)
  return read
}

/** All pages from the cursor on, with what was said later about entries of before. */
export async function collect(ask: ActivityAsk, seen: Seen = { entries: [], gaps: [], cursor: undefined }) {
  for (;;) {
    const read = await page({ ...ask, cursor: seen.cursor })
    seen.entries.push(...read.entries)
    for (const turn of read.turns) {
      const entry = seen.entries.find((one) => one.key === turn.key)
      if (!entry) throw new Error(`nobody has heard of ${turn.key}`)
      seen.entries[seen.entries.indexOf(entry)] = { ...entry, ...turn }
    }
    seen.gaps = [...new Set([...seen.gaps, ...read.gaps])]
    seen.cursor = read.cursor
    if (!read.more) return seen
  }
}

/** The log is written a moment after the fact; waits until the person's last disconnection is in it. */
export async function collectAll(
  person: Person,
  sessions = 1,
  more: Partial<ActivityAsk> = {},
): Promise<Seen> {
  return vi.waitFor(
    async () => {
      const seen = await collect(askFor(person, more))
      const ended = seen.entries.filter((one) => one.kind === 'disconnect').length
      if (ended < sessions) throw new Error(`${ended} sessions have ended in the log`)
      return seen
    },
    { timeout: 10_000, interval: 50 },
  )
}

export const told = (seen: Seen) => seen.entries.map(({ kind, outcome, text }) => [kind, outcome, text])
