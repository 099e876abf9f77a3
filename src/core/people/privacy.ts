/** Forgetting what people wrote and what is known of them, in a way that the audit log can answer for. */

import type { AuditEvent } from '../log/audit-event.ts'

/** How long texts about people are kept: seconds for each kind; without end where left out. */
export type Retention = {
  /** Reasons, notes and names of access that is over. */
  readonly privateTexts?: number
  /** What was done with access that is over. */
  readonly activity?: number
  /** Where messages about access that is over are in Slack. */
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

/** An event that erases; which texts is added to what it says. */
export type ErasingEvent = AuditEvent & { readonly type: 'privacy.erased' | 'retention.applied' }

/** What the event says of the texts that go with it: `12:reason`. */
export function nameText({ index, field }: PrivateText): string {
  return `${index}:${field}`
}

export function totalOf(blanked: Blanked): number {
  return Object.values(blanked).reduce((sum, one) => sum + one, 0)
}
