/**
 * Approvals given in advance: for some days, they approve a person's requests for one entitlement, each up to a
 * length. A pre-approval counts for what its giver's own click would count for at that moment, and no more.
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
import { type Groups, includes, type Person, type PersonId, type Who } from '../people/person.ts'
import { isRefused, type Refused, refuse } from '../refusal.ts'
import { decide, type Outcome } from './approval.ts'
import { policyOf, refuseUnlessMember } from './policy.ts'
import { lengthOf, REASON_MAX } from './reason.ts'
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

/** What such a pre-approval would count for today. */
export type PreApprovalWorth = {
  readonly policy: Policy
  /** Nobody else has to approve as well. */
  readonly enough: boolean
  readonly outcome: Outcome
}

/**
 * May this person pre-approve it, and what would that count for today? Refuses what {@link decide} refuses for the
 * same click, what no policy lets the receiver ask for, and a duration or reason that the policy does not allow.
 */
export function rehearsePreApproval(
  catalog: Catalog,
  giving: Giving,
  giver: Person,
  receiver: Person,
  groups: Groups,
): PreApprovalWorth | Refused {
  const stranger = refuseUnlessMember(giver)
  if (stranger) return stranger
  const policy = policyForPreApproval(catalog, giving, receiver, groups)
  if (isRefused(policy)) return policy
  const outcome = judgeApproval(catalog, giving, giver, receiver, groups)
  if (isRefused(outcome)) return outcome
  return refuseTerms(giving, policy) ?? { policy, outcome, enough: outcome.outcome === 'approved' }
}

/** The policy under which the receiver asks, if it knows pre-approval at all. */
function policyForPreApproval(
  catalog: Catalog,
  { target: typed, role: typedRole }: Pick<Giving, 'target' | 'role'>,
  receiver: Person,
  groups: Groups,
): Policy | Refused {
  const target = findTarget(catalog, typed)
  const targets = catalog.targets.map((one) => one.id)
  if (!target) return refuse('no-target-to-pre-approve', { typed, known: targets })
  const role = findRole(catalog, target.id, typedRole)
  const roles = target.roles.map((one) => one.id)
  if (!role) return refuse('no-role-to-pre-approve', { typed: typedRole, known: roles, target: target.id })
  if (receiver.kind !== 'member') return refuse('person-gone', { person: receiver.id })
  const policy = policyOf(catalog, target.id, role.id, receiver.id, groups)
  const on = { role: role.id, target: target.id }
  if (!policy) return refuse('nothing-to-pre-approve', { ...on, person: receiver.id })
  if (!policy.preApproval) return refuse('no-pre-approval', { ...on, policy: policy.name })
  return policy
}

/** What the giver's approval of such a request would come to today: judged as a click is. */
function judgeApproval(
  catalog: Catalog,
  { target, role, each }: Pick<Giving, 'target' | 'role' | 'each'>,
  giver: Person,
  receiver: Person,
  groups: Groups,
): Outcome | Refused {
  const request = {
    number: 0,
    requester: receiver.id,
    target,
    role,
    // What is too long, or nothing at all, is refused by the terms, in words of their own.
    duration: Math.min(
      Math.max(1, each),
      policyOf(catalog, target, role, receiver.id, groups)?.duration.max ?? each,
    ),
    askedBy: undefined,
    startsAt: undefined,
    prolongs: undefined,
    widened: false,
    decisions: [],
  }
  const outcome = decide(catalog, request, receiver, giver, 'approve', groups)
  if (!isRefused(outcome)) return outcome
  if (outcome.refused.code === 'self-approval') return refuse('self-pre-approval')
  return outcome
}

/** Why a live pre-approval counts for nothing today: its giver, its requester, the policy, or one’s own request. */
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
  const outcome = judgeApproval(catalog, one, giver, receiver, groups)
  if (!isRefused(outcome)) return undefined
  return outcome.refused.code === 'self-approval' ? 'self' : 'giver'
}

function refuseTerms({ span, each, reason }: Giving, policy: Policy): Refused | undefined {
  const longest = policy.preApproval?.max ?? 0
  if (!Number.isSafeInteger(span) || span <= 0) return refuse('no-span')
  if (span > longest) return refuse('span-too-long', { seconds: span, max: longest })
  if (!Number.isSafeInteger(each) || each <= 0) return refuse('no-length-of-each')
  const { max } = policy.duration
  if (each > max) return refuse('each-too-long', { seconds: each, max })
  if (each > span) return refuse('each-longer-than-span', { each, span })
  const length = lengthOf(reason)
  if (length === 0) return refuse('pre-approval-reason-missing')
  if (length > REASON_MAX) return refuse('reason-too-long', { length, max: REASON_MAX })
  return undefined
}

/** Everybody whom a policy that knows pre-approval names as approver. */
export function preApprovers(catalog: Catalog): readonly Who[] {
  return catalog.policies.filter((policy) => policy.preApproval).flatMap(approversNamed)
}

/** What somebody could pre-approve, under any policy. */
export function preApprovableBy(
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

/** Its giver, its holder and security may end it. */
export function mayEndPreApproval(one: PreApproval, person: Person, isSecurity: boolean): boolean {
  return person.kind === 'member' && (isSecurity || person.id === one.giver || person.id === one.person)
}
