/** What can be read of requests and grants outside of a transaction. Types only. */
import type { Grant, GrantId } from './access/grant.ts'
import type { Request, RequestId } from './access/request.ts'
import type { Review } from './access/review.ts'
import type { DigestPeriod, Lane } from './notice.ts'
import type { ChannelId, PersonId } from './people/person.ts'

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
  /** The number of the request it came of. */
  readonly request: number
  readonly reason: string
  readonly approvers: readonly PersonId[]
  /** Where nobody approved it, because it was taken by break-glass. */
  readonly review?: Review | undefined
  /** Where a rule of the configuration approved it, and nobody. */
  readonly rule?: string | undefined
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
  /** What this person asked for, and what others asked for this person: what waits first, then the rest; newest first. */
  requestsOf(person: PersonId, limit: number): Promise<readonly Request[]>
  /** This request and all that were asked for together with it, in the order they were asked for. */
  bundleOf(id: RequestId): Promise<readonly Request[]>
  /** Of these requests, those that were asked for together with others, and the first of each bundle. */
  leads(ids: readonly RequestId[]): Promise<ReadonlyMap<RequestId, RequestId>>
  /** What was taken by break-glass and not reviewed yet, oldest first; of one person, or of everybody. */
  openReviews(limit: number, person?: PersonId): Promise<readonly Request[]>
  /** This person's last ended grants on an entitlement, newest first. */
  pastGrants(person: PersonId, target: string, role: string, limit: number): Promise<readonly Grant[]>
  /**
   * Grants that held an entitlement at some moment of the stretch, in the order in which they were given; both ends
   * the same for one moment. When there are more than `limit`, the latest.
   */
  held(filter: {
    readonly from: Date
    readonly to: Date
    readonly target?: string
    readonly role?: string
    readonly person?: PersonId
    readonly limit: number
  }): Promise<readonly Held[]>
  /** Grants that were given, or were to be given, in the stretch, oldest first. */
  grantsOf(from: Date, to: Date, limit: number): Promise<readonly Grant[]>
  /** Where the last digest of this kind ended; undefined before the first. */
  lastDigest(period: DigestPeriod): Promise<Date | undefined>
  stuck(): Promise<readonly GrantRow[]>
  closedRequests(from: Date, to: Date): Promise<readonly Request[]>
  /** Copies of a request's card. */
  posted(request: RequestId): Promise<readonly Posted[]>
  /** Copies in one lane, of any of these requests. */
  postedIn(lane: Lane, requests: readonly RequestId[]): Promise<readonly Posted[]>
  savePosted(posted: Posted): Promise<void>
  /** Targets that live grants still need, so that a configuration without them is refused. */
  targetsInUse(): Promise<readonly string[]>
  sawHome(person: PersonId): Promise<void>
}
