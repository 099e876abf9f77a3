/**
 * What was decided before it was asked: a rule of the configuration, or a yes that somebody gave beforehand. It is
 * judged in the transaction that opens the request, so that nobody is alerted about a request that needs nobody.
 */
import { decide, groupsToDecide, type Outcome } from '../../../core/access/approval.ts'
import { groupsToApproveBy, ruleFor } from '../../../core/access/auto-approval.ts'
import type { Grant } from '../../../core/access/grant.ts'
import { type PreApproval, type PreApproved, preApprovalName } from '../../../core/access/pre-approval.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import { type ApprovalStage, stillMissing } from '../../../core/access/stages.ts'
import type { Policy } from '../../../core/catalog.ts'
import type { Actor } from '../../../core/log/audit-event.ts'
import { channelLane, personLane } from '../../../core/notice.ts'
import { entitledThrough, type Groups, type Person } from '../../../core/people/person.ts'
import { isRefused } from '../../../core/refusal.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import type { World } from '../../world.ts'
import { openGrant } from '../grant/open-grant.ts'
import { entitlementIn, recordApproval } from './decide-request.ts'

/** More yeses of different people to the same than any policy could need. */
const MOST = 20

/** Slack's answers of this moment, and what lives beforehand; it is looked at again under a lock. */
export type Beforehand = {
  readonly policy: Policy
  readonly requester: Person
  readonly groups: Groups
  readonly given: readonly { readonly one: PreApproval; readonly giver: Person }[]
}

export type AtOnce = {
  /** As it is now. */
  readonly request: Request
  /** The grant that was opened; undefined while other people have to approve it as well. */
  readonly grant: Grant | undefined
  /** Whom it waits for then. */
  readonly missing?: readonly ApprovalStage[]
}

export async function readBeforehand(
  world: World,
  about: PreApproved,
  policy: Policy,
): Promise<Beforehand | undefined> {
  const live = policy.preApproval ? await world.store.preApprovals.live(about, MOST) : []
  if (live.length === 0 && !policy.autoApprove) return undefined
  const needed = [
    ...groupsToApproveBy(policy),
    ...(live.length > 0 ? groupsToDecide(world.catalog(), about) : []),
  ]
  const [person, groups, ...givers] = await Promise.all([
    world.directory.person(about.person),
    world.directory.groups([...new Set(needed)]),
    ...live.map((one) => world.directory.person(one.giver)),
  ])
  const given = live.flatMap((one, at) => (givers[at] ? [{ one, giver: givers[at] }] : []))
  return { policy, requester: person, groups, given }
}

/**
 * Undefined when nothing was decided beforehand: then people are asked. `wishedAt` is when it became the wish of whoever
 * is to have it: when it was asked for, or when an offer was accepted.
 */
export async function approveAtOnce(
  world: World,
  tx: Tx,
  request: Request,
  beforehand: Beforehand,
  wishedAt = request.createdAt,
): Promise<AtOnce | undefined> {
  // What somebody else asked for is not a wish of its holder yet.
  if (request.state !== 'pending') return undefined
  // An extension makes the access longer than what was agreed to beforehand.
  if (request.prolongs !== undefined) return undefined
  return (
    (await byRule(world, tx, request, beforehand, wishedAt)) ??
    (await byYeses(world, tx, request, beforehand, wishedAt))
  )
}

async function byRule(
  world: World,
  tx: Tx,
  request: Request,
  { policy, requester, groups }: Beforehand,
  wishedAt: Date,
): Promise<AtOnce | undefined> {
  const ask = { ...request, person: request.requester }
  // A start that was over before the offer was accepted means at once.
  const later = request.startsAt && request.startsAt > wishedAt ? [request.startsAt] : []
  const moments = [wishedAt, ...later]
  const rule = ruleFor(policy, ask, moments, groups)
  if (!rule || !(await tx.requests.close(request, 'approved', undefined))) return undefined
  await tx.requests.decideByRule(request.id, { policy: policy.name, rule: rule.name })
  tx.append({
    ...factsOf(world, request),
    type: 'request.approved',
    actor: POLICY,
    outcome: 'rule',
    detail: {
      rule: policy.name,
      auto_rule: rule.name,
      ...(rule.from ? { through: entitledThrough(rule.from, request.requester, groups) } : {}),
      approvers: [],
      needed: 0,
      self_approved: false,
    },
  })
  const grant = await openGrant(world, tx, request, requester, POLICY)
  tellApproved(world, tx, request)
  return { request: { ...request, state: 'approved', rule: rule.name }, grant }
}

const POLICY: Actor = { kind: 'system', id: 'policy' }

async function byYeses(
  world: World,
  tx: Tx,
  asked: Request,
  { requester, groups, given }: Beforehand,
  wishedAt: Date,
): Promise<AtOnce | undefined> {
  let request = asked
  let missing: readonly ApprovalStage[] | undefined
  for (const { one, giver } of given) {
    const covered = request.duration <= one.each && !(request.startsAt && request.startsAt > one.endsAt)
    // Ended or over meanwhile; from here on whoever ends it waits for this.
    const held = covered ? await tx.preApprovals.hold(one.id) : undefined
    // Whoever may not approve it today gives nothing with a yes of yesterday.
    const verdict = held && decide(world.catalog(), request, requester, giver, 'approve', groups)
    if (!held || !verdict || isRefused(verdict) || verdict.outcome === 'denied') continue
    const grant = await count(world, tx, request, requester, held, verdict)
    const decision = {
      approver: held.giver,
      verdict: 'approve',
      self: verdict.self,
      note: '',
      preApproval: held.number,
      at: wishedAt,
    } as const
    request = { ...request, decisions: [...request.decisions, decision] }
    missing = stillMissing(verdict.stages)
    if (grant) return { request: { ...request, state: 'approved' }, grant }
  }
  return missing && { request, grant: undefined, missing }
}

/** The grant, when it is enough with this one. */
async function count(
  world: World,
  tx: Tx,
  request: Request,
  requester: Person,
  held: PreApproval,
  verdict: Extract<Outcome, { outcome: 'approved' | 'counted' }>,
): Promise<Grant | undefined> {
  const approved = verdict.outcome === 'approved'
  if (approved && !(await tx.requests.close(request, 'approved', held.giver)))
    throw new Error('a request lapsed in the transaction that opened it')
  await tx.requests.decide(
    request.id,
    { approver: held.giver, verdict: 'approve', self: verdict.self, note: '' },
    held.id,
  )
  const about = factsOf(world, request)
  // Who asked set it off; whose yes it is stands beside it.
  const actor: Actor = { kind: 'person', id: request.requester }
  const name = preApprovalName(held.number)
  tx.append({
    ...about,
    type: 'pre_approval.used',
    actor,
    detail: { pre_approval: name, giver: held.giver, ends_at: held.endsAt.toISOString() },
  })
  tx.append({
    ...about,
    type: 'decision.recorded',
    actor: { kind: 'person', id: held.giver },
    outcome: 'approve',
    detail: {
      self: verdict.self,
      rule: verdict.policy.name,
      ...entitlementIn(verdict),
      pre_approval: name,
    },
  })
  if (verdict.outcome !== 'approved') return undefined
  recordApproval(world, tx, request, held.giver, verdict)
  const grant = await openGrant(world, tx, request, requester, actor)
  tellApproved(world, tx, request)
  return grant
}

/**
 * Cards and Homes are told by whoever opened the request, and the answer to asking says that it was approved: only a
 * start to come is worth a message of its own.
 */
function tellApproved(world: World, tx: Tx, request: Request): void {
  if (request.startsAt)
    tx.tell({
      lane: personLane(request.requester),
      notice: { kind: 'told', step: 'approved', request: request.id },
    })
  tx.tell({
    lane: channelLane(world.catalog().securityChannel),
    notice: { kind: 'feed', what: 'decided', request: request.id },
  })
}

function factsOf(world: World, request: Request) {
  return {
    subject: request.requester,
    target: request.target,
    role: request.role,
    request: requestName(request.number),
    policy: world.catalog().hash,
  } as const
}
