import { formatDuration } from '../../../core/access/duration.ts'
import { type PreApproval, preApprovalName } from '../../../core/access/pre-approval.ts'
import { clamp } from '../../../core/access/reason.ts'
import { approvalsNeeded } from '../../../core/access/stages.ts'
import type { WorkHours } from '../../../core/people/hours.ts'
import type { PersonId, Presence } from '../../../core/people/person.ts'
import { counted } from '../../../core/plural.ts'
import type {
  Explained,
  ExplainedAutomatic,
  ExplainedStage,
} from '../../../operations/access/request/explain-access.ts'
import { context, messageOf, spokenLine, spokenPoints } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, code, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { accessOf, atTheEnd, nobodyIn, plainNames } from '../phrases.ts'
import { fromWhom } from './approvals.ts'

/** What is so at this moment. */
type ExplainedNow = {
  readonly presence?: ReadonlyMap<PersonId, Presence>
  readonly refusedBecause?: RichText | undefined
}

/** For `/elevate explain`: the rule that applies to this person, and who would be asked. Pings nobody. */
export function explainAnswer(
  asked: { readonly target: string; readonly role: string; readonly receiver?: PersonId | undefined },
  explained: Explained,
  names: Names,
  now: ExplainedNow = {},
): Message {
  const { policy, capabilities } = explained
  const receiver = asked.receiver === undefined ? say`` : say` for ${names(asked.receiver)}`
  const head = say`You may ask for ${accessOf(asked)}${receiver} under the policy ${policy.name}. Nobody was asked now.`
  const facts = [
    ...(now.refusedBecause ? [say`${bold('It would be refused now.')} ${now.refusedBecause}`] : []),
    say`It allows: ${clamp(explained.role.description, 200)} (${explained.role.risk} risk).`,
    approvals(explained, names),
    ...whoIsMissing(explained),
    ...autoApprovalLines(explained.automatic, names),
    ...reachable(explained, now.presence, names),
    ...(asked.receiver === undefined
      ? []
      : [say`First ${names(asked.receiver)} has to accept it; no approver is asked before.`]),
    policy.approve.allowSelfApproval
      ? say`Self-approval: allowed; you may be one of the approvers.`
      : say`Self-approval: not allowed.`,
    say`Time: ${formatDuration(policy.duration.default)} unless you say otherwise, at most ${formatDuration(policy.duration.max)}.`,
    reason(explained),
    ...ticket(explained),
    ...(policy.remindAfter
      ? [
          say`Approvers who do not answer are reminded after ${formatDuration(policy.remindAfter)}, and then ever more rarely.`,
        ]
      : []),
    ...later(explained, names),
    say`Unanswered, it lapses after ${formatDuration(policy.lapseAfter)}.`,
    atTheEnd({ capabilities, request: asked }),
    glass(explained),
  ]
  return messageOf(
    spokenLine(head),
    spokenPoints(facts),
    context(say`The decision is judged anew when it is made, with the policy and the groups of that moment.`),
  )
}

/** For the answer and the form: an on-call group may be empty just now. */
export function whoIsMissing({ emptyGroups = [], fallbackNow = false }: Explained): readonly RichText[] {
  if (emptyGroups.length === 0 && !fallbackNow) return []
  const nobody = emptyGroups.length > 0 ? nobodyIn(emptyGroups) : say``
  const instead = fallbackNow ? say`So the fallback approvers would be asked at once.` : say``
  return [together(nobody, instead)]
}

function approvals(explained: Explained, names: Names): RichText {
  const { stages, possible } = explained
  const needed = approvalsNeeded(stages)
  if (possible < needed)
    return say`Approvers: it needs ${counted(needed, 'approval')}, and only ${counted(possible, 'person', 'people')} could give one that counts now, so it cannot be approved. Tell whoever looks after elevate here.`
  return say`Approvers: it needs ${approvalsOf(explained, names, 15)}.`
}

/** `2 approvals: one of Ben or Cho and one of Sam`, with at most so many names; mentions nobody. */
function approvalsOf({ stages }: Pick<Explained, 'stages'>, names: Names, maxNamed: number): RichText {
  const maxEach = Math.max(2, Math.floor(maxNamed / stages.length))
  const who = new Map(stages.map((stage) => [stage, namesIn(stage, names, maxEach)]))
  const needed = counted(approvalsNeeded(stages), 'approval')
  return say`${needed}${fromWhom(stages, (stage) => who.get(stage as ExplainedStage) ?? say``)}`
}

function namesIn({ people }: ExplainedStage, names: Names, maxNamed: number): RichText {
  return people ? plainNames(people, names, maxNamed, 'or') : say`anybody here`
}

/** Who of them would see it soon. Slack knows who is at the keyboard, and nothing of holidays. */
function reachable(
  { approvers, gone }: Explained,
  presence: ReadonlyMap<PersonId, Presence> | undefined,
  names: Names,
): RichText[] {
  const of = (wanted: Presence) => (approvers ?? []).filter((one) => presence?.get(one) === wanted)
  const [here, away] = [of('active'), of('away')]
  const said =
    here.length + away.length === 0
      ? say``
      : here.length === 0
        ? say`None of them is active in Slack now.`
        : say`Active in Slack now: ${plainNames(here, names, 10)}.`
  const others = here.length > 0 && away.length > 0 ? say`Away: ${plainNames(away, names, 10)}.` : say``
  const left =
    gone.length > 0 ? say`${plainNames(gone, names, 5)} cannot approve: no longer a member here.` : say``
  return [together(said, others), left].filter((line) => line.length > 0)
}

function later({ fallback }: Explained, names: Names): RichText[] {
  if (!fallback) return []
  const who = fallback.people ? plainNames(fallback.people, names, 5, 'or') : say`anybody here`
  return [say`Undecided after ${formatDuration(fallback.after)}, ${who} may approve as well.`]
}

function ticket({ policy }: Explained): RichText[] {
  if (!policy.ticket) return []
  const { required, hint, pattern } = policy.ticket
  return [
    say`Ticket: ${required ? 'needed' : 'if there is one'}. ${clamp(hint ?? `It must match ${pattern}.`, 200)}`,
  ]
}

function reason({ policy }: Explained): RichText {
  const { minLength, hint } = policy.reason
  const length = minLength > 1 ? `at least ${minLength} characters` : 'a few words'
  return say`Reason: ${length}.${hint ? ` ${clamp(hint, 200)}` : ''}`
}

function glass({ breakGlass }: Explained): RichText {
  if (!breakGlass) return say`Break-glass: not possible for you here.`
  const time = formatDuration(breakGlass.max)
  if (breakGlass.reviewOpen)
    return say`Break-glass: up to ${time}, but not before somebody has reviewed your last one.`
  return say`Break-glass: possible without approval for up to ${time}; everybody is told, and somebody else reviews it.`
}

/** What would be approved without asking anybody, said before it is asked. */

/** For the answer to explain and the form. */
export function autoApprovalLines(atOnce: ExplainedAutomatic | undefined, names: Names): readonly RichText[] {
  if (!atOnce) return []
  return [...atOnce.rules.map(ruleLine), ...atOnce.given.map((one) => givenLine(one, names))].slice(
    0,
    MAX_RULES_SHOWN,
  )
}

const MAX_RULES_SHOWN = 5

function ruleLine({ rule, unmet }: ExplainedAutomatic['rules'][number]): RichText {
  const conditions = [
    ...(rule.maxDuration === undefined ? [] : [say`it is for at most ${formatDuration(rule.maxDuration)}`]),
    ...(rule.reasonPattern === undefined
      ? []
      : [say`the reason matches ${code(clamp(rule.reasonPattern.source, 80))}`]),
    ...(rule.ticketPattern === undefined
      ? []
      : [say`the ticket matches ${code(clamp(rule.ticketPattern.source, 80))}`]),
    ...(rule.hours ? [say`it is asked ${hoursOf(rule.hours)}`] : []),
  ]
  const only = conditions.length > 0 ? say` when ${between(conditions, ', and ')}` : say``
  const now = unmet.includes('hours') ? say` So not now.` : say``
  return say`The rule ${bold(rule.name)} approves at once${only}.${now}`
}

/** `mon to fri from 08:00 to 18:00 (Europe/Berlin)`. */
function hoursOf({ days, from, to, timezone }: WorkHours): string {
  const on = days.length === 7 ? '' : `on ${days.join(', ')} `
  return `${on}from ${from} to ${to} (${timezone})`
}

function givenLine(one: PreApproval, names: Names): RichText {
  return say`${names(one.giver)} has approved it beforehand, each up to ${formatDuration(one.each)}, until ${moment(one.endsAt)} (${preApprovalName(one.number)}).`
}
