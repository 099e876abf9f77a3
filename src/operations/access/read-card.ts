import {
  approversOf,
  breakGlassRecipients,
  groupsToDecide,
  policyNow,
  standingStages,
} from '../../core/access/approval.ts'
import type { Grant } from '../../core/access/grant.ts'
import { policyFor } from '../../core/access/policy.ts'
import { ownersOf, type Request } from '../../core/access/request.ts'
import {
  approvalsNeeded,
  approvalsPossible,
  approversNamed,
  type FilledStage,
} from '../../core/access/stages.ts'
import { ticketUrlOf } from '../../core/access/ticket.ts'
import type { ActivitySummary } from '../../core/activity/activity.ts'
import { findRole, findTarget, type Policy, policiesFor, type Role, type Target } from '../../core/catalog.ts'
import type { Capabilities } from '../../core/connector.ts'
import type { RequestId } from '../../core/ids.ts'
import { alertFor, MAX_DIRECT_CARDS, peopleToAlert } from '../../core/people/alerting.ts'
import { emptyGroups, type GroupId, type PersonId, type Who } from '../../core/people/person.ts'
import type { Standing } from '../../core/standing/standing.ts'
import type { World } from '../world.ts'
import { readQuietHours } from './request/ask-approvers.ts'

/** Everything an approval card and a receipt are drawn from, read from the rows at this moment. */
export type Card = {
  readonly request: Request
  readonly grant: Grant | undefined
  /** The grant that was to go on, when this asks for an extension; and the newest that goes on from this one. */
  readonly extendedGrant: Grant | undefined
  readonly extension: Grant | undefined
  /** What was done under the grant, once it is over. */
  readonly activity?: ActivitySummary | undefined
  /** Undefined when the configuration no longer has it. */
  readonly target: Target | undefined
  readonly role: Role | undefined
  readonly policy: Policy | undefined
  readonly capabilities: Capabilities | undefined
  /** Everybody who may approve; undefined when policy says everyone. */
  readonly approvers: readonly PersonId[] | undefined
  /** Approvals that count today, and how many are needed. */
  readonly approvals: readonly PersonId[]
  readonly needed: number
  /** The same stage by stage; empty when the configuration no longer has a policy for it. */
  readonly stages: readonly FilledStage[]
  /** Those whom a message about it may alert now. */
  readonly alerted?: readonly PersonId[]
  /** Of how many that could be alerted how many got the card in their direct messages; undefined where none; and whether no channel but security's has it. */
  readonly direct?: { readonly told: number; readonly of: number; readonly alone: boolean } | undefined
  /** Groups of approvers in which nobody is now, or which Slack does not show: a pager may have emptied or disabled them. */
  readonly emptyGroups?: readonly GroupId[]
  /** How many approvals could come together today; fewer than needed means that it cannot be approved. */
  readonly possible: number
  /** Who hears of break-glass and may review it: the approvers under every policy but the quiet ones, and security. */
  readonly breakGlassRecipients: readonly Who[]
  /** The requester's last grants of the same, newest first, this one left out. */
  readonly past: readonly Grant[]
  /** What was asked for together with it, in the order it was asked for. */
  readonly together?: readonly Request[]
  /** Where its ticket can be read. */
  readonly ticketUrl?: string | undefined
  /** What the requester is known to have of it without a grant, while it waits for a decision. */
  readonly standingAccess?: Standing | undefined
}

/**
 * Everything that a card, a receipt or a line about a request shows. Undefined when there is no such request. Uses
 * remembered people and groups, at most a minute old.
 */
export async function readCard(world: World, id: RequestId): Promise<Card | undefined> {
  const { reads } = world.store
  const request = await reads.request(id)
  if (!request) return undefined
  const catalog = world.catalog()
  const [{ grant, extension, activity }, before, past, groups] = await Promise.all([
    reads.grantOfRequest(id).then(async (given) => ({
      grant: given,
      extension: given && (await reads.extensionOf(given.id)),
      activity: given?.revokedAt && (await world.store.activity.summary(given.id)),
    })),
    request.prolongs === undefined ? undefined : reads.grant(request.prolongs),
    reads.pastGrants(request.requester, request.target, request.role, 4),
    world.directory.groupsLately(groupsToDecide(catalog, request)),
  ])
  const found =
    policyFor(catalog, request, groups) ??
    policiesFor(catalog, request.target, request.role).find((one) => one.name === request.policyName)
  const policy = found && policyNow(found, request)
  const own = ownersOf(request)
  const approvers = request.decisions.filter((one) => one.verdict === 'approve').map((one) => one.approver)
  const stages = policy ? standingStages(request.decisions, policy, groups, own) : []
  const alerted = policy ? peopleToAlert(policy.approve.stages, groups) : []
  const quietUntil = request.state === 'pending' ? await readQuietHours(world, policy, alerted) : new Map()
  const called = await namesOf(world, quietUntil.keys())
  const mayApprove = (one: PersonId) => !own.includes(one) || policy?.approve.allowSelfApproval === true
  return {
    request,
    grant,
    extendedGrant: before?.grant,
    extension,
    activity,
    target: findTarget(catalog, request.target),
    role: findRole(catalog, request.target, request.role),
    policy,
    capabilities: world.connector(request.target)?.capabilities,
    approvers: policy && approversOf(policy, own, groups),
    approvals: policy ? approvers.filter((one) => stages.some((stage) => stage.by.includes(one))) : approvers,
    needed: policy ? approvalsNeeded(stages) : 1,
    stages: stages.map((stage) => ({ ...stage, alert: alertFor(stage, groups, quietUntil, called) })),
    alerted: alerted.filter((one) => !quietUntil.has(one)),
    direct: directly(
      policy,
      alerted,
      own,
      findTarget(catalog, request.target)?.channel !== catalog.securityChannel,
    ),
    emptyGroups: policy ? emptyGroups(approversNamed(policy), groups) : [],
    possible: policy ? approvalsPossible(stages, mayApprove, groups) : 0,
    breakGlassRecipients: breakGlassRecipients(catalog, request),
    ticketUrl: ticketUrlOf(catalog, request),
    standingAccess: await standingAccessOf(world, request),
    together: request.bundle === undefined ? [] : (await reads.bundleOf(id)).filter((one) => one.id !== id),
    past: past.filter((one) => one.requestId !== id).slice(0, 3),
  }
}

function directly(
  policy: Policy | undefined,
  alerted: readonly PersonId[],
  own: readonly PersonId[],
  ownChannel: boolean,
) {
  if (!policy?.approve.tell || policy.approve.tell === 'channel') return undefined
  const of = alerted.filter((one) => !own.includes(one)).length
  const alone = policy.approve.tell === 'direct' && of <= MAX_DIRECT_CARDS && ownChannel
  return of > 0 ? { told: Math.min(of, MAX_DIRECT_CARDS), of, alone } : undefined
}

async function namesOf(world: World, people: Iterable<PersonId>): Promise<(id: PersonId) => string> {
  const known = await Promise.all([...people].map((id) => world.directory.personLately(id)))
  return (id) => known.find((one) => one.id === id)?.name ?? id
}

/**
 * Standing access of the requester to what they ask for. Undefined unless the request waits, the configuration alone
 * says which account is theirs, and the target was read.
 */
export async function standingAccessOf(
  world: World,
  { requester, target, role, state }: Pick<Request, 'requester' | 'target' | 'role' | 'state'>,
): Promise<Standing | undefined> {
  const accountOf = world.connector(target)?.accountOf
  if (state !== 'pending' || !accountOf) return undefined
  const person = await world.directory.personLately(requester).catch(() => undefined)
  const account = person && accountOf({ ...person, person: requester })
  return account ? world.store.standing.of(target, role, account) : undefined
}
