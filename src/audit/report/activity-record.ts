/** The record of a grant, read whole and written down as it is hashed. */

import type { GrantId } from '../../core/access/grant.ts'
import type { ActivityReads, KeptEntry } from '../../core/activity/activity.ts'
import { recordLine } from '../../core/activity/activity-record.ts'
import { canonicalJson } from '../../core/log/canonical-json.ts'

const PAGE = 1_000

/** In the order of time. There are at most `MOST_ENTRIES`, so that they fit into memory. */
export async function everyEntry(
  activity: Pick<ActivityReads, 'entries'>,
  grant: GrantId,
): Promise<readonly KeptEntry[]> {
  const entries: KeptEntry[] = []
  for (;;) {
    const page = await activity.entries(grant, { after: entries.length, limit: PAGE })
    entries.push(...page)
    if (page.length < PAGE) return entries
  }
}

/** Exactly the bytes that `record_sha256` is the SHA-256 of. */
export function recordText(entries: readonly KeptEntry[]): string {
  return entries
    .toSorted((a, b) => a.number - b.number)
    .map((one) => `${canonicalJson(recordLine(one))}\n`)
    .join('')
}
