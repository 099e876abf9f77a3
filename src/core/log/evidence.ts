/** What an auditor's folder needs from the store beside the log itself. Types only. */
import type { PersonId } from '../people/person.ts'

export type EvidenceSpan = {
  readonly from: Date
  /** Not included. */
  readonly to: Date
  readonly person?: PersonId
  readonly target?: string
}

export type PolicyText = { readonly hash: string; readonly content: string; readonly firstLoadedAt: Date }

/** What a role of the database may do with a table of the log. */
export type LogRight = { readonly role: string; readonly table: string; readonly rights: string }
