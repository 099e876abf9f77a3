/**
 * The record of a grant as it is hashed, and what it is worth: is it the one that the audit log names, and are the texts
 * that it has, and those that it has no more, accounted for? Instead of a text a line has a commitment to it, SHA-256
 * of a random salt and the text, so that the text can be erased and the hash still holds.
 */

import type { Json } from '../json.ts'
import { counted, plural } from '../plural.ts'
import type { KeptEntry, RecordCheck } from './activity.ts'

/** One line of the record; its hash is over these, as canonical JSON, each with a newline, by number. */
export function recordLine(entry: KeptEntry): Json {
  return {
    number: entry.number,
    source: entry.source,
    at: entry.at.toISOString(),
    kind: entry.kind,
    outcome: entry.outcome,
    code: entry.code,
    session: entry.session,
    ...(entry.commitment === undefined ? {} : { text_c: entry.commitment }),
  }
}

/** True where a text was written that is gone by now. */
export function isErased(entry: Pick<KeptEntry, 'text' | 'commitment'>): boolean {
  return entry.commitment !== undefined && entry.text === ''
}

export type JudgedRecord = {
  readonly state: 'open' | 'closed'
  /** Texts that were erased, as events say. */
  readonly erasedOnPurpose: number
  /** Sentences; empty when everything is accounted for. */
  readonly faults: readonly string[]
}

export function judgeRecord({ state, hash, named, erased, erasures, wrong }: RecordCheck): JudgedRecord {
  const accounted = erasures.reduce((sum, one) => sum + one.count, 0)
  const missing = erased - accounted
  const faults = [
    ...(state === 'closed' && !named ? ['The audit log names no record of this grant.'] : []),
    ...(state === 'closed' && named && named.hash !== hash
      ? [`The audit log names sha256 ${named.hash}, and what is kept has ${hash}.`]
      : []),
    ...(wrong.length > 0
      ? [
          `The text of ${plural(wrong.length, 'entry', 'entries')} ${wrong.join(', ')} is not the one that was written.`,
        ]
      : []),
    ...(missing > 0
      ? [
          `${erased} ${plural(erased, 'text is', 'texts are')} gone, and the audit log names the erasure of ${accounted || 'none'}.`,
        ]
      : []),
  ]
  return { state, erasedOnPurpose: Math.min(erased, accounted), faults }
}

/** `3 texts were erased on purpose; …` */
export function erasedWords(count: number): string {
  return `${counted(count, 'text was', 'texts were')} erased on purpose; times, kinds and outcomes stay.`
}
