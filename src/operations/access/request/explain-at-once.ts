import {
  type AutoApproval,
  type Condition,
  groupsToApproveBy,
  unmet,
} from '../../../core/access/auto-approval.ts'
import type { PreApproval } from '../../../core/access/pre-approval.ts'
import { approversNamed } from '../../../core/access/stages.ts'
import type { Policy } from '../../../core/catalog.ts'
import { type Groups, includes, type PersonId } from '../../../core/people/person.ts'
import type { World } from '../../world.ts'

/** What would be approved without asking anybody. */
export type ExplainedAtOnce = {
  /** Rules for this person and role, and which of their conditions do not hold now whatever is asked. */
  readonly rules: readonly { readonly rule: AutoApproval; readonly unmet: readonly Condition[] }[]
  /** Given beforehand by somebody who may still approve it. */
  readonly given: readonly PreApproval[]
}

const MOST = 5

export async function explainAtOnce(
  world: World,
  about: { readonly person: PersonId; readonly target: string; readonly role: string },
  policy: Policy,
  approving: Groups,
): Promise<ExplainedAtOnce> {
  const { autoApprove = [] } = policy
  const [now, groups, live] = await Promise.all([
    world.store.reads.now(),
    world.directory.groups(groupsToApproveBy(policy)),
    policy.preApproval ? world.store.preApprovals.live(about, MOST) : [],
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
