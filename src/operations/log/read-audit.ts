import { isSecurity } from '../../core/access/audience.ts'
import { refuseUnlessMember } from '../../core/access/policy.ts'
import type { AuditAsk, LoggedEvent } from '../../core/log/audit-event.ts'
import type { EvidenceSpan, KeptCheckpoint } from '../../core/log/audit-proof.ts'
import { exportMade } from '../../core/log/log-events.ts'
import { groupsIn, type PersonId } from '../../core/people/person.ts'
import { readingScope } from '../people/reading-scope.ts'
import { notify } from '../record.ts'
import { refusal, unlessRefused } from '../refusals.ts'
import type { World } from '../world.ts'

const EVENTS_PER_PAGE = 10

export type AuditPage = {
  readonly events: readonly LoggedEvent[]
  /** Only the reader's own events: they may not see more. */
  readonly own: boolean
  /** The question as it was understood, from the newest on: for a file with all of it. */
  readonly asked: AuditAsk
  /** The question that gets the page after this one. */
  readonly next: AuditAsk | undefined
}

/**
 * One page of the log, newest first, as far as the reader may see; judged again for every page. Refuses what {@link
 * readingScope} refuses.
 */
export async function readAudit(world: World, by: PersonId, ask: AuditAsk): Promise<AuditPage> {
  const fixed = await fixAsk(world, by, ask)
  const { own, ...filter } = fixed
  const { before: _, ...whole } = filter
  const events = await world.store.audit.events({ ...filter, limit: EVENTS_PER_PAGE + 1 })
  const shown = events.slice(0, EVENTS_PER_PAGE)
  const last = shown.at(-1)
  return {
    events: shown,
    own,
    asked: whole,
    next: events.length > EVENTS_PER_PAGE && last ? { ...filter, before: last.index } : undefined,
  }
}

/** The question with the reader's own limits in it, and with moments in place of lengths of time. */
async function fixAsk(
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

/** The newest so many go into one file; `elevate audit export` has no such limit. */
export const MAX_EXPORTED_EVENTS = 10_000
const EXPORT_BATCH = 1_000

export type AuditExport = {
  /** Newest first. */
  readonly events: readonly LoggedEvent[]
  readonly own: boolean
  /** There are older ones that match. */
  readonly cut: boolean
}

/**
 * What matches, as far as the reader may see it, and an event that says who took what out of the log. The event is
 * written before anything is handed out: an export without an event must not be possible, an event for an export that
 * failed is harmless. Refuses as {@link readAudit}.
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
    const limit = Math.min(EXPORT_BATCH, MAX_EXPORTED_EVENTS + 1 - events.length)
    const page = await world.store.audit.events({ ...filter, ...(last ? { before: last.index } : {}), limit })
    events.push(...page)
    if (page.length < limit || events.length > MAX_EXPORTED_EVENTS) break
  }
  const cut = events.length > MAX_EXPORTED_EVENTS
  const taken = cut ? events.slice(0, MAX_EXPORTED_EVENTS) : events
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

/**
 * Refuses everybody but security, judged with Slack's answer of this moment: evidence shows everybody's access and
 * reasons.
 */
export async function refuseEvidence(world: World, by: PersonId): Promise<void> {
  const catalog = world.catalog()
  const [person, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(catalog.security)),
  ])
  unlessRefused(refuseUnlessMember(person))
  if (!isSecurity(catalog, person, groups)) throw refusal('not-security-to-export')
}

/** Records who takes out which span, before it leaves; `manifest` is the SHA-256 of what was made, in hex. */
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

type ShownCheckpoint = {
  /** Undefined while nothing was signed. */
  readonly last: KeptCheckpoint | undefined
  /** It is queued for the security channel, too. */
  readonly posted: boolean
}

/**
 * The last signed checkpoint, for everybody who wants to keep it: it says how many events there are, and discloses
 * none of them. `post` also posts it in the security channel; refused to everybody but security.
 */
export async function showCheckpoint(
  world: World,
  { by, post }: { readonly by: PersonId; readonly post: boolean },
): Promise<ShownCheckpoint> {
  const catalog = world.catalog()
  const [reader, groups] = await Promise.all([
    world.directory.person(by),
    world.directory.groups(groupsIn(catalog.security)),
  ])
  unlessRefused(refuseUnlessMember(reader))
  if (post && !isSecurity(catalog, reader, groups)) throw refusal('not-security-to-post')
  const last = await world.store.proof.lastCheckpoint()
  if (!last || !post) return { last, posted: false }
  await world.store.transaction((tx) =>
    notify(catalog, tx, 'news of elevate', { notice: { kind: 'checkpoint' } }),
  )
  return { last, posted: true }
}
