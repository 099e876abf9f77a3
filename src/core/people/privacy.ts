/** Forgetting what people wrote and what is known of them, in a way that the audit log can answer for. */

import type { JsonObject } from '../connector.ts'
import type { AuditEvent } from '../log/audit-event.ts'
import type { PersonId } from './person.ts'

/** How long texts about people are kept: seconds for each kind; for ever where nothing is said. */
export type Retention = {
  /** Reasons, notes and names of access that is over. */
  readonly privateTexts?: number
  /** What was done with access that is over. */
  readonly activity?: number
  /** Where messages about access that is over stand in Slack. */
  readonly messages?: number
}

export type RetentionKind = 'private_texts' | 'activity' | 'messages'

/** A private text in the log: the index of its event, and its field. */
export type PrivateText = { readonly index: number; readonly field: string }

/** How many rows of each kind have texts, or had them emptied. */
export type Blanked = { readonly [kind: string]: number }

/** What was emptied, and how many texts of each record (`G-12`) are gone with it: the event says so of each. */
export type Emptied = { readonly rows: Blanked; readonly records: Blanked }

/**
 * How many texts one event erases: it names each of them, and an event has at most 65,535 bytes. The longest name is an
 * index of 16 digits and a field of 40 letters, with what JSON puts around it.
 */
export const ERASED_AT_ONCE = 1_000

export type PrivacyReads = {
  /** Why nothing of this person can be erased now: what is live, open or waits, by its name (`G-12`). */
  live(person: PersonId): Promise<readonly string[]>
  /** Every private text of events by or about this person. */
  textsOf(person: PersonId): Promise<readonly PrivateText[]>
  /** Rows that would be emptied. */
  rowsOf(person: PersonId): Promise<Blanked>
  /** Everything that is kept about a person, by what it is. */
  everythingOf(person: PersonId): Promise<Readonly<Record<string, readonly JsonObject[]>>>
}

export type PrivacyMoves = {
  /** True for the first that asks since a day ago. */
  claimRun(kind: RetentionKind): Promise<boolean>
  /** Private texts that were written longer ago than so many seconds, and not by those who still have access of that time. */
  textsOlderThan(seconds: number, limit: number): Promise<readonly PrivateText[]>
  /** Empties the texts in rows of what was over longer ago than so many seconds; `limit` rows of each kind. */
  blankOlderThan(seconds: number, limit: number): Promise<Emptied>
  /** The same for what was done with access, by whom it was done. */
  blankActivityOlderThan(seconds: number, limit: number): Promise<Emptied>
  /** Forgets where messages stand about what was over longer ago than so many seconds. */
  forgetPlaces(seconds: number, limit: number): Promise<number>
  /** Empties the texts that this person wrote, and what is said of him, in rows of what is over. */
  blank(person: PersonId): Promise<Emptied>
}

/** An event that erases; which texts is added to what it says. */
export type ErasingEvent = AuditEvent & { readonly type: 'privacy.erased' | 'retention.applied' }

/** What the event says of the texts that go with it: `12:reason`. */
export function nameText({ index, field }: PrivateText): string {
  return `${index}:${field}`
}

export function totalOf(blanked: Blanked): number {
  return Object.values(blanked).reduce((sum, one) => sum + one, 0)
}
