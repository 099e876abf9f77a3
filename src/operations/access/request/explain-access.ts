import { approversOf, policyNow } from '../../../core/access/approval.ts'
import { type Condition, groupsToApproveBy, unmet } from '../../../core/access/auto-approval.ts'
import { breakGlassPolicy, groupsToBreakGlass } from '../../../core/access/break-glass.ts'
import {
  groupsToAskWith,
  policyFor,
  refuseReceiver,
  refuseUnlessMember,
  type Wish,
} from '../../../core/access/policy.ts'
import type { PreApproval } from '../../../core/access/pre-approval.ts'
import { ownersOf } from '../../../core/access/request.ts'
import { approvalsNeeded, approvalsPossible, approversNamed, namedIn } from '../../../core/access/stages.ts'
import {
  type ApprovalStage,
  type AutoApproval,
  findRole,
  findTarget,
  type Policy,
  type Role,
  type Target,
} from '../../../core/catalog.ts'
import type { Capabilities } from '../../../core/connector.ts'
import {
  emptyGroups,
  type GroupId,
  type Groups,
  groupsIn,
  includes,
  membersOf,
  type PersonId,
} from '../../../core/people/person.ts'
import { refusal, unlessRefused } from '../../refusals.ts'
import type { World } from '../../world.ts'

/** Which rule applies to this person, and who would be asked. Asks nothing of anybody. */
export type Explained = {
  readonly policy: Policy
  /** Undefined when policy says everyone. */
  readonly approvers: readonly PersonId[] | undefined
  readonly stages: readonly ExplainedStage[]
  /** How many approvals could come together today; fewer than needed means that it cannot be approved. */
  readonly possible: number
  /** Groups of approvers in which nobody is now, or which Slack does not show. */
  readonly emptyGroups?: readonly GroupId[]
  /** Too few of the others are there, so the fallback approvers would be asked immediately. */
  readonly fallbackNow?: boolean
  readonly capabilities: Capabilities | undefined
  readonly role: Role
  readonly target: Target
  /** Approvers who are no longer members; they count for nothing above. */
  readonly gone: readonly PersonId[]
  /** Who may decide as well once it has waited so many seconds; undefined when that is everyone. */
  readonly fallback: { readonly people: readonly PersonId[] | undefined; readonly after: number } | undefined
  /** Undefined when no policy lets this person break glass there. */
  readonly breakGlass: { readonly max: number; readonly reviewOpen: boolean } | undefined
  /** Undefined where nothing is approved without asking. */
  readonly automatic?: ExplainedAutomatic | undefined
}

/** A stage with those who could fill it for this person; undefined when that is everyone. */
export type ExplainedStage = ApprovalStage & { readonly people: readonly PersonId[] | undefined }

type Explaining = {
  readonly by: PersonId
  readonly target: string
  readonly role: string
  /** Whose access it would be, when that is somebody else. */
  readonly receiver?: PersonId | undefined
}

/**
 * What asking for this would come to for this person: who would decide, by which policy, which auto-approval and
 * pre-approvals would count. Writes nothing. Refuses people outside the workspace, an unknown target or role, and
 * access that no policy lets them ask for.
 */
export async function explainAccess(
  world: World,
  { by, target, role, receiver }: Explaining,
): Promise<Explained> {
  const catalog = world.catalog()
  const person = await world.directory.person(by)
  unlessRefused(refuseUnlessMember(person))
  const known = findTarget(catalog, target)
  const knownRole = findRole(catalog, target, role)
  if (!known || !knownRole) {
    const names = catalog.targets.flatMap((one) => one.roles.map((two) => `${one.id} ${two.id}`))
    throw refusal('no-such-access', { target, role, known: names })
  }
  const [groups, open] = await Promise.all([
    world.directory.groups([
      ...new Set([...groupsToAskWith(catalog, target, role), ...groupsToBreakGlass(catalog)]),
    ]),
    world.store.reads.openReviews(1, by),
  ])
  const other = receiver === by ? undefined : receiver
  if (other !== undefined) unlessRefused(refuseReceiver(await world.directory.person(other)))
  const wish: Wish = other === undefined ? { requester: by } : { requester: other, askedBy: by }
  const policy = policyFor(catalog, { ...wish, target, role }, groups)
  const glass = breakGlassPolicy(catalog, target, role, by, groups)
  if (!policy)
    throw refusal('nothing-to-explain', { role, target, receiver: other, breakGlass: glass !== undefined })
  const { fallback } = policy
  const named = [...approversNamed(policy), ...(fallback?.from ?? [])]
  const approving = await world.directory.groups(groupsIn(named))
  const gone = await notMembers(world, membersOf(approversNamed(policy), approving) ?? [])
  const own = ownersOf(wish)
  const mayApprove = (one: PersonId) => !own.includes(one) || policy.approve.allowSelfApproval
  const canApprove = (one: PersonId) => mayApprove(one) && !gone.includes(one)
  const usual = policy.approve.stages
  const short = approvalsPossible(usual, canApprove, approving) < approvalsNeeded(usual)
  const fallbackNow = short && fallback?.whenEmpty === true
  const { stages } = policyNow(policy, { widened: fallbackNow }).approve
  const about = { person: wish.requester, target, role }
  return {
    automatic:
      policy.autoApprove || policy.preApproval
        ? await explainAutomatic(world, about, policy, approving)
        : undefined,
    policy,
    role: knownRole,
    target: known,
    gone,
    approvers: approversOf(policy, own, approving)?.filter(canApprove),
    stages: stages.map((stage) => ({
      ...stage,
      people: membersOf(namedIn(stage), approving)?.filter(canApprove),
    })),
    possible: approvalsPossible(stages, canApprove, approving),
    emptyGroups: emptyGroups(approversNamed(policy), approving),
    fallbackNow,
    fallback: fallback && {
      people: membersOf(fallback.from, approving)?.filter(mayApprove),
      after: fallback.after,
    },
    capabilities: world.connector(target)?.capabilities,
    breakGlass: glass && {
      max: glass.duration.max,
      reviewOpen: open.length > 0 && glass.breakGlass?.whileReviewOpen !== 'allow',
    },
  }
}

/** More approvers than this are taken to be there: nobody waits for a hundred answers to see a form. */
const MAX_DIRECTORY_LOOKUPS = 40

async function notMembers(world: World, people: readonly PersonId[]): Promise<PersonId[]> {
  const kinds = await Promise.all(
    people.slice(0, MAX_DIRECTORY_LOOKUPS).map(async (id) => {
      const person = await world.directory.personLately(id).catch(() => undefined)
      return person && person.kind !== 'member' ? [id] : []
    }),
  )
  return kinds.flat()
}

/** What would be approved without asking anybody. */
export type ExplainedAutomatic = {
  /** Rules for this person and role, and which of their conditions do not hold now whatever is asked. */
  readonly rules: readonly { readonly rule: AutoApproval; readonly unmet: readonly Condition[] }[]
  /** Pre-approved by somebody who may still approve it. */
  readonly given: readonly PreApproval[]
}

const MAX_PRE_APPROVALS_SHOWN = 5

async function explainAutomatic(
  world: World,
  about: { readonly person: PersonId; readonly target: string; readonly role: string },
  policy: Policy,
  approving: Groups,
): Promise<ExplainedAutomatic> {
  const { autoApprove = [] } = policy
  const [now, groups, live] = await Promise.all([
    world.store.reads.now(),
    world.directory.groups(groupsToApproveBy(policy)),
    policy.preApproval ? world.store.preApprovals.live(about, MAX_PRE_APPROVALS_SHOWN) : [],
  ])
  // What depends on the words and the length of the request is not known yet.
  const open = { ...about, duration: 0, reason: '', ticket: undefined }
  return {
    rules: autoApprove
      .map((rule) => ({
        rule,
        unmet: unmet(rule, open, now, groups).filter((one) => one !== 'reason' && one !== 'ticket'),
      }))
      .filter((one) => !one.unmet.includes('role') && !one.unmet.includes('person')),
    given: live.filter(({ giver }) => includes(approversNamed(policy), giver, approving)),
  }
}
