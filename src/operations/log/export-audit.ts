import type { LoggedEvent } from '../../core/log/audit-event.ts'
import { exportMade } from '../../core/log/log-events.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { World } from '../world.ts'
import { type AuditAsk, fixAsk } from './read-audit.ts'

/** The newest so many go into one file; `elevate audit export` has no such limit. */
export const MOST_EXPORTED = 10_000
const AT_ONCE = 1_000

export type AuditExport = {
  /** Newest first. */
  readonly events: readonly LoggedEvent[]
  readonly own: boolean
  /** There are older ones that match. */
  readonly cut: boolean
}

/**
 * What matches, as far as the reader may see it, and an event that says who took what out of the log. The event is
 * written before anything is handed out: a file that nobody wrote down would be worse than an entry without a file.
 */
export async function exportAudit(
  world: World,
  by: PersonId,
  { before: _, ...ask }: AuditAsk,
): Promise<AuditExport> {
  const fixed = await fixAsk(world, by, ask)
  const { own, ...filter } = fixed
  const events: LoggedEvent[] = []
  for (;;) {
    const last = events.at(-1)
    const limit = Math.min(AT_ONCE, MOST_EXPORTED + 1 - events.length)
    const page = await world.store.audit.events({ ...filter, ...(last ? { before: last.index } : {}), limit })
    events.push(...page)
    if (page.length < limit || events.length > MOST_EXPORTED) break
  }
  const cut = events.length > MOST_EXPORTED
  const taken = cut ? events.slice(0, MOST_EXPORTED) : events
  const { person, target, role, types, from, to } = filter
  await world.store.transaction(async (tx) => {
    tx.append(
      exportMade(by, {
        policy: world.catalog().hash,
        person,
        target,
        role,
        from,
        to,
        detail: { format: 'csv', events: taken.length, cut, own, types },
      }),
    )
  })
  return { events: taken, own, cut }
}
