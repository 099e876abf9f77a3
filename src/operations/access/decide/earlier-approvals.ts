/**
 * Auto-approval by a rule of the configuration, and pre-approvals. They are judged in the transaction that opens the
 * request, so that nobody is alerted about a request that needs nobody.
 */

import { decide, groupsToDecide, type Outcome } from '../../../core/access/approval.ts'
import { groupsToApproveBy, ruleFor } from '../../../core/access/auto-approval.ts'
import type { Grant } from '../../../core/access/grant.ts'
import type { PreApproval, PreApproved } from '../../../core/access/pre-approval.ts'
import type { Request } from '../../../core/access/request.ts'
import { stillMissing } from '../../../core/access/stages.ts'
import type { ApprovalStage, Policy } from '../../../core/catalog.ts'
import { preApprovalUsed } from '../../../core/log/grant-events.ts'
import {
  decisionRecorded,
  POLICY,
  requestApproved,
  requestApprovedByRule,
} from '../../../core/log/request-events.ts'
import { entitledThrough, type Groups, type Person } from '../../../core/people/person.ts'
import { isRefused } from '../../../core/refusal.ts'
import type { Tx } from '../../../store/database/transaction.ts'
import { record } from '../../record.ts'
import type { World } from '../../world.ts'
import { openGrant } from '../grant/open-grant.ts'

/** More pre-approvals for the same than any policy could need approvals. */
const MAX_PRE_APPROVALS = 20

/** Slack's answers of this moment, and the pre-approvals that are live; each is read again under a lock. */
export type EarlierApprovals = {
  readonly policy: Policy
  readonly requester: Person
  readonly groups: Groups
  readonly given: readonly { readonly one: PreApproval; readonly giver: Person }[]
}

type EarlierApproved = {
  /** As it is now. */
  readonly request: Request
  /** The grant that was opened; undefined while other people have to approve it as well. */
  readonly grant: Grant | undefined
  /** Whom it waits for then. */
  readonly missing?: readonly ApprovalStage[]
}

/**
 * What {@link applyEarlierApprovals} needs, read before the transaction. Undefined when there is neither a rule nor a
 * pre-approval.
 */
export async function readEarlierApprovals(
  world: World,
  about: PreApproved,
  policy: Policy,
): Promise<EarlierApprovals | undefined> {
  const live = policy.preApproval ? await world.store.preApprovals.live(about, MAX_PRE_APPROVALS) : []
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
 * Approves a pending request by a rule or by pre-approvals, as far as they suffice. Undefined when none applies: then
 * people are asked. `wishedAt` is when the receiver wanted it: when they asked, or when they accepted an offer.
 */
export async function applyEarlierApprovals(
  world: World,
  tx: Tx,
  request: Request,
  earlier: EarlierApprovals,
  wishedAt = request.createdAt,
): Promise<EarlierApproved | undefined> {
  // What somebody else asked for is not a wish of its holder yet.
  if (request.state !== 'pending') return undefined
  // An extension makes the access longer than the pre-approval allows.
  if (request.prolongs !== undefined) return undefined
  return (
    (await byRule(world, tx, request, earlier, wishedAt)) ??
    (await byPreApprovals(world, tx, request, earlier, wishedAt))
  )
}

async function byRule(
  world: World,
  tx: Tx,
  request: Request,
  { policy, requester, groups }: EarlierApprovals,
  wishedAt: Date,
): Promise<EarlierApproved | undefined> {
  const ask = { ...request, person: request.requester }
  // A start that had passed before the offer was accepted means now.
  const later = request.startsAt && request.startsAt > wishedAt ? [request.startsAt] : []
  const moments = [wishedAt, ...later]
  const rule = ruleFor(policy, ask, moments, groups)
  if (!rule || !(await tx.requests.close(request, 'approved', undefined))) return undefined
  await tx.requests.decideByRule(request.id, { policy: policy.name, rule: rule.name })
  const catalog = world.catalog()
  const event = requestApprovedByRule(request, catalog.hash, {
    policyName: policy.name,
    name: rule.name,
    through: rule.from && entitledThrough(rule.from, request.requester, groups),
  })
  await record(catalog, tx, event, { request, automatic: true })
  const grant = await openGrant(world, tx, request, requester, POLICY)
  return { request: { ...request, state: 'approved', rule: rule.name }, grant }
}

async function byPreApprovals(
  world: World,
  tx: Tx,
  asked: Request,
  { requester, groups, given }: EarlierApprovals,
  wishedAt: Date,
): Promise<EarlierApproved | undefined> {
  let request = asked
  let missing: readonly ApprovalStage[] | undefined
  for (const { one, giver } of given) {
    const covered = request.duration <= one.each && !(request.startsAt && request.startsAt > one.endsAt)
    // Undefined when it ended meanwhile. From here on, ending it waits for this transaction.
    const held = covered ? await tx.preApprovals.hold(one.id) : undefined
    // A pre-approval of somebody who may not approve today counts for nothing.
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
  const catalog = world.catalog()
  const policy = catalog.hash
  // The requester caused the event; the event also names who gave the pre-approval.
  tx.append(preApprovalUsed(request, { by: request.requester, policy }, held))
  const giver = { by: held.giver, policy }
  const decision = { verdict: 'approve', outcome: verdict, preApproval: held } as const
  tx.append(decisionRecorded(request, giver, decision))
  if (verdict.outcome !== 'approved') return undefined
  await record(catalog, tx, requestApproved(request, giver, verdict), { request, automatic: true })
  return openGrant(world, tx, request, requester, request.requester)
}
