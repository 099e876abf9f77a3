/**
 * What an account did in a target while a grant lived: where it comes from, how it is kept, and what is said of it.
 * Types, and the few rules that everybody shares.
 */

import type { EndOutcome, Grant } from '../access/grant.ts'
import type { GrantId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { PersonId } from '../people/person.ts'

/** What was done, in words that mean the same in every kind of system. Not stored: it follows from the kind. */
type ActivityClass = 'connect' | 'read' | 'change' | 'administer' | 'other'

/**
 * The kinds of things done, with their class. They are stored, exported and accepted by `POST /activity`, so none may
 * change; what in a system is which kind, its connector says.
 */
const CLASSES = {
  connect: 'connect',
  select: 'read',
  insert: 'change',
  update: 'change',
  delete: 'change',
  ddl: 'administer',
  grant: 'administer',
  other: 'other',
  'failed-login': 'connect',
  disconnect: 'connect',
} as const satisfies Readonly<Record<string, ActivityClass>>

export type ActivityKind = keyof typeof CLASSES
export const activityKinds = Object.keys(CLASSES) as readonly ActivityKind[]

export function classOf(kind: ActivityKind): ActivityClass {
  return CLASSES[kind]
}

/** `refused`: the target said that this is not allowed. `failed`: another error. `unknown`: nobody said. */
export const activityOutcomes = ['done', 'refused', 'failed', 'unknown'] as const
export type ActivityOutcome = (typeof activityOutcomes)[number]

/** How much of a statement's text is kept. `literals`: strings, numbers and comments are taken out of it. */
export const redactions = ['literals', 'none', 'all'] as const
export type Redaction = (typeof redactions)[number]

export type ActivityEntry = {
  /** Names it among all entries of its source: the same thing seen twice has the same key. */
  readonly key: string
  readonly at: Date
  readonly kind: ActivityKind
  /** Redacted already; empty where there is nothing to show. */
  readonly text: string
  readonly outcome: ActivityOutcome
  /** The target's own code for it (an SQLSTATE), where there is one. */
  readonly code: string
  readonly session: string
}

/** The entry with this key, seen before, turned out so. */
export type ActivityTurn = Pick<ActivityEntry, 'key' | 'outcome' | 'code'>

/** Why the record is not whole, as a sentence of its own. */
export type Gap = string

export type ActivityAsk = {
  readonly account: string
  /** The role's settings as they are frozen on the grant. */
  readonly entitlement: { readonly [key: string]: Json }
  readonly from: Date
  /** Undefined while the access lives. */
  readonly to: Date | undefined
  /** No later grant goes on with the account: where it was made for this one, what is tried afterwards belongs here too. */
  readonly afterwards: boolean
  /** This moment by the clock of the times above; the target's clock may differ. */
  readonly now: Date
  /** What the page before gave; `undefined` for the first. Nobody but the connector reads it. */
  readonly cursor: Json | undefined
  readonly redact: Redaction
}

export type ActivityPage =
  /** It cannot be seen what is done there: `why` goes on with “because …”. */
  | { readonly kind: 'unavailable'; readonly why: string }
  | {
      readonly kind: 'page'
      readonly entries: readonly ActivityEntry[]
      readonly turns: readonly ActivityTurn[]
      readonly gaps: readonly Gap[]
      readonly cursor: Json
      /** There is more to be read right now. */
      readonly more: boolean
    }

/** Source of what the target's own connector collected; other sources have the names that the configuration gives them. */
export const TARGET_SOURCE = 'target'

/** Entries kept for one grant; more are counted only, and the record says that it was cut. */
export const MAX_ENTRIES = 10_000
/** Longest text that is kept. Code points. */
export const MAX_TEXT_LENGTH = 2_000
export const MAX_GAPS = 20

export type ActivityCounts = Partial<Record<ActivityKind, number>>

/** How many things of each class; classes of which there is nothing are left out. */
export function classCounts(counts: ActivityCounts): Partial<Record<ActivityClass, number>> {
  const sums: Partial<Record<ActivityClass, number>> = {}
  for (const kind of activityKinds) {
    const count = counts[kind] ?? 0
    if (count > 0) sums[classOf(kind)] = (sums[classOf(kind)] ?? 0) + count
  }
  return sums
}

export type ActivitySummary = {
  readonly grant: GrantId
  /** `open`: more may come. `closed`: the record is final and its hash is in the audit log. */
  readonly state: 'open' | 'closed'
  readonly entries: number
  /** Counted, but not kept: beyond `MAX_ENTRIES`. */
  readonly cut: number
  readonly counts: ActivityCounts
  readonly refused: number
  readonly failed: number
  readonly first: Date | undefined
  readonly last: Date | undefined
  readonly gaps: readonly Gap[]
  /** Why nothing could be collected from the target, after “because”. */
  readonly unavailable: string | undefined
  /** SHA-256 (hex) of the lines of the kept record; the event `activity.collected` names it. */
  readonly hash: string | undefined
}

export type KeptEntry = Omit<ActivityEntry, 'key'> & {
  /** Counts from 1 in the order of arrival. */
  readonly number: number
  readonly source: string
  /** Hex; undefined where there is no text, or none any more. */
  readonly salt: string | undefined
  /** SHA-256 (hex) of salt and text; undefined where nothing was written. It stays when the text is erased. */
  readonly commitment: string | undefined
}

/** The right to collect for one grant, until its lease ends or somebody with a higher fence takes over. */
export type ActivityClaim = {
  readonly grant: Grant
  readonly fence: number
  readonly cursor: Json | undefined
  readonly attempts: number
  /** By the database's clock, when it was claimed. */
  readonly now: Date
  /** The target was read to its end: only other sources may have added something. */
  readonly targetDone: boolean
  /** Seconds since the target said that the access is gone, by the database's clock; undefined before. */
  readonly endedFor: number | undefined
}

/**
 * The stretch of time whose activity is the grant's. An extension counts from where the one before ended, so that
 * nothing is counted twice. `exclusive` accounts exist for this grant alone: what is tried with them afterwards
 * belongs to it too.
 */
export function activityWindow(
  grant: Pick<Grant, 'activatedAt' | 'goesOnFrom' | 'revokedAt' | 'dueAt' | 'endOutcome'>,
  createdAt: Date,
): { readonly from: Date; readonly to: Date | undefined } {
  const given = grant.activatedAt ?? createdAt
  const from = grant.goesOnFrom && grant.goesOnFrom > given ? grant.goesOnFrom : given
  const to = endOfWindow(grant)
  return { from, to }
}

const endOfWindow = (grant: {
  readonly revokedAt: Date | undefined
  readonly dueAt: Date | undefined
  readonly endOutcome: EndOutcome | undefined
}) => (grant.endOutcome === 'kept-by-other' ? (grant.dueAt ?? grant.revokedAt) : grant.revokedAt)

/** Statements and refused logins: what somebody meant to do. Connecting alone is not doing anything. */
export function doings(counts: ActivityCounts): number {
  return activityKinds
    .filter((kind) => kind !== 'connect' && kind !== 'disconnect')
    .reduce((sum, kind) => sum + (counts[kind] ?? 0), 0)
}

/** What a source outside of the target says; account and time find the grant. */
export type ReportedEntry = Omit<ActivityEntry, 'code'> & {
  readonly target: string
  readonly account: string
}

/** What was reported for an account that had no grant at that moment. */
export type Unmatched = {
  readonly target: string
  readonly account: string
  readonly count: number
  readonly first: Date
  readonly last: Date
  /** The last grant of the account that was over by then. */
  readonly after: { readonly grant: GrantId; readonly number: number; readonly person: PersonId } | undefined
}

/** The record as it is kept at one moment, computed again, beside what the audit log says of it. */
export type RecordCheck = {
  readonly state: 'open' | 'closed'
  /** SHA-256 (hex) of the lines as they are now. */
  readonly hash: string
  /** What the last event `activity.collected` of the grant names. */
  readonly named: { readonly index: number; readonly hash: string } | undefined
  readonly erased: number
  readonly erasures: readonly RecordErasure[]
  /** Entries whose text is not the one that they commit to; at most twenty. */
  readonly wrong: readonly number[]
}

/** An event that says how many texts of this record it erased. */
export type RecordErasure = { readonly index: number; readonly count: number }
