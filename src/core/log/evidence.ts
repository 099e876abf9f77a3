/** What an auditor's folder needs from the store beside the log itself. Types only. */
import type { PersonId } from '../people/person.ts'
import type { GrantRow } from '../reads.ts'

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

export type EvidenceReads = {
  /** Grants that were open at some moment of the span, by number; `above` is the last number of the page before. */
  grants(span: EvidenceSpan, above: number, limit: number): Promise<readonly GrantRow[]>
  policyText(hash: string): Promise<PolicyText | undefined>
  /** The hashes that texts are kept of, in the order they were first in force. */
  policyHashes(): Promise<readonly string[]>
  logRights(): Promise<readonly LogRight[]>
}
