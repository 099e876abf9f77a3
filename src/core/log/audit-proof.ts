/** What proving needs from the place where the audit log is kept. Types only. */
import type { JsonObject } from '../connector.ts'
import type { PersonId } from '../people/person.ts'

/** A private text with the salt of its commitment: SHA-256 of salt and text stands in the event. */
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

export type ProofStore = {
  size(): Promise<number>
  /** Hashes in order of index, as they are stored. */
  leafHashes(
    from: number,
    limit: number,
  ): Promise<readonly { readonly index: number; readonly hash: Uint8Array }[]>
  /** Everything stored from an index on, in order; also what has a hash and no event, or an event and no hash. */
  leaves(from: number, limit: number): Promise<readonly StoredLeaf[]>
  /** Events in `[from, before)` that match, in order. */
  matching(
    filter: LeafFilter,
    range: { readonly from: number; readonly before: number; readonly limit: number },
  ): Promise<readonly StoredLeaf[]>
  /** Events about the checkpoints themselves, in order; there are few of them in any log. */
  aboutCheckpoints(
    type: ProofEventType,
  ): Promise<readonly { readonly index: number; readonly bytes: string }[]>
  /** The last one since the last confirmed restore; while there is none since, the largest before it. */
  lastCheckpoint(): Promise<KeptCheckpoint | undefined>
  /** Checkpoints of the next `limit` sizes above `above`, smallest first; of one size there can be several after a restore. */
  checkpoints(above: number, limit: number): Promise<readonly KeptCheckpoint[]>
  /** False when one of this size is kept already since the last confirmed restore; that one stays. */
  keepCheckpoint(checkpoint: KeptCheckpoint): Promise<boolean>
  /** Keeps a witness's signature line (with its newline) beside a checkpoint, given by its own note. */
  keepCosignature(note: string, witness: string, line: string): Promise<void>
  /** Notes one more place where a checkpoint was published. */
  notePosted(size: number, place: JsonObject): Promise<void>
}
