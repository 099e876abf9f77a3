/**
 * Break-glass: access that is taken immediately, without approval, in front of everybody, and that somebody else
 * reviews afterwards. Who may, for how long, and who may write the review.
 */

import { type Catalog, findRole, findTarget, type Policy, policiesFor } from '../catalog.ts'
import { entitledThrough, type Groups, groupsIn, includes, type Person } from '../people/person.ts'
import { isRefused, type Refused, refuse } from '../refusal.ts'
import { approversAndSecurity } from './approval.ts'
import { MINUTE } from './duration.ts'
import {
  type Allowed,
  type Ask,
  type Entitlement,
  refuseDuration,
  refuseReason,
  refuseUnlessMember,
} from './policy.ts'
import { type Request, requestName } from './request.ts'
import { ticketIn } from './ticket.ts'

/** Seconds, where the file does not say and max allows it. */
export const BREAK_GLASS_DEFAULT = 15 * MINUTE

/** Characters. Reviewers were not there: a word or two would tell them nothing. */
const REASON_MIN = 10

/** Groups that must be read before {@link mayBreakGlass} can answer. */
export function groupsToBreakGlass(catalog: Catalog): string[] {
  return [...new Set(catalog.policies.flatMap((policy) => groupsIn(policy.breakGlass?.from ?? [])))]
}

/** The first policy, in the file's order, that lets this person take the entitlement, with its terms in force. */
export function breakGlassPolicy(
  catalog: Catalog,
  target: string,
  role: string,
  person: string,
  groups: Groups,
): Policy | undefined {
  const policy = policiesFor(catalog, target, role).find((one) =>
    includes(one.breakGlass?.from ?? [], person, groups),
  )
  if (!policy?.breakGlass) return undefined
  const minLength = Math.max(REASON_MIN, policy.reason.minLength)
  return { ...policy, duration: policy.breakGlass.duration, reason: { ...policy.reason, minLength } }
}

/** May this person break glass here at all? What no form can mend is said before one opens. */
export function mayBreakGlass(
  catalog: Catalog,
  ask: Pick<Ask, 'target' | 'role'>,
  person: Person,
  groups: Groups,
  openReviews: number,
): Entitlement | Refused {
  const stranger = refuseUnlessMember(person)
  if (stranger) return stranger
  const mine = catalog.targets.map((one) => ({
    target: one.id,
    roles: one.roles
      .map((role) => role.id)
      .filter((role) => breakGlassPolicy(catalog, one.id, role, person.id, groups)),
  }))
  const target = findTarget(catalog, ask.target)
  const myTargets = mine.filter((one) => one.roles.length > 0).map((one) => one.target)
  if (!target) return refuse('no-target-to-ask', { typed: ask.target, known: myTargets })
  const role = findRole(catalog, target.id, ask.role)
  const myRoles = mine.find((one) => one.target === target.id)?.roles ?? []
  if (!role) return refuse('no-role-to-ask', { typed: ask.role, known: myRoles, target: target.id })
  const policy = breakGlassPolicy(catalog, target.id, role.id, person.id, groups)
  if (!policy) return refuse('no-break-glass', { role: role.id, target: target.id })
  if (openReviews > 0 && policy.breakGlass?.whileReviewOpen !== 'allow') return refuse('review-open')
  return { policy, target, role }
}

/** The same with duration and reason: the shorter cap, and a reason that a reviewer can work with. */
export function rehearseBreakGlass(
  catalog: Catalog,
  ask: Ask,
  person: Person,
  groups: Groups,
  openReviews: number,
): Allowed | Refused {
  const may = mayBreakGlass(catalog, ask, person, groups, openReviews)
  if (isRefused(may)) return may
  const duration = ask.duration ?? may.policy.duration.default
  // Noted when the reason names one, and never required: in an emergency there may be none yet.
  const ticket = may.policy.ticket && ticketIn(may.policy.ticket, ask.reason)
  return (
    refuseDuration(duration, may.policy) ??
    refuseReason(ask.reason, may.policy) ?? {
      ...may,
      duration,
      ticket,
      through: entitledThrough(may.policy.breakGlass?.from ?? [], person.id, groups),
    }
  )
}

/** A review is written by an approver of that access or by security, and never by the person who took it. */
export function refuseReviewer(
  catalog: Catalog,
  request: Request,
  reviewer: Person,
  groups: Groups,
): Refused | undefined {
  const stranger = refuseUnlessMember(reviewer)
  if (stranger) return stranger
  const name = requestName(request.number)
  if (reviewer.id === request.requester) return refuse('self-review', { request: name })
  return includes(approversAndSecurity(catalog, request), reviewer.id, groups)
    ? undefined
    : refuse('not-a-reviewer', { role: request.role, target: request.target, request: name })
}
