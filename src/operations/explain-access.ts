import { approversOf } from '../core/approval.ts'
import { breakGlassPolicy, groupsToBreakGlass } from '../core/break-glass.ts'
import { findTarget, type Policy } from '../core/catalog.ts'
import type { Capabilities } from '../core/connector.ts'
import { nearest } from '../core/nearest.ts'
import { groupsIn, membersOf, type PersonId } from '../core/person.ts'
import { groupsToAskWith, policyOf, refuseUnlessMember } from '../core/policy.ts'
import type { World } from '../core/ports.ts'
import { type Refused, refuse } from '../core/refusal.ts'
import { type ApprovalStage, approvalsPossible, approversNamed, namedIn } from '../core/stages.ts'
import { type ExplainedAtOnce, explainAtOnce } from './explain-at-once.ts'

/** Which rule applies to this person, and who would be asked. Asks nothing of anybody. */
export type Explained = {
  readonly policy: Policy
  /** Undefined when policy says everyone. */
  readonly approvers: readonly PersonId[] | undefined
  readonly stages: readonly ExplainedStage[]
  /** How many approvals could come together today; fewer than needed means that it cannot be approved. */
  readonly possible: number
  readonly capabilities: Capabilities | undefined
  /** Undefined when no policy lets this person break glass there. */
  readonly breakGlass: { readonly max: number; readonly reviewOpen: boolean } | undefined
  /** Undefined where nothing is approved without asking. */
  readonly atOnce?: ExplainedAtOnce | undefined
}

/** A stage with those who could fill it for this person; undefined when that is everyone. */
export type ExplainedStage = ApprovalStage & { readonly people: readonly PersonId[] | undefined }

export async function explainAccess(
  world: World,
  { by, target, role }: { readonly by: PersonId; readonly target: string; readonly role: string },
): Promise<Explained | Refused> {
  const catalog = world.catalog()
  const person = await world.directory.person(by)
  const stranger = refuseUnlessMember(person)
  if (stranger) return stranger
  const known = findTarget(catalog, target)
  if (!known?.roles.some((one) => one.id === role)) {
    const names = catalog.targets.flatMap((one) => one.roles.map((two) => `${one.id} ${two.id}`))
    const near = nearest(`${target} ${role}`, names)
    return refuse('unknown-target', `There is no “${target} ${role}”.${near ? ` Did you mean ${near}?` : ''}`)
  }
  const [groups, open] = await Promise.all([
    world.directory.groups([
      ...new Set([...groupsToAskWith(catalog, target, role), ...groupsToBreakGlass(catalog)]),
    ]),
    world.store.reads.openReviews(1, by),
  ])
  const policy = policyOf(catalog, target, role, by, groups)
  const glass = breakGlassPolicy(catalog, target, role, by, groups)
  if (!policy) {
    const instead = glass ? ` You may break glass: /elevate break-glass ${target} ${role}.` : ''
    return refuse('not-allowed', `No policy lets you ask for ${role} on ${target}.${instead}`)
  }
  const approving = await world.directory.groups(groupsIn(approversNamed(policy)))
  const mayApprove = (one: PersonId) => one !== by || policy.approve.allowSelfApproval
  const about = { person: by, target, role }
  return {
    atOnce:
      policy.autoApprove || policy.preApproval
        ? await explainAtOnce(world, about, policy, approving)
        : undefined,
    policy,
    approvers: approversOf(policy, [by], approving),
    stages: policy.approve.stages.map((stage) => ({
      ...stage,
      people: membersOf(namedIn(stage), approving)?.filter(mayApprove),
    })),
    possible: approvalsPossible(policy.approve.stages, mayApprove, approving),
    capabilities: world.connector(target)?.capabilities,
    breakGlass: glass && {
      max: glass.duration.max,
      reviewOpen: open.length > 0 && glass.breakGlass?.whileReviewOpen !== 'allow',
    },
  }
}
