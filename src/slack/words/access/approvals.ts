/** How an approval is said: of one stage in half a sentence, of several one after the other. */

import { requestName } from '../../../core/access/request.ts'
import {
  type ApprovalStage,
  approvalsNeeded,
  type FilledStage,
  namedIn,
  stillMissing,
} from '../../../core/access/stages.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { sentence } from '../../blocks/compose.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { listed, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { accessOf, counted, forHowLong, mentionsOf, plainNames } from '../phrases.ts'

/** So many are mentioned in all stages together. */
const MAX_MENTIONED = 10

type Whose = (stage: ApprovalStage) => RichText

/** Mentions whom a stage names; with more stages, fewer of each. */
function mentioning(stages: number): Whose {
  return (stage) => {
    const who = namedIn(stage)
    if (who.some((one) => one.kind === 'everyone')) return say`anybody here`
    const most = Math.max(2, Math.floor(MAX_MENTIONED / stages))
    if (!stage.alert) return mentionsOf(who, most)
    const { mention, named } = stage.alert
    // Whoever rests is named and not alerted; whoever is quiet is neither.
    const rest = named.slice(0, most).map((name) => say`${name} (quiet hours)`)
    const awake = mentionsOf(mention, most)
    return listed([...(awake.length > 0 ? [awake] : []), ...rest], 'or')
  }
}

/** ` from @dba`, `: one of @dba, one of @security`; goes on from a number of approvals. */
export function fromWhom(stages: readonly ApprovalStage[], who: Whose = mentioning(stages.length)): RichText {
  const [only] = stages
  if (only && stages.length === 1) {
    const source = who(only)
    return source.length > 0 ? say` from ${source}` : say``
  }
  return stages.length > 1 ? say`: ${eachStage(stages, who)}` : say``
}

/** `one of @dba, one of @security`. */
export function eachStage(
  stages: readonly ApprovalStage[],
  who: Whose = mentioning(stages.length),
): RichText {
  return listed(
    stages.map((stage) => {
      const { name, count } = stage
      const lone = count === 1 && stage.from.length === 1 && stage.from[0]?.kind === 'person'
      const source =
        lone && !stage.fallback ? who(stage) : say`${count === 1 ? 'one' : count} of ${who(stage)}`
      return name ? say`${source} (${name})` : source
    }),
  )
}

/** `Ben for @dba`: who filled which stage so far. */
export function filledBy(stages: readonly FilledStage[], names: Names): RichText {
  return listed(
    stages
      .filter((stage) => stage.by.length > 0)
      .map((stage) => say`${plainNames(stage.by, names)} for ${stage.name ?? mentionsOrAnybody(stage)}`),
  )
}

function mentionsOrAnybody(stage: ApprovalStage): RichText {
  return mentioning(MAX_MENTIONED)({ from: stage.from, count: stage.count })
}

/** `2 approvals: one of @dba and one of @security`; pings whom it names. */
export function approvalsFrom(stages: readonly ApprovalStage[]): RichText {
  const count = approvalsNeeded(stages)
  return say`${count === 1 ? 'an approval' : `${count} approvals`}${fromWhom(stages)}`
}

/** `one more approval`, `2 more approvals`, and from whom where it matters who. */
export function moreApprovals(missing: readonly ApprovalStage[], staged: boolean): RichText {
  const count = Math.max(1, approvalsNeeded(missing))
  const more = count === 1 ? 'one more approval' : `${count} more approvals`
  return staged ? say`${more}: ${eachStage(missing)}` : say`${more}`
}

/** In the thread of the card, for those who have not answered yet; it alerts them. */
export function reminder(
  card: Card,
  names: Names,
  { direct = false }: { readonly direct?: boolean } = {},
): Message {
  const { request, needed, approvals } = card
  const missing = Math.max(1, needed - approvals.length)
  return sentence(
    together(
      say`${requestName(request.number)} still waits: ${names(request.requester)} asks for ${accessOf(request)}${forHowLong(request)}.`,
      say`It needs ${counted(missing, 'more approval')}${direct ? say`, and you can give one` : silent(card)}, and lapses ${moment(request.lapsesAt)}.`,
    ),
  )
}

const MAX_REMINDED = 10

/** The groups of the stages that nobody filled; where somebody did, the people without those who did. */
function silent({ stages, approvers, pinged, approvals }: Card): RichText {
  const missing = stillMissing(stages)
  const begun = stages.length === 1 && approvals.length > 0
  if (!begun) return fromWhom(missing)
  const left = (pinged ?? approvers ?? []).filter((one) => !approvals.includes(one))
  return fromWhom(missing, () =>
    mentionsOf(left.slice(0, MAX_REMINDED).map((id) => ({ kind: 'person', id }))),
  )
}
