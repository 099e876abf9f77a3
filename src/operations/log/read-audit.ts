import type { AuditEventType, LoggedEvent } from '../../core/log/audit-event.ts'
import type { PersonId } from '../../core/people/person.ts'
import { readingScope } from '../people/reading-scope.ts'
import type { World } from '../world.ts'

const PAGE = 10

export type AuditAsk = {
  readonly person?: PersonId
  readonly target?: string
  readonly role?: string
  readonly types?: readonly AuditEventType[]
  /** Seconds back from now by the database's clock. */
  readonly ago?: number
  readonly from?: Date
  readonly to?: Date
  /** Only events before this index. */
  readonly before?: number
}

export type AuditPage = {
  readonly events: readonly LoggedEvent[]
  /** Only the reader's own: he may not see more. */
  readonly own: boolean
  /** The question as it was understood, from the newest on: for a file with all of it. */
  readonly asked: AuditAsk
  /** The question that gets the page after this one. */
  readonly next: AuditAsk | undefined
}

/** One page of the log, newest first, as far as the reader may see. Every page is judged anew. */
export async function readAudit(world: World, by: PersonId, ask: AuditAsk): Promise<AuditPage> {
  const fixed = await fixAsk(world, by, ask)
  const { own, ...filter } = fixed
  const { before: _, ...whole } = filter
  const events = await world.store.audit.events({ ...filter, limit: PAGE + 1 })
  const shown = events.slice(0, PAGE)
  const last = shown.at(-1)
  return {
    events: shown,
    own,
    asked: whole,
    next: events.length > PAGE && last ? { ...filter, before: last.index } : undefined,
  }
}

/** The question with the reader's own limits in it, and with moments in place of lengths of time. */
export async function fixAsk(
  world: World,
  by: PersonId,
  { ago, ...ask }: AuditAsk,
): Promise<Omit<AuditAsk, 'ago'> & { readonly own: boolean }> {
  const scope = await readingScope(world, { by, target: ask.target, person: ask.person })
  const from = ago === undefined ? ask.from : await secondsAgo(world, ago)
  return {
    ...ask,
    ...(from ? { from } : {}),
    ...(scope.person ? { person: scope.person } : {}),
    own: scope.own,
  }
}

async function secondsAgo(world: World, seconds: number): Promise<Date> {
  const now = await world.store.reads.now()
  return new Date(now.getTime() - seconds * 1000)
}
