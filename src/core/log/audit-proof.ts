import type { PersonId } from '../people/person.ts'

/** A private text with the salt of its commitment: SHA-256 of salt and text is in the event. */
export type SaltedText = {
  readonly field: string
  /** Hex. */
  readonly salt: string
  readonly content: string
}

/** One index of the log as it is stored, right or wrong. */
export type StoredLeaf = {
  readonly index: number
  readonly leafHash: Uint8Array | undefined
  /** The event's exact bytes, as text. */
  readonly bytes: string | undefined
  /** Private texts that have not been erased. */
  readonly texts: readonly SaltedText[]
  /** What searches go by beside the bytes: time, type, actor and so on. Absent outside a database. */
  readonly columns?: Readonly<Record<string, string | null>>
  /** The same event as a second file of an export has it. */
  readonly copy?: string
}

export type LeafFilter = {
  readonly person?: PersonId
  readonly target?: string
  readonly from?: Date
  readonly to?: Date
  /** Everything about one grant, by the names that its events use: from the request to the end. */
  readonly about?: { readonly person: PersonId; readonly request: string; readonly grant: string }
}

/** The note has every cosignature that was kept with it. */
export type KeptCheckpoint = { readonly size: number; readonly note: string }

export type ProofEventType = 'checkpoint.abandoned' | 'key.rotated'

/** Of what an auditor's folder is made. */
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
