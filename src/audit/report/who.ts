/** The questions of an investigation: who had what, when; and what else happened then. */
import { grantName } from '../../core/access/grant.ts'
import { requestName } from '../../core/access/request.ts'
import { type Catalog, findTarget } from '../../core/catalog.ts'
import type { AuditFilter, LoggedEvent } from '../../core/log/audit-event.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { GrantRow, Held } from '../../core/reads.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import type { Store } from '../../store/database/open-store.ts'
import { type WhenAsk, type Window, windowOf } from './window.ts'

const DEFAULT_LIMIT = 200

export type WhoAsk = WhenAsk & {
  readonly target?: string
  readonly role?: string
  readonly person?: PersonId
}

export type WhoHad = {
  readonly window: Window
  /** In the order in which access began; the latest ones, when there are more than the limit. */
  readonly held: readonly Held[]
  /** There were more than the limit. */
  readonly more: boolean
}

/**
 * Who has an entitlement, or had it at a moment, in a period, or ever; at most `limit` grants. Refuses a time that cannot be
 * read, and names of targets and roles that nobody ever had.
 */
export async function whoHad(
  store: Pick<Store, 'reads'>,
  catalog: Catalog,
  ask: WhoAsk,
  limit: number = DEFAULT_LIMIT,
): Promise<WhoHad | Refused> {
  const window = windowOf(ask, await store.reads.now())
  if (isRefused(window)) return window
  const known = ask.target === undefined ? undefined : findTarget(catalog, ask.target)
  const { from, to } = window
  const found = await store.reads.held({ from, to, limit: limit + 1, ...narrowed(ask) })
  const held = found.slice(-limit)
  // A target that was removed from the configuration still has a past, so only a name without any grants is refused.
  if (ask.target && !known && held.length === 0) return unknownTarget(catalog, ask.target)
  if (ask.role && known && held.length === 0 && !known.roles.some((role) => role.id === ask.role)) {
    const roles = known.roles.map((role) => role.id)
    return refuse('no-such-role', { typed: ask.role, target: known.id, known: roles })
  }
  return { window, held, more: found.length > limit }
}

export type Happened = {
  /** In the order of the log; the latest ones, when there are more than the limit. */
  readonly events: readonly LoggedEvent[]
  readonly more: boolean
}

/**
 * Every event of a period: not only who had access, but who asked, was refused, decided, changed the configuration. Only
 * those of one target, role or person when the question names one.
 */
export async function whatHappened(
  store: Pick<Store, 'audit'>,
  window: Window,
  ask: Pick<WhoAsk, 'target' | 'role' | 'person'>,
  limit: number = DEFAULT_LIMIT,
): Promise<Happened> {
  const { from, to } = window
  return latest(store, { from, to, ...narrowed(ask) }, limit)
}

export type Story = Happened & { readonly row: GrantRow }

/** One grant with every event of it, from the request to the end. Refuses a number that no grant has. */
export async function storyOf(
  store: Pick<Store, 'reads' | 'audit'>,
  number: number,
  limit: number = DEFAULT_LIMIT,
): Promise<Story | Refused> {
  const row = await store.reads.grantByNumber(number)
  if (!row) return refuse('no-grant-called', { grant: grantName(number) })
  const about = { request: requestName(row.request.number), grant: grantName(number) }
  return { row, ...(await latest(store, { about }, limit)) }
}

async function latest(
  store: Pick<Store, 'audit'>,
  filter: Omit<AuditFilter, 'limit'>,
  limit: number,
): Promise<Happened> {
  const found = await store.audit.events({ ...filter, limit: limit + 1 })
  return { events: found.slice(0, limit).toReversed(), more: found.length > limit }
}

function narrowed({ target, role, person }: Pick<WhoAsk, 'target' | 'role' | 'person'>) {
  return { ...(target ? { target } : {}), ...(role ? { role } : {}), ...(person ? { person } : {}) }
}

function unknownTarget(catalog: Catalog, typed: string): Refused {
  const names = catalog.targets.map((target) => target.id)
  return refuse('no-such-target', { typed, known: names })
}

/** What an event says, for a line of text. */
type EventFacts = {
  /** A person's id or an operator's login name; empty for what the system did by itself. */
  readonly by: string
  readonly about: string
  readonly numbers: string
  readonly outcome: string
  /** The private texts that were not erased. */
  readonly typed: string
}

/** Never throws: of bytes from another version of elevate it returns what it understands. */
export function factsOf(event: Pick<LoggedEvent, 'bytes' | 'private'>): EventFacts {
  const said = parsed(event.bytes)
  const actor = typeof said.actor === 'object' && said.actor !== null ? (said.actor as JsonObject) : {}
  const subject = textOf(said.subject)
  const access = [textOf(said.target), textOf(said.role)].filter(Boolean).join(' ')
  const whose = subject && subject !== textOf(actor.id) ? `for ${subject}` : ''
  return {
    by: actor.kind === 'system' ? '' : textOf(actor.id),
    about: [access, whose].filter(Boolean).join(' '),
    numbers: [textOf(said.request), textOf(said.grant)].filter(Boolean).join(' '),
    outcome: textOf(said.outcome),
    typed: Object.values(event.private).join(' · ').replace(/\s+/g, ' '),
  }
}

type JsonObject = { readonly [key: string]: unknown }

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

function parsed(bytes: string): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes)
    return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
  } catch {
    return {}
  }
}
