import { retentionApplied } from '../../core/log/log-events.ts'
import { ERASED_AT_ONCE, type Retention, type RetentionKind, totalOf } from '../../core/people/privacy.ts'
import type { Store } from '../../store/database/open-store.ts'
import type { World } from '../world.ts'

/** What one transaction erases holds the log's lock for some milliseconds, and no longer. */
const ROWS_AT_ONCE = 500
const PAUSE_AFTER = 1_000

export type Applied = { readonly texts: number; readonly rows: number; readonly places: number }

/**
 * Erases what is older than the configuration keeps it, in small steps that each say on record what they erased.
 * `force` does it also when it was done today. Stops after so many steps; the next day goes on.
 */
export async function applyRetention(
  world: Pick<World, 'catalog'> & { readonly store: Pick<Store, 'transaction'> },
  { force = false }: { readonly force?: boolean } = {},
): Promise<Applied> {
  const { retention = {}, hash } = world.catalog()
  const applied = { texts: 0, rows: 0, places: 0 }
  for (const { kind, seconds } of kindsOf(retention)) {
    const mine = await world.store.transaction(async (tx) => (await tx.privacy.claimRun(kind)) || force)
    if (!mine) continue
    for (let step = 0; step < PAUSE_AFTER; step++) {
      const done = await stepOf(world.store, kind, seconds, hash)
      applied.texts += done.texts
      applied.rows += done.rows
      applied.places += done.places
      if (done.texts + done.rows + done.places === 0) break
    }
  }
  return applied
}

function kindsOf({
  privateTexts,
  activity,
  messages,
}: Retention): { kind: RetentionKind; seconds: number }[] {
  return [
    ...(privateTexts ? [{ kind: 'private_texts' as const, seconds: privateTexts }] : []),
    ...(activity ? [{ kind: 'activity' as const, seconds: activity }] : []),
    ...(messages ? [{ kind: 'messages' as const, seconds: messages }] : []),
  ]
}

async function stepOf(
  store: Pick<Store, 'transaction'>,
  kind: RetentionKind,
  seconds: number,
  policy: string,
): Promise<Applied> {
  return store.transaction(async (tx) => {
    if (kind === 'messages') {
      const places = await tx.privacy.forgetPlaces(seconds, ROWS_AT_ONCE)
      if (places > 0) tx.append(retentionApplied(policy, { kind, seconds, places }))
      return { texts: 0, rows: 0, places }
    }
    if (kind === 'activity') {
      const { rows, records } = await tx.privacy.blankActivityOlderThan(seconds, ROWS_AT_ONCE)
      if (totalOf(rows) > 0) tx.append(retentionApplied(policy, { kind, seconds, rows, records }))
      return { texts: 0, rows: totalOf(rows), places: 0 }
    }
    const texts = await tx.privacy.textsOlderThan(seconds, ERASED_AT_ONCE)
    const { rows } = await tx.privacy.blankOlderThan(seconds, ROWS_AT_ONCE)
    const event = retentionApplied(policy, { kind, seconds, rows })
    if (texts.length > 0) tx.erase(event, texts)
    else if (totalOf(rows) > 0) tx.append(event)
    return { texts: texts.length, rows: totalOf(rows), places: 0 }
  })
}
