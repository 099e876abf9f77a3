import { type Grant, grantName } from '../../core/access/grant.ts'
import type { ActivitySummary, KeptEntry } from '../../core/activity/activity.ts'
import { type JudgedRecord, judgeRecord } from '../../core/activity/activity-record.ts'
import type { PersonId } from '../../core/people/person.ts'
import { isRefused } from '../../core/refusal.ts'
import { readingScope } from '../people/reading-scope.ts'
import { answerOf, RefusedError, refusal } from '../refusals.ts'
import type { World } from '../world.ts'

const ENTRIES_PER_PAGE = 20

export type ActivityRead = {
  readonly grant: Grant
  /** Undefined for a grant that was never given, or was over before records were kept. */
  readonly summary: ActivitySummary | undefined
  readonly entries: readonly KeptEntry[]
  /** Entries before these. */
  readonly after: number
  readonly more: boolean
  /** Whether the record is the one that the audit log names; undefined where there is none. */
  readonly judged: JudgedRecord | undefined
}

/**
 * One page of what was done under a grant, judged again for every page. Refuses everybody but its holder, security
 * and those who approve on its target, in the same words as for a grant that does not exist.
 */
export async function readActivity(
  world: World,
  ask: { readonly by: PersonId; readonly grant: number; readonly after: number },
): Promise<ActivityRead> {
  const row = await world.store.reads.grantByNumber(ask.grant)
  const unknown = refusal('not-yours-to-look-into', { grant: grantName(ask.grant) })
  if (!row) {
    await readingScope(world, { by: ask.by, target: undefined, person: ask.by })
    throw unknown
  }
  const { grant } = row
  const scope = await answerOf(world, () =>
    readingScope(world, { by: ask.by, target: grant.target, person: grant.person }),
  )
  // The same words as for one that does not exist: numbers tell nothing.
  if (isRefused(scope)) throw scope.refused.code === 'not-yours' ? unknown : new RefusedError(scope)
  const { activity } = world.store
  const [summary, entries, check] = await Promise.all([
    activity.summary(grant.id),
    activity.entries(grant.id, { after: ask.after, limit: ENTRIES_PER_PAGE + 1 }),
    activity.check(grant),
  ])
  return {
    grant,
    summary,
    entries: entries.slice(0, ENTRIES_PER_PAGE),
    after: ask.after,
    more: entries.length > ENTRIES_PER_PAGE,
    judged: check && judgeRecord(check),
  }
}
