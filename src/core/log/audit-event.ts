/**
 * What can have happened, in the past tense. Every event says who acted, on whom, on which entitlement, which
 * request and grant, and under which policy; the database adds its index and its own clock's time.
 */
import type { Json } from '../json.ts'
import type { PersonId } from '../people/person.ts'
import type { RefusalCode } from '../refusal.ts'

export const auditEventTypes = [
  'request.created',
  'request.accepted',
  'request.declined',
  'request.approved',
  'request.denied',
  'request.withdrawn',
  'request.lapsed',
  'request.refused',
  'decision.recorded',
  'decision.refused',
  'question.asked',
  'question.answered',
  'grant.provisioning',
  'grant.activated',
  'grant.extended',
  'grant.revoking',
  'grant.revoked',
  'grant.stuck',
  'grant.verified',
  'credential.shown',
  'break_glass.used',
  'break_glass.reviewed',
  'pre_approval.given',
  'pre_approval.used',
  'pre_approval.ended',
  'standing_access.found',
  'standing_access.accepted',
  'standing_access.asked',
  'standing_access.removed',
  'standing_access.gone',
  'activity.collected',
  'activity.unmatched',
  'privacy.erased',
  'retention.applied',
  'config.loaded',
  'digest.posted',
  'checkpoint.signed',
  'checkpoint.abandoned',
  'key.rotated',
  'quarantine.began',
  'quarantine.ended',
  'export.made',
] as const
export type AuditEventType = (typeof auditEventTypes)[number]

/** A person by Slack id, the system by the part that acted (`sweeper`, `worker`), an operator by login name. */
export type Actor =
  | { readonly kind: 'person'; readonly id: PersonId }
  | { readonly kind: 'system'; readonly id: string }
  | { readonly kind: 'operator'; readonly id: string }

/** What is undefined is not written. The functions in `core/log/*-events.ts` make them; verbs write none by hand. */
export type AuditEvent = {
  readonly type: AuditEventType
  readonly actor: Actor
  /** The person whose access it is about. */
  readonly subject?: PersonId | undefined
  readonly target?: string | undefined
  readonly role?: string | undefined
  readonly account?: string | undefined
  /** `R-1042` and `G-2077`. */
  readonly request?: string | undefined
  readonly grant?: string | undefined
  /** SHA-256 of the policy file in force. */
  readonly policy?: string | undefined
  readonly outcome?: string | undefined
  /** Further facts: strings, whole numbers, booleans, lists of them. No private text. */
  readonly detail?: { readonly [key: string]: Json | undefined } | undefined
  /**
   * Texts that people wrote, by field name. The event's bytes hold only a salted commitment to each, so that a text
   * can be erased later without breaking any proof.
   */
  readonly private?: { readonly [field: string]: string | undefined }
}

export type EventOf<T extends AuditEventType> = AuditEvent & { readonly type: T }

/** Who acted, and the hash of the policy in force. */
export type Acting = { readonly by: PersonId | Actor; readonly policy: string }

export function actorOf(by: PersonId | Actor): Actor {
  return typeof by === 'string' ? { kind: 'person', id: by } : by
}

/** An event as it stands in the log. */
export type LoggedEvent = {
  /** Counts from 0 without gaps. */
  readonly index: number
  readonly time: Date
  readonly type: AuditEventType
  /** The exact bytes, as text. */
  readonly bytes: string
  /** Private texts that have not been erased. */
  readonly private: Readonly<Record<string, string>>
}

/**
 * Refusals of somebody who wanted what is not theirs. Security reads of them at once and in the digest; a late click
 * or a forgotten reason is on record, but nobody's news.
 */
const ATTEMPTS: ReadonlySet<string> = new Set([
  'not-allowed',
  'not-a-member',
  'not-an-approver',
  'self-approval',
  'not-yours',
  'not-security',
  'no-break-glass',
  'review-open',
  'self-review',
  'not-a-reviewer',
  'not-the-receiver',
] satisfies RefusalCode[])

/** `outcome` as an event has it. */
export function isAttempt(outcome: string): boolean {
  return ATTEMPTS.has(outcome)
}

/** Which events somebody wants to see. */
export type AuditAsk = {
  readonly person?: PersonId
  readonly target?: string
  readonly role?: string
  readonly types?: readonly AuditEventType[]
  /** Seconds back from now by the database's clock. */
  readonly ago?: number
  readonly from?: Date
  readonly to?: Date
  /** Only events before this index (newest first paging). */
  readonly before?: number
}

export type AuditFilter = Omit<AuditAsk, 'ago'> & {
  /** Everything about this request (`R-1042`), and about the grant that came of it. */
  readonly about?: { readonly request: string; readonly grant?: string }
  readonly limit: number
}
