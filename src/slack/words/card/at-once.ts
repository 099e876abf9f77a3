/** What would be approved without asking anybody, said before it is asked. */
import { formatDuration } from '../../../core/access/duration.ts'
import { type PreApproval, preApprovalName } from '../../../core/access/pre-approval.ts'
import { clamp } from '../../../core/access/reason.ts'
import type { WorkHours } from '../../../core/people/hours.ts'
import type { ExplainedAtOnce } from '../../../operations/access/request/explain-at-once.ts'
import type { Names } from '../../blocks/message.ts'
import { between, bold, code, type Line, moment, say } from '../../blocks/say.ts'

/** For the answer to explain and the form. */
export function atOnceLines(atOnce: ExplainedAtOnce | undefined, names: Names): readonly Line[] {
  if (!atOnce) return []
  return [...atOnce.rules.map(ruleLine), ...atOnce.given.map((one) => givenLine(one, names))].slice(0, MOST)
}

const MOST = 5

function ruleLine({ rule, unmet }: ExplainedAtOnce['rules'][number]): Line {
  const conditions = [
    ...(rule.maxDuration === undefined ? [] : [say`it is for at most ${formatDuration(rule.maxDuration)}`]),
    ...(rule.reasonPattern === undefined
      ? []
      : [say`the reason matches ${code(clamp(rule.reasonPattern, 80))}`]),
    ...(rule.ticketPattern === undefined
      ? []
      : [say`the ticket matches ${code(clamp(rule.ticketPattern, 80))}`]),
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

function givenLine(one: PreApproval, names: Names): Line {
  return say`${names(one.giver)} has approved it beforehand, each up to ${formatDuration(one.each)}, until ${moment(one.endsAt)} (${preApprovalName(one.number)}).`
}
