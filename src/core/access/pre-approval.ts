/**
 * A yes that is given before the question: for some days, a person's requests for one entitlement, each up to a length,
 * are approved by it at once. It is worth what its giver's own yes would be worth at that moment, and no more.
 */

import {
  type Catalog,
  findRole,
  findTarget,
  type Policy,
  policiesFor,
  type Role,
  type Target,
} from '../catalog.ts'
import type { PreApprovalId } from '../ids.ts'
import { nearest } from '../people/nearest.ts'
import { type Groups, includes, type Person, type PersonId, type Who } from '../people/person.ts'
import { isRefused, oneOf, type Refused, refuse, sentence } from '../refusal.ts'
import { decide, type Outcome } from './approval.ts'
import { DURATION_HELP, formatDuration } from './duration.ts'
import { policyOf, refuseUnlessMember } from './policy.ts'
import { lengthOf, REASON_MAX } from './reason.ts'
import type { Request } from './request.ts'
import { approversNamed } from './stages.ts'

export type PreApproval = {
  readonly id: PreApprovalId
  /** People say `P-12`. */
  readonly number: number
  readonly giver: PersonId
  /** Whose requests it approves. */
  readonly person: PersonId
  readonly target: string
  readonly role: string
  /** The longest request that it approves. Seconds. */
  readonly each: number
  readonly reason: string
  readonly policyHash: string
  readonly givenAt: Date
  readonly endsAt: Date
  /** Undefined while it lives. */
  readonly endedAt: Date | undefined
  /** Undefined too when its time was simply over, or one of the two left. */
  readonly endedBy: PersonId | undefined
  /** Requests that it approved. */
  readonly uses: number
}

export type NewPreApproval = Pick<
  PreApproval,
  'giver' | 'person' | 'target' | 'role' | 'each' | 'reason' | 'policyHash'
> & {
  /** Seconds. */
  readonly span: number
}

/** Of whose requests, for what. */
export type PreApproved = Pick<PreApproval, 'person' | 'target' | 'role'>

/** Somebody ended it, one of its two people left the workspace, or its time is over. */
export type PreApprovalEnd = { readonly by: PersonId } | { readonly left: PersonId } | 'time-over'

export function preApprovalName(number: number): string {
  return `P-${number}`
}

export type Giving = {
  readonly target: string
  readonly role: string
  /** Seconds. */
  readonly span: number
  /** Seconds. */
  readonly each: number
  readonly reason: string
}

/** What such a yes would be worth today. */
export type PreApprovalWorth = {
  readonly policy: Policy
  /** Nobody else has to approve as well. */
  readonly enough: boolean
  readonly outcome: Outcome
}

/** May this person say yes beforehand, and what would that yes be worth today? Like a rehearsal of the click. */
export function rehearsePreApproval(
  catalog: Catalog,
  giving: Giving,
  giver: Person,
  receiver: Person,
  groups: Groups,
): PreApprovalWorth | Refused {
  const stranger = refuseUnlessMember(giver)
  if (stranger) return stranger
  const policy = preApprovable(catalog, giving, receiver, groups)
  if (isRefused(policy)) return policy
  const outcome = yesOf(catalog, giving, giver, receiver, groups)
  if (isRefused(outcome)) return outcome
  return refuseTerms(giving, policy) ?? { policy, outcome, enough: outcome.outcome === 'approved' }
}

/** The policy under which the receiver asks, if it knows pre-approval at all. */
function preApprovable(
  catalog: Catalog,
  { target: typed, role: typedRole }: Pick<Giving, 'target' | 'role'>,
  receiver: Person,
  groups: Groups,
): Policy | Refused {
  const target = findTarget(catalog, typed)
  const targets = catalog.targets.map((one) => one.id)
  if (!target)
    return refuse('unknown-target', `There is no target “${typed}”. ${meant(typed, targets)}`, 'target')
  const role = findRole(catalog, target.id, typedRole)
  const roles = target.roles.map((one) => one.id)
  if (!role)
    return refuse(
      'unknown-role',
      `There is no role “${typedRole}” on ${target.id}. ${meant(typedRole, roles)}`,
      'role',
    )
  if (receiver.kind !== 'member')
    return refuse(
      'requester-gone',
      sentence`${{ person: receiver.id }} is not a member of this workspace.`,
      'person',
    )
  const policy = policyOf(catalog, target.id, role.id, receiver.id, groups)
  if (!policy)
    return refuse(
      'no-pre-approval',
      sentence`No policy lets ${{ person: receiver.id }} ask for ${role.id} on ${target.id}, so there is nothing to approve beforehand.`,
      'person',
    )
  if (!policy.preApproval)
    return refuse(
      'no-pre-approval',
      `The policy ${policy.name} does not allow approving ${role.id} on ${target.id} beforehand. Whoever looks after elevate here can change that (pre_approval).`,
      'target',
    )
  return policy
}

function meant(typed: string, known: readonly string[]): string {
  const near = nearest(typed, known)
  return near ? `Did you mean ${near}?` : `There is ${oneOf(known)}.`
}

/** What the giver's yes to such a request would be today: the very judgement of a click. */
function yesOf(
  catalog: Catalog,
  { target, role, each }: Pick<Giving, 'target' | 'role' | 'each'>,
  giver: Person,
  receiver: Person,
  groups: Groups,
): Outcome | Refused {
  const request: Request = {
    id: '',
    number: 0,
    requester: receiver.id,
    target,
    role,
    // What is too long, or nothing at all, is refused by the terms, in words of their own.
    duration: Math.min(
      Math.max(1, each),
      policyOf(catalog, target, role, receiver.id, groups)?.duration.max ?? each,
    ),
    reason: '',
    ticket: undefined,
    askedBy: undefined,
    bundle: undefined,
    startsAt: undefined,
    prolongs: undefined,
    widened: false,
    state: 'pending',
    version: 1,
    policyName: '',
    policyHash: catalog.hash,
    createdAt: new Date(0),
    lapsesAt: new Date(0),
    closedAt: undefined,
    closedBy: undefined,
    decisions: [],
  }
  const outcome = decide(catalog, request, receiver, giver, 'approve', groups)
  if (!isRefused(outcome)) return outcome
  if (outcome.refused.code === 'self-approval')
    return refuse('self-approval', 'Nobody approves his own requests here, and not beforehand either.')
  return outcome
}

/** Why a yes that lives counts for nothing today: because of its giver, of who asks, of the policy, or as one's own. */
export type WhyVoid = 'giver' | 'asker' | 'policy' | 'self'

/** Undefined while it counts. It is not ended for that: who is on call again next week gives something with it again. */
export function whyVoid(
  catalog: Catalog,
  one: PreApproval,
  giver: Person,
  receiver: Person,
  groups: Groups,
): WhyVoid | undefined {
  const policy = policyOf(catalog, one.target, one.role, one.person, groups)
  if (!policy || receiver.kind !== 'member') return 'asker'
  if (!policy.preApproval) return 'policy'
  const outcome = yesOf(catalog, one, giver, receiver, groups)
  if (!isRefused(outcome)) return undefined
  return outcome.refused.code === 'self-approval' ? 'self' : 'giver'
}

function refuseTerms({ span, each, reason }: Giving, policy: Policy): Refused | undefined {
  const longest = policy.preApproval?.max ?? 0
  if (!Number.isSafeInteger(span) || span <= 0)
    return refuse('bad-duration', `Say for how long it holds: ${DURATION_HELP}.`, 'span')
  if (span > longest)
    return refuse(
      'too-long',
      `${formatDuration(span)} is too long: approving beforehand holds for at most ${formatDuration(longest)} here.`,
      'span',
    )
  if (!Number.isSafeInteger(each) || each <= 0)
    return refuse('bad-duration', `Say how long each may be: ${DURATION_HELP}.`, 'duration')
  if (each > policy.duration.max)
    return refuse(
      'too-long',
      `${formatDuration(each)} each is too long: at most ${formatDuration(policy.duration.max)} can be asked for here.`,
      'duration',
    )
  if (each > span)
    return refuse(
      'too-long',
      `Each may be ${formatDuration(each)}, which is longer than the ${formatDuration(span)} it holds.`,
      'duration',
    )
  const length = lengthOf(reason)
  if (length === 0) return refuse('reason-missing', 'Please say why you approve it beforehand.', 'reason')
  if (length > REASON_MAX)
    return refuse(
      'reason-too-long',
      `The reason has ${length} characters; at most ${REASON_MAX} fit.`,
      'reason',
    )
  return undefined
}

/** Everybody whom a policy that knows pre-approval names as approver. */
export function approversBeforehand(catalog: Catalog): readonly Who[] {
  return catalog.policies.filter((policy) => policy.preApproval).flatMap(approversNamed)
}

/** What somebody could say yes to beforehand, under whichever policy. */
export function approvableBeforehand(
  catalog: Catalog,
  person: PersonId,
  groups: Groups,
): { readonly target: Target; readonly role: Role }[] {
  return catalog.targets.flatMap((target) =>
    target.roles
      .filter((role) =>
        policiesFor(catalog, target.id, role.id).some(
          (policy) => policy.preApproval && includes(approversNamed(policy), person, groups),
        ),
      )
      .map((role) => ({ target, role })),
  )
}

/** Whoever gave it, has it, or watches over access may end it. */
export function mayEndPreApproval(one: PreApproval, person: Person, isSecurity: boolean): boolean {
  return person.kind === 'member' && (isSecurity || person.id === one.giver || person.id === one.person)
}
