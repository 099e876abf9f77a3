/**
 * Who may decide, and when is it enough? Everything is judged at the moment of the click, from today's policy and
 * today's groups: an approval of somebody who has left the group since does not count.
 */
import { type Catalog, type Policy, policiesFor } from '../catalog.ts'
import { alertedIn } from '../people/alerting.ts'
import {
  type Groups,
  groupsIn,
  includes,
  membersOf,
  type Person,
  type PersonId,
  type Who,
} from '../people/person.ts'
import { type Refused, refuse } from '../refusal.ts'
import { groupsThatAsk, policyFor, refuseDuration, refuseStart, refuseUnlessMember } from './policy.ts'
import {
  type Decision,
  type Limit,
  ownersOf,
  type Request,
  requestName,
  type Terms,
  termsOf,
  type Verdict,
} from './request.ts'
import {
  type ApprovalRight,
  approvalRightIn,
  approvalsIn,
  approvalsNeeded,
  approversNamed,
  type FilledStage,
  fillStages,
  mayFill,
} from './stages.ts'

type Judged = ApprovalRight & {
  readonly self: boolean
  readonly policy: Policy
}

export type Outcome = Judged &
  (
    | { readonly outcome: 'denied' }
    | {
        readonly outcome: 'counted' | 'approved'
        /** The one that this approval fills. */
        readonly stage: FilledStage
        /** All of the policy's, with this approval. */
        readonly stages: readonly FilledStage[]
        /** Duration and start of the grant, by the limits of those who fill the stages. */
        readonly terms: Terms
      }
  )

/** Groups that must be read before {@link decide} can answer. */
export function groupsToDecide(catalog: Catalog, request: Pick<Request, 'target' | 'role'>): string[] {
  const policies = catalog.policies.filter(
    (policy) => policy.targets.includes(request.target) && policy.roles.includes(request.role),
  )
  return [
    ...new Set(
      policies.flatMap((policy) => [
        ...groupsThatAsk([policy]),
        ...groupsIn([...approversNamed(policy), ...(policy.fallback?.from ?? [])]),
      ]),
    ),
  ]
}

/** The policy as it applies to this request: with its fallback approvers, once they may decide. */
export function policyNow(policy: Policy, request: Pick<Request, 'widened'>): Policy {
  if (!request.widened || !policy.fallback) return policy
  const fallback = policy.fallback.from
  const stages = policy.approve.stages.map((stage) => ({ ...stage, fallback }))
  return { ...policy, approve: { ...policy.approve, stages } }
}

/** What a decision depends on. */
type Undecided = Pick<
  Request,
  | 'number'
  | 'requester'
  | 'askedBy'
  | 'target'
  | 'role'
  | 'duration'
  | 'startsAt'
  | 'prolongs'
  | 'widened'
  | 'decisions'
>

export function decide(
  catalog: Catalog,
  request: Undecided,
  requester: Person,
  approver: Person,
  verdict: Verdict,
  groups: Groups,
  limit: Limit & { readonly now?: Date | undefined } = {},
): Outcome | Refused {
  const stranger = refuseUnlessMember(approver)
  if (stranger) return stranger
  const found = policyFor(catalog, request, groups)
  const on = { role: request.role, target: request.target }
  const name = requestName(request.number)
  if (!found)
    return refuse('policy-without-requester', { ...on, requester: request.requester, request: name })
  const policy = policyNow(found, request)
  // Who asks on somebody's behalf wants it too: neither of the two is an independent approver.
  const own = ownersOf(request)
  const self = own.includes(approver.id)
  if (!policy.approve.stages.some((stage) => mayFill(stage, approver.id, groups)))
    return refuse('not-an-approver', on)
  if (self && !policy.approve.allowSelfApproval) return refuse('self-approval')
  if (request.decisions.some((decision) => decision.approver === approver.id))
    return refuse('already-decided', { request: name })
  if (verdict === 'deny') {
    return { outcome: 'denied', self, ...approvalRightIn(policy.approve.stages, approver.id, groups), policy }
  }
  if (requester.kind !== 'member') return refuse('requester-gone', { requester: request.requester })
  const tooMuch = refuseLimit(request, limit, policy, limit.now)
  if (tooMuch) return tooMuch
  const earlier = standingApprovals(request.decisions, policy, groups, own)
  const stages = fillStages(policy.approve.stages, [...earlier, approver.id], groups)
  const stage = stages.find(({ by }) => by.includes(approver.id))
  if (!stage) return refuse('stage-filled', { request: name })
  const filling = request.decisions.filter((one) => stages.some((stage) => stage.by.includes(one.approver)))
  const terms = termsOf(request, [...filling, limit])
  if (refuseDuration(terms.duration, policy))
    return refuse('policy-with-less-time', { ...on, max: policy.duration.max })
  const complete = approvalsIn(stages) >= approvalsNeeded(stages)
  const outcome = complete ? 'approved' : 'counted'
  const right = approvalRightIn(policy.approve.stages, approver.id, groups, stage)
  return { outcome, self, ...right, policy, stage, stages, terms }
}

/** The stages, with the earlier approvals that count today. */
export function standingStages(
  decisions: readonly Decision[],
  policy: Policy,
  groups: Groups,
  own: readonly PersonId[],
): FilledStage[] {
  return fillStages(policy.approve.stages, standingApprovals(decisions, policy, groups, own), groups)
}

/** Earlier approvals that still count today. `own` are those who have an interest of their own in it. */
export function standingApprovals(
  decisions: readonly Decision[],
  policy: Policy,
  groups: Groups,
  own: readonly PersonId[],
): PersonId[] {
  return decisions
    .filter((one) => one.verdict === 'approve')
    .map((one) => one.approver)
    .filter((approver) => policy.approve.stages.some((stage) => mayFill(stage, approver, groups)))
    .filter((approver) => !own.includes(approver) || policy.approve.allowSelfApproval)
}

/** Everybody who could approve this request, or undefined where policy says `everyone`. */
export function approversOf(
  policy: Policy,
  own: readonly PersonId[],
  groups: Groups,
): PersonId[] | undefined {
  return membersOf(approversNamed(policy), groups)?.filter(
    (person) => !own.includes(person) || policy.approve.allowSelfApproval,
  )
}

/** May this person end somebody else's access? The approvers of that access and security may. */
export function mayEnd(
  catalog: Catalog,
  grant: { target: string; role: string },
  person: Person,
  groups: Groups,
): boolean {
  return person.kind === 'member' && includes(approversAndSecurity(catalog, grant), person.id, groups)
}

/** The same without those who are named as quiet: whom an alert about it mentions. */
export function breakGlassRecipients(
  catalog: Catalog,
  one: { target: string; role: string },
): readonly Who[] {
  const pinged = policiesFor(catalog, one.target, one.role).flatMap((policy) =>
    policy.approve.stages.flatMap(alertedIn),
  )
  return distinct([...pinged, ...catalog.security])
}

/** The approvers of an entitlement, under whichever policy, and security. */
export function approversAndSecurity(
  catalog: Catalog,
  one: { target: string; role: string },
): readonly Who[] {
  const approvers = policiesFor(catalog, one.target, one.role).flatMap(approversNamed)
  return distinct([...approvers, ...catalog.security])
}

function distinct(who: readonly Who[]): Who[] {
  return [...new Map(who.map((one) => [JSON.stringify(one), one])).values()]
}

/**
 * An approver may allow less than was asked: a shorter time, a later start; never more, and never sooner. `now` is the
 * database's; it is needed where a start is named.
 */
function refuseLimit(
  request: Pick<Request, 'duration' | 'startsAt' | 'prolongs'>,
  { duration, startsAt }: Limit,
  policy: Policy,
  now: Date | undefined,
): Refused | undefined {
  if (duration !== undefined) {
    const no = refuseDuration(duration, policy)
    if (no) return no
    if (duration > request.duration)
      return refuse('longer-than-asked', { seconds: duration, asked: request.duration })
  }
  if (startsAt === undefined) return undefined
  if (request.prolongs) return refuse('start-of-extension')
  if (request.startsAt && startsAt.getTime() < request.startsAt.getTime()) return refuse('sooner-than-asked')
  return refuseStart(startsAt, now ?? startsAt, policy)
}
