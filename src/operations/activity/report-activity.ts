import { clamp } from '../../core/access/reason.ts'
import {
  type ActivityEntry,
  MAX_TEXT_LENGTH,
  type ReportedEntry,
  type Unmatched,
} from '../../core/activity/activity.ts'
import { readReport } from '../../core/activity/activity-report.ts'
import { type ActivitySource, redactionFor } from '../../core/catalog.ts'
import type { GrantId } from '../../core/ids.ts'
import { activityUnmatched } from '../../core/log/standing-events.ts'
import type { Tx } from '../../store/database/transaction.ts'
import { record } from '../record.ts'
import type { World } from '../world.ts'

type Reported =
  | {
      readonly ok: true
      /** New in the record of a grant, new without a grant, and known from an earlier delivery or not to be told of. */
      readonly matched: number
      readonly unmatched: number
      readonly known: number
    }
  | { readonly ok: false; readonly faults: readonly string[] }

/**
 * What another system saw accounts do. Each entry finds the grant that its account had at that moment; an account that
 * had none is told to security. The same delivery twice changes nothing: an entry is known by the delivery's id and
 * its place in it.
 */
export async function reportActivity(
  world: World,
  source: ActivitySource,
  delivery: { readonly id: string; readonly body: unknown },
): Promise<Reported> {
  const { id, body } = delivery
  const now = await world.store.reads.now()
  const read = readReport(body, { id, now, targets: source.targets })
  if (!read.ok) return read
  const done = await world.store.transaction(async (tx) => {
    const found = await tx.activity.match(read.entries)
    const byGrant = new Map<GrantId, ActivityEntry[]>()
    const alone: ReportedEntry[] = []
    for (const [at, entry] of read.entries.entries()) {
      const grants = found.get(at) ?? []
      if (grants.length === 0) alone.push(entry)
      for (const { id: grant, role } of grants)
        byGrant.set(grant, [...(byGrant.get(grant) ?? []), kept(world, entry, role)])
    }
    let matched = 0
    // In one order, so that two deliveries at once do not wait for each other in a circle.
    for (const [grant, entries] of [...byGrant].sort(([a], [b]) => (a < b ? -1 : 1)))
      matched += await tx.activity.addFrom(grant, source.name, entries)
    const strange = alone.filter((one) => !source.knownAccounts.includes(one.account))
    const unmatched = await tx.activity.keepUnmatched(
      source.name,
      strange.map((one) => ({ ...one, text: kept(world, one, '').text })),
    )
    for (const one of unmatched) await recordUnmatched(world, tx, source, one)
    return { matched, unmatched: unmatched.reduce((sum, one) => sum + one.count, 0) }
  })
  return { ok: true, ...done, known: Math.max(0, read.entries.length - done.matched - done.unmatched) }
}

function kept(world: World, { target, account: _, ...entry }: ReportedEntry, role: string): ActivityEntry {
  const how = redactionFor(world.catalog(), target, role)
  return {
    ...entry,
    code: '',
    text: clamp(world.connector(target)?.redact?.(entry.text, how) ?? '', MAX_TEXT_LENGTH),
  }
}

/** Always on record; security is notified once in a while for each account, so that a busy one does not bury everything else. */
async function recordUnmatched(world: World, tx: Tx, source: ActivitySource, one: Unmatched): Promise<void> {
  const { target, account } = one
  const event = activityUnmatched(one, source.name)
  if (!(await tx.activity.mayTell(target, account))) return tx.append(event)
  await record(world.catalog(), tx, event, { target, account, source: source.name })
}
