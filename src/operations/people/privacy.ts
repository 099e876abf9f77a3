import { cleanText } from '../../core/access/reason.ts'
import { privacyErased, retentionApplied } from '../../core/log/log-events.ts'
import type { PersonId } from '../../core/people/person.ts'
import {
  type Blanked,
  ERASED_AT_ONCE,
  type PrivateText,
  type Retention,
  type RetentionKind,
  totalOf,
} from '../../core/people/privacy.ts'
import type { Store } from '../../store/database/open-store.ts'
import { refusal } from '../refusals.ts'
import type { World } from '../world.ts'

/** What one transaction erases holds the log's lock for some milliseconds, and no longer. */
const ROWS_AT_ONCE = 500
const MAX_STEPS = 1_000

type Applied = { readonly texts: number; readonly rows: number; readonly places: number }

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
    for (let step = 0; step < MAX_STEPS; step++) {
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

type Erasing = {
  readonly person: PersonId
  /** Why; kept as a private text of the event itself. */
  readonly reason: string
  /** Login name of the operator. */
  readonly by: string
  /** Only say what would be erased. */
  readonly dryRun: boolean
}

export type Erased = { readonly texts: number; readonly rows: Blanked }

/**
 * Erases what a person wrote, and what others wrote about them: in the log's private texts and in the rows of what is
 * over. The erasure is an event, and proofs stay whole. Refuses a missing reason, and a person with live access,
 * requests or reviews: approvers, reviewers and the revocation still need the texts.
 */
export async function erasePerson(
  store: Pick<Store, 'privacy' | 'transaction'>,
  { person, reason: typed, by, dryRun }: Erasing,
): Promise<Erased> {
  const reason = cleanText(typed)
  if (!reason) throw refusal('erase-reason-missing')
  const live = await store.privacy.live(person)
  if (live.length > 0) throw refusal('not-erasable-yet', { person, live: live.slice(0, 10) })
  const texts = await store.privacy.textsOf(person)
  if (dryRun) return { texts: texts.length, rows: await store.privacy.rowsOf(person) }
  const rows = await store.transaction(async (tx) => {
    const { rows: blanked, records } = await tx.privacy.blank(person)
    const parts = partsOf(texts, records)
    for (const [at, part] of parts.entries())
      tx.erase(
        privacyErased(person, by, {
          part: at + 1,
          parts: parts.length,
          rows: at === 0 ? blanked : undefined,
          records: 'records' in part ? part.records : undefined,
          reason: at === 0 ? reason : undefined,
        }),
        'texts' in part ? part.texts : [],
      )
    return blanked
  })
  return { texts: texts.length, rows }
}

type Part = { readonly texts: readonly PrivateText[] } | { readonly records: Blanked }

/**
 * An event has room for the names of so many texts, or of so many records, and not of both. One at least: that nothing
 * was found is worth an event, too.
 */
function partsOf(texts: readonly PrivateText[], records: Blanked): Part[] {
  return [
    ...(texts.length > 0 ? chunked(texts) : [[]]).map((part) => ({ texts: part })),
    ...chunked(Object.entries(records)).map((part) => ({ records: Object.fromEntries(part) })),
  ]
}

function chunked<T>(all: readonly T[]): T[][] {
  const chunks: T[][] = []
  for (let from = 0; from < all.length; from += ERASED_AT_ONCE)
    chunks.push(all.slice(from, from + ERASED_AT_ONCE))
  return chunks
}

/** Nothing was found to erase. */
export function nothingErased({ texts, rows }: Erased): boolean {
  return texts + totalOf(rows) === 0
}
