import { formatDuration } from '../../core/duration.ts'
import { approvalsNeeded } from '../../core/stages.ts'
import type { Explained, ExplainedStage } from '../../operations/explain-access.ts'
import { message } from '../blocks/compose.ts'
import { bullets, context, rich, section } from '../blocks/layout.ts'
import type { Message, Names } from '../blocks/message.ts'
import { between, type Line, say } from '../blocks/say.ts'
import { fromWhom } from './approval-stages.ts'
import { atOnceLines } from './at-once.ts'
import { atTheEnd } from './at-the-end.ts'
import { accessOf, counted, plainNames } from './phrases.ts'

/** For `/elevate explain`: the rule that applies to this person, and who would be asked. Pings nobody. */
export function explainAnswer(
  asked: { readonly target: string; readonly role: string },
  explained: Explained,
  names: Names,
): Message {
  const { policy, capabilities } = explained
  const head = say`You may ask for ${accessOf(asked)} under the policy ${policy.name}. Nobody was asked now.`
  const facts = [
    approvals(explained, names),
    ...atOnceLines(explained.atOnce, names),
    policy.approve.allowSelfApproval
      ? say`Self-approval: allowed; you may be one of the approvers.`
      : say`Self-approval: not allowed.`,
    say`Time: ${formatDuration(policy.duration.default)} unless you say otherwise, at most ${formatDuration(policy.duration.max)}.`,
    reason(explained),
    ...(policy.remindAfter
      ? [
          say`Who does not answer is reminded after ${formatDuration(policy.remindAfter)}, and again, ever later.`,
        ]
      : []),
    say`Unanswered, it lapses after ${formatDuration(policy.lapseAfter)}.`,
    atTheEnd({ capabilities, request: asked }),
    glass(explained),
  ]
  return message(between([head, ...facts], ' '), [
    section(head),
    rich(bullets(facts)),
    context(say`The decision is judged anew when it is made, with the policy and the groups of that moment.`),
  ])
}

function approvals(explained: Explained, names: Names): Line {
  const { stages, possible } = explained
  const needed = approvalsNeeded(stages)
  if (possible < needed)
    return say`Approvers: it needs ${counted(needed, 'approval')}, and only ${counted(possible, 'person', 'people')} could give one that counts now, so it cannot be approved. Tell whoever looks after elevate here.`
  return say`Approvers: it needs ${approvalsOf(explained, names, 15)}.`
}

/** `2 approvals: one of Ben or Cho and one of Sam`, with at most so many names; mentions nobody. */
export function approvalsOf({ stages }: Pick<Explained, 'stages'>, names: Names, most: number): Line {
  const room = Math.max(2, Math.floor(most / stages.length))
  const who = new Map(stages.map((stage) => [stage, namesIn(stage, names, room)]))
  const needed = counted(approvalsNeeded(stages), 'approval')
  return say`${needed}${fromWhom(stages, (stage) => who.get(stage as ExplainedStage) ?? say``)}`
}

function namesIn({ people }: ExplainedStage, names: Names, most: number): Line {
  return people ? plainNames(people, names, most, 'or') : say`anybody here`
}

function reason({ policy }: Explained): Line {
  const { minLength, hint } = policy.reason
  const length = minLength > 1 ? `at least ${minLength} characters` : 'a few words'
  return say`Reason: ${length}.${hint ? ` ${hint}` : ''}`
}

function glass({ breakGlass }: Explained): Line {
  if (!breakGlass) return say`Break-glass: not possible for you here.`
  const time = formatDuration(breakGlass.max)
  if (breakGlass.reviewOpen)
    return say`Break-glass: up to ${time}, but not before somebody has reviewed your last one.`
  return say`Break-glass: possible without approval for up to ${time}; everybody is told, and somebody else reviews it.`
}
