import { isSecurity } from '../../core/access/audience.ts'
import { refuseUnlessMember } from '../../core/access/policy.ts'
import type { LoggedEvent } from '../../core/log/audit-event.ts'
import type { EvidenceSpan } from '../../core/log/evidence.ts'
import { exportMade } from '../../core/log/log-events.ts'
import { groupsIn, type PersonId } from '../../core/people/person.ts'
import { refusal, unlessRefused } from '../refusals.ts'
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

/** Evidence shows everybody's access and reasons: only security may take it out, judged with Slack's answer of now. */
export async function refuseEvidence(world: World, by: PersonId): Promise<void> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(catalog.security)),
  ])
  unlessRefused(refuseUnlessMember(person))
  if (!isSecurity(catalog, person, groups))
    throw refusal(
      'not-yours',
      'Evidence shows everybody’s access and reasons, so only security can have it made.',
    )
}

/** Who took out what is on record before it leaves; `manifest` is the hash of what was made. */
export async function recordEvidence(
  world: World,
  by: PersonId,
  span: EvidenceSpan,
  manifest: string,
): Promise<void> {
  await world.store.transaction(async (tx) =>
    tx.append(
      exportMade(by, { ...span, policy: world.catalog().hash, detail: { formats: ['evidence'], manifest } }),
    ),
  )
}
