/** What the verbs need from the world outside; adapters implement it, `wire.ts` puts them together. Types only. */

import type { Claim } from './access/claims.ts'
import type { DueMoves } from './access/dues.ts'
import type { EndOutcome, EndReason, Grant, GrantId } from './access/grant.ts'
import type { PreApprovalId, PreApprovalMoves } from './access/pre-approval.ts'
import type { QuestionMoves } from './access/question.ts'
import type { Decision, NewRequest, Request, RequestId } from './access/request.ts'
import type { ReviewMoves } from './access/review.ts'
import type { ActivityMoves } from './activity/activity.ts'
import type { Granted, JsonObject, Subject } from './connector.ts'
import type { AuditEvent } from './log/audit-event.ts'
import type { DeliveryMoves } from './log/delivery.ts'
import type { QuarantineMoves } from './log/quarantine.ts'
import type { DigestPeriod, Lane, OutboxMessage } from './notice.ts'
import type { Waiting } from './outbox.ts'
import type { GroupId, Groups, Person, PersonId, Presence } from './people/person.ts'
import type { ErasingEvent, PrivacyMoves, PrivateText } from './people/privacy.ts'
import type { StandingMoves } from './standing/standing.ts'

/** The database did not answer in time or at all; nothing was changed. */
export class StoreDown extends Error {
  override readonly name = 'StoreDown'
}

/** The connection broke while a commit was under way: read again before saying what happened. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}

/** Slack could not be asked who somebody is; nobody is let in on a guess. */
export class DirectoryDown extends Error {
  override readonly name = 'DirectoryDown'
}

export type Tx = {
  readonly requests: {
    /** Undefined when the person has a pending request for the same entitlement already. */
    open(request: NewRequest, cards: readonly Lane[]): Promise<Request | undefined>
    /** The request under a row lock, with its decisions. */
    lock(id: RequestId): Promise<Request | undefined>
    pendingOf(person: PersonId): Promise<number>
    /** `preApproval` is the id of the yes that was given beforehand, when nobody clicked. */
    decide(
      request: RequestId,
      decision: Omit<Decision, 'at' | 'preApproval'>,
      preApproval?: PreApprovalId,
    ): Promise<void>
    /** Notes which rule approved it, and nobody else. */
    decideByRule(request: RequestId, by: { readonly policy: string; readonly rule: string }): Promise<void>
    /** Compare and set from `offered` or `pending`; false when somebody was first, or the request has lapsed by the database's clock. */
    close(
      request: Pick<Request, 'id' | 'version'>,
      to: 'approved' | 'declined' | 'denied' | 'withdrawn' | 'lapsed',
      by: PersonId | undefined,
    ): Promise<boolean>
    /** Compare and set from `offered`; the time in which it lapses begins anew. False when somebody was first. */
    accept(request: Pick<Request, 'id' | 'version'>): Promise<boolean>
    /** Lanes that carry a copy of the request's card. */
    cards(id: RequestId): Promise<readonly Lane[]>
    /** These people are to have a copy as well. */
    alsoTo(id: RequestId, people: readonly PersonId[]): Promise<void>
    /** What people and events call it: `R-1042`. */
    name(id: RequestId): Promise<string>
  }
  readonly reviews: ReviewMoves
  readonly questions: QuestionMoves
  readonly quarantine: QuarantineMoves
  readonly preApprovals: PreApprovalMoves
  readonly grants: {
    open(grant: NewGrant): Promise<Grant>
    /** The grant under a row lock. */
    lock(id: GrantId): Promise<Grant | undefined>
    /** This one and every other that uses the account made for the same grant, under row locks, oldest first. */
    lockChain(id: GrantId): Promise<readonly Grant[]>
    /** `provisioning`/`active` → `revoking`. Undefined when it had moved on. */
    end(
      grant: Pick<Grant, 'id' | 'version'>,
      why: { readonly reason: EndReason; readonly by: PersonId | undefined; readonly note: string },
    ): Promise<Grant | undefined>
    /** The same by the worker that holds the claim and goes on itself: nobody else is asked to look. */
    endClaimed(
      claim: Pick<Claim, 'grant'>,
      why: { readonly reason: EndReason; readonly by: PersonId | undefined; readonly note: string },
    ): Promise<Grant | undefined>
    /** The moves below need the worker's claim: a fence that was overtaken changes nothing. */
    nameAccount(claim: Claim, account: string): Promise<Grant | undefined>
    activate(claim: Claim, granted: Omit<Granted, 'was'>): Promise<Grant | undefined>
    finish(
      claim: Claim,
      end: {
        readonly outcome: EndOutcome
        readonly sessionsEnded: number
        readonly leftBehind: readonly string[]
      },
    ): Promise<Grant | undefined>
    /** Notes a failure and when to look again; `alarms` is the number raised so far. */
    postpone(
      claim: Claim,
      failure: {
        readonly error: string
        readonly delay: number
        readonly alarms: number
        readonly stuck: boolean
      },
    ): Promise<Grant | undefined>
  }
  readonly deliveries: DeliveryMoves
  readonly dues: DueMoves
  readonly standing: StandingMoves
  readonly activity: ActivityMoves
  readonly privacy: PrivacyMoves
  /** People whose Home is open or was lately, so that it is kept true. */
  homes(): Promise<readonly PersonId[]>
  /** True for the first of all replicas that asks for this stretch of time. */
  claimDigest(from: Date, to: Date, period?: DigestPeriod): Promise<boolean>
  /** Keeps a configuration's text under its hash. */
  keepPolicy(hash: string, text: string): Promise<void>
  append(event: AuditEvent): void
  /**
   * Erases these private texts from the log, at most `ERASED_AT_ONCE`, and appends the event that names them: both or
   * neither. Fails when one of them is gone already.
   */
  erase(event: ErasingEvent, texts: readonly PrivateText[]): void
  tell(told: OutboxMessage): void
}

export type NewGrant = {
  readonly requestId: RequestId
  readonly person: PersonId
  readonly target: string
  readonly role: string
  readonly entitlement: JsonObject
  readonly subject: Subject
  readonly duration: number
  readonly policyHash: string
  /** Seconds. */
  readonly provisionWithin: number
  /** Goes on from this one if it is live now and gives the same; else the new one stands alone. */
  readonly prolongs?: GrantId | undefined
  /** Not before; a moment that is over by the database's clock means at once. */
  readonly startsAt?: Date | undefined
}

export type Directory = {
  /** Asks Slack now. A person Slack does not know is a `stranger`. Throws {@link DirectoryDown}. */
  person(id: PersonId): Promise<Person>
  /** Members of these groups, asked now; a group that cannot be read is absent. */
  groups(ids: readonly GroupId[]): Promise<Groups>
  /** Who of these is at the keyboard, asked now; whom Slack does not tell about is absent. */
  presence(ids: readonly PersonId[]): Promise<ReadonlyMap<PersonId, Presence>>
  /** The same from a memory of at most a minute: for drawing, never for deciding. */
  personLately(id: PersonId): Promise<Person>
  groupsLately(ids: readonly GroupId[]): Promise<Groups>
}

export type Delivered = {
  readonly done: readonly string[]
  readonly failed: readonly { readonly id: string; readonly error: string; readonly retryMs: number }[]
  /** Milliseconds until the lane may be used again. */
  readonly pause: number
}

/** Draws and sends. At most one new message a call; redraws of posted ones as many as Slack's pace allows. */
export type Notifier = {
  deliver(lane: Lane, waiting: readonly Waiting[]): Promise<Delivered>
}

export type Log = {
  debug(facts: object, text: string): void
  info(facts: object, text: string): void
  warn(facts: object, text: string): void
  error(facts: object, text: string): void
}
