/** A person asks for an entitlement, for a duration, with a reason; approvers decide. */

import type { GrantId, PreApprovalId, RequestId } from '../ids.ts'

import type { PersonId } from '../people/person.ts'
import type { RequestState, ReviewState } from './lifecycle.ts'
import type { RequestTexts } from './reason.ts'

export type Verdict = 'approve' | 'deny'

/** One approver's approval or denial. */
export type Decision = {
  readonly approver: PersonId
  readonly verdict: Verdict
  /** The approver is the requester, and policy allowed it in so many words. */
  readonly self: boolean
  readonly note: string
  /** The number of the pre-approval that this comes from: `P-12`. */
  readonly preApproval?: number | undefined
  /** Its id, which evidence has always named it by. */
  readonly preApprovalId?: PreApprovalId | undefined
  readonly at: Date
} & Limit

/** What an approval allows of what was asked: for so long at most (seconds), and not before. */
export type Limit = { readonly duration?: number | undefined; readonly startsAt?: Date | undefined }

export type Request = RequestTexts & {
  readonly id: RequestId
  /** People say `R-1042`. */
  readonly number: number
  readonly requester: PersonId
  readonly target: string
  readonly role: string
  /** Seconds asked for. */
  readonly duration: number
  /** Where the work is written down, in the form the policy asks for. */
  readonly ticket: string | undefined
  /** Who asked, when the access is for somebody else: then `requester` is who would have it, and accepts first. */
  readonly askedBy: PersonId | undefined
  /** The first of the requests that were asked for together; undefined for a single one. */
  readonly bundle: RequestId | undefined
  /** Wanted from then on; undefined for as soon as it is approved. */
  readonly startsAt: Date | undefined
  /** The grant that is to go on, when this asks for an extension. */
  readonly prolongs: GrantId | undefined
  /** It has waited so long that the policy's fallback approvers may decide as well. */
  readonly widened: boolean
  readonly state: RequestState
  readonly version: number
  /** The policy in force when it was asked; the one in force at the click decides. */
  readonly policyName: string
  readonly policyHash: string
  readonly createdAt: Date
  readonly lapsesAt: Date
  readonly closedAt: Date | undefined
  readonly closedBy: PersonId | undefined
  readonly decisions: readonly Decision[]
  /** Only where the access was taken by break-glass: then nobody approved it. */
  readonly review?: Review | undefined
  /** The rule of the configuration that approved it; then nobody did. */
  readonly rule?: string | undefined
}

export function requestName(number: number): string {
  return `R-${number}`
}

/** Enough to open a request; the store gives id, number, times and state. */
export type NewRequest = Pick<
  Request,
  'requester' | 'target' | 'role' | 'duration' | keyof RequestTexts | 'policyName' | 'policyHash'
> & {
  readonly lapseAfter: number
  readonly remindAfter?: number | undefined
  readonly fallbackAfter?: number | undefined
  /** The fallback approvers may decide from the beginning. */
  readonly widened?: boolean | undefined
  readonly prolongs?: GrantId | undefined
  readonly ticket?: string | undefined
  readonly askedBy?: PersonId | undefined
  /** `first` makes this the one that names the bundle. */
  readonly bundle?: RequestId | 'first' | undefined
  /** In the future by the database's clock; otherwise it means now. */
  readonly startsAt?: Date | undefined
}

/** For how long, and from when on; immediately without a start. */
export type Terms = { readonly duration: number; readonly startsAt: Date | undefined }

/** Duration and start when these people approve it: the shortest of their durations, and the latest start. */
export function termsOf(request: Pick<Request, 'duration' | 'startsAt'>, yeses: readonly Limit[]): Terms {
  const starts = [request, ...yeses].flatMap((one) => (one.startsAt ? [one.startsAt.getTime()] : []))
  return {
    duration: Math.min(...[request, ...yeses].flatMap((one) => one.duration ?? [])),
    startsAt: starts.length > 0 ? new Date(Math.max(...starts)) : undefined,
  }
}

/** The requester, and who asked on their behalf: everybody with an interest of their own in the answer. */
export function ownersOf(request: {
  readonly requester: PersonId
  readonly askedBy?: PersonId | undefined
}): readonly PersonId[] {
  return request.askedBy === undefined ? [request.requester] : [request.requester, request.askedBy]
}

/** Who asked: the requester, or somebody on their behalf. */
export function askerOf(request: Pick<Request, 'requester' | 'askedBy'>): PersonId {
  return request.askedBy ?? request.requester
}

export type Review = {
  readonly state: ReviewState
  readonly openedAt: Date
  readonly closedAt: Date | undefined
  readonly reviewer: PersonId | undefined
  readonly note: string
}
