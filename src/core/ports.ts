/** What the verbs need from the world outside; adapters implement it, `wire.ts` puts them together. Types only. */
import type { AuditEvent, AuditReader } from './audit-event.ts'
import type { ProofStore } from './audit-proof.ts'
import type { Catalog } from './catalog.ts'
import type { Connector, Granted, JsonObject, Subject } from './connector.ts'
import type { DueMoves, Dues } from './dues.ts'
import type { EndOutcome, EndReason, Grant, GrantId } from './grant.ts'
import type { Lane, Notice, Told } from './notice.ts'
import type { ChannelId, GroupId, Groups, Person, PersonId } from './person.ts'
import type { Decision, NewRequest, Request, RequestId } from './request.ts'
import type { Review, ReviewMoves } from './review.ts'

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

export type Store = {
  /**
   * Runs `work` in one transaction and commits. Events and notices are written last, because the log's index lock
   * is held until the commit. Throws {@link StoreDown} or {@link OutcomeUnknown}; any error rolls everything back.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  readonly reads: Reads
  readonly audit: AuditReader
  readonly proof: ProofStore
  readonly claims: Claims
  readonly dues: Dues
  readonly outbox: Outbox
}

export type Tx = {
  readonly requests: {
    /** Undefined when the person has a pending request for the same entitlement already. */
    open(request: NewRequest, cards: readonly Lane[]): Promise<Request | undefined>
    /** The request under a row lock, with its decisions. */
    lock(id: RequestId): Promise<Request | undefined>
    pendingOf(person: PersonId): Promise<number>
    decide(request: RequestId, decision: Omit<Decision, 'at'>): Promise<void>
    /** Compare and set from `pending`; false when somebody was first, or the request has lapsed by the database's clock. */
    close(
      request: Pick<Request, 'id' | 'version'>,
      to: 'approved' | 'denied' | 'withdrawn' | 'lapsed',
      by: PersonId | undefined,
    ): Promise<boolean>
    /** Lanes that carry a copy of the request's card. */
    cards(id: RequestId): Promise<readonly Lane[]>
    /** What people and events call it: `R-1042`. */
    name(id: RequestId): Promise<string>
  }
  readonly reviews: ReviewMoves
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
  readonly dues: DueMoves
  /** People whose Home is open or was lately, so that it is kept true. */
  homes(): Promise<readonly PersonId[]>
  /** True for the first of all replicas that asks for this stretch of time. */
  claimDigest(from: Date, to: Date): Promise<boolean>
  append(event: AuditEvent): void
  tell(told: Told): void
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
}

/** A worker's right to act on one grant, until its lease ends or somebody with a higher fence takes over. */
export type Claim = {
  readonly grant: Grant
  readonly fence: number
  /** By this process's own monotonic clock, in milliseconds; the lease began no earlier. */
  readonly takenAt: number
  /** Other grants that want the same account to have the same entitlement now. */
  readonly siblings: readonly Pick<Grant, 'id' | 'number' | 'state' | 'preexisting' | 'activatedAt'>[]
  /** Milliseconds since the due moment by the database's clock; negative before it, undefined when not due yet. */
  readonly overdueMs: number | undefined
  /** True when the time for the access to appear is over. */
  readonly provisionOver: boolean
}

export type Claims = {
  /** Due grants of each target, oldest first, as many as that target has room for; no two workers get the same. */
  due(rooms: ReadonlyMap<string, number>): Promise<readonly Claim[]>
  /** Milliseconds until the next grant of these targets becomes due, by the database's clock; undefined when none is due within `ms`. */
  nextWithin(targets: readonly string[], ms: number): Promise<number | undefined>
  /** This one, if it has something to do and nobody else is at it; access that is to go is tried at any time. */
  one(id: GrantId): Promise<Claim | undefined>
  /** Starts the lease anew; false when somebody with a higher fence has taken over. */
  renew(claim: Claim): Promise<boolean>
  /** Gives a claim back without a change. */
  release(claim: Claim): Promise<void>
  /** Pending requests whose time is over. */
  lapsed(limit: number): Promise<readonly RequestId[]>
  /** What had become due before now, for the report at start; and how long nobody was awake. */
  missed(): Promise<{
    readonly downSeconds: number | null
    readonly expired: number
    readonly unfinished: number
    readonly lapsed: number
  }>
  /** Notes that this process is awake. */
  heartbeat(): Promise<void>
}

export type Waiting = {
  readonly id: string
  readonly lane: Lane
  readonly notice: Notice
  readonly attempts: number
}

export type Outbox = {
  /** One lane that may be used now, with what waits in it (oldest first); held by this process until `settle`. */
  claim(limit: number): Promise<{ readonly lane: Lane; readonly waiting: readonly Waiting[] } | undefined>
  /** Keeps a claimed lane while its delivery takes long. */
  renew(lane: Lane): Promise<void>
  /** Removes what was delivered, notes what failed, and lets the lane be used again after `pause` milliseconds. */
  settle(
    lane: Lane,
    result: {
      readonly done: readonly string[]
      readonly failed: readonly { readonly id: string; readonly error: string; readonly retryMs: number }[]
      readonly pause: number
    },
  ): Promise<void>
  /** Seconds the oldest notice has waited; 0 when none. */
  age(): Promise<number>
}

/** A message of ours in Slack, kept so that it can be redrawn. */
export type Posted = {
  readonly lane: Lane
  readonly channel: ChannelId
  readonly ts: string
  readonly request: RequestId
}

export type GrantRow = {
  readonly grant: Grant
  readonly request: Request
}

/** Who had an entitlement over which stretch of time. */
export type Held = {
  readonly grant: Grant
  readonly reason: string
  readonly approvers: readonly PersonId[]
  /** Where nobody approved it, because it was taken by break-glass. */
  readonly review?: Review | undefined
}

export type Reads = {
  now(): Promise<Date>
  request(id: RequestId): Promise<Request | undefined>
  requestByNumber(number: number): Promise<Request | undefined>
  grant(id: GrantId): Promise<GrantRow | undefined>
  grantByNumber(number: number): Promise<GrantRow | undefined>
  grantOfRequest(id: RequestId): Promise<Grant | undefined>
  /** The newest grant that goes on from this one. */
  prolongedBy(id: GrantId): Promise<Grant | undefined>
  /** Live grants (`provisioning`, `active`, `revoking`) of one person, or of everybody. */
  liveGrants(person?: PersonId): Promise<readonly GrantRow[]>
  pendingRequests(limit: number): Promise<readonly Request[]>
  requestsOf(person: PersonId, limit: number): Promise<readonly Request[]>
  /** What was taken by break-glass and not reviewed yet, oldest first; of one person, or of everybody. */
  openReviews(limit: number, person?: PersonId): Promise<readonly Request[]>
  /** This person's last ended grants on an entitlement, newest first. */
  pastGrants(person: PersonId, target: string, role: string, limit: number): Promise<readonly Grant[]>
  /** Grants that held an entitlement at some moment of the stretch; both ends the same for one moment. */
  held(filter: {
    readonly from: Date
    readonly to: Date
    readonly target?: string
    readonly role?: string
    readonly person?: PersonId
    readonly limit: number
  }): Promise<readonly Held[]>
  stuck(): Promise<readonly GrantRow[]>
  closedRequests(from: Date, to: Date): Promise<readonly Request[]>
  /** Copies of a request's card. */
  posted(request: RequestId): Promise<readonly Posted[]>
  savePosted(posted: Posted): Promise<void>
  /** Targets that live grants still need, so that a configuration without them is refused. */
  targetsInUse(): Promise<readonly string[]>
  sawHome(person: PersonId): Promise<void>
}

export type Directory = {
  /** Asks Slack now. A person Slack does not know is a `stranger`. Throws {@link DirectoryDown}. */
  person(id: PersonId): Promise<Person>
  /** Members of these groups, asked now; a group that cannot be read is absent. */
  groups(ids: readonly GroupId[]): Promise<Groups>
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

/** Says "look now" after a commit. Losing one costs a second, until the sweeper comes by. */
export type Nudge = {
  grant(id: GrantId): void
  outbox(): void
}

export type Log = {
  debug(facts: object, text: string): void
  info(facts: object, text: string): void
  warn(facts: object, text: string): void
  error(facts: object, text: string): void
}

/** The parts every verb may use. */
export type World = {
  readonly store: Store
  readonly directory: Directory
  readonly catalog: () => Catalog
  /** Undefined for a target that the configuration no longer has. */
  readonly connector: (target: string) => Connector | undefined
  readonly nudge: Nudge
  readonly log: Log
  /** A number in [0, 1), for spreading retries. */
  readonly random: () => number
}
