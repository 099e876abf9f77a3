/** How an approval is said: of one stage in half a sentence, of several one after the other. */

import type { ReviewOutcome } from '../../../core/access/lifecycle.ts'
import { type Request, type Review, requestName } from '../../../core/access/request.ts'
import { approvalsNeeded, type FilledStage, namedIn, stillMissing } from '../../../core/access/stages.ts'
import type { ApprovalStage } from '../../../core/catalog.ts'
import { counted, plural } from '../../../core/plural.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import type { Names } from '../../blocks/message.ts'
import { bold, listed, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { accessOf, approvalsIn, mentionsOf, plainNames } from '../phrases.ts'

/** So many are mentioned in all stages together. */
const MAX_MENTIONED = 10

type Whose = (stage: ApprovalStage) => RichText

/** Mentions whom a stage names; with more stages, fewer of each. */
function mentioning(stages: number): Whose {
  return (stage) => {
    const who = namedIn(stage)
    if (who.some((one) => one.kind === 'everyone')) return say`anybody here`
    const maxEach = Math.max(2, Math.floor(MAX_MENTIONED / stages))
    if (!stage.alert) return mentionsOf(who, maxEach)
    const { mention, named } = stage.alert
    // People in quiet hours are named and not alerted; approvers whom the policy names as quiet are neither.
    const rest = named.slice(0, maxEach).map((name) => say`${name} (quiet hours)`)
    const awake = mentionsOf(mention, maxEach)
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
        lone && !stage.fallback ? who(stage) : say`${plural(count, 'one', `${count}`)} of ${who(stage)}`
      return name ? say`${source} (${name})` : source
    }),
  )
}

/** `Ben for @dba`: who filled which stage so far. */
function filledBy(stages: readonly FilledStage[], names: Names): RichText {
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
  return say`${plural(count, 'an approval', `${count} approvals`)}${fromWhom(stages)}`
}

/** `one more approval`, `2 more approvals`, and from whom where it matters who. */
export function moreApprovals(missing: readonly ApprovalStage[], staged: boolean): RichText {
  const count = Math.max(1, approvalsNeeded(missing))
  const more = plural(count, 'one more approval', `${count} more approvals`)
  return staged ? say`${more}: ${eachStage(missing)}` : say`${more}`
}

/** Of a request that waits: what it has, what it needs, and whether that can come together. */
export function approvalsSoFar(card: Card, names: Names): RichText {
  const { request, policy, approvals, needed, possible, stages } = card
  const few = possible === 0 ? 'nobody' : `only ${counted(possible, 'person', 'people')}`
  const nobody =
    policy && possible < needed
      ? say`Now ${few} could give ${plural(needed, 'it', 'one that counts')}, so it cannot be approved: the policy’s groups are too small, or Slack did not tell who is in them.`
      : say``
  const from = stages.length > 0 ? approvalsFrom(stages) : say`an approval`
  const have = approvals.length > 0 ? someOf(card, names) : say`${bold('Waiting')} for ${from}.`
  return together(have, nobody, say`It lapses ${moment(request.lapsesAt)}.`)
}

function someOf({ stages, approvals, needed }: Card, names: Names): RichText {
  const have = bold(`${approvals.length} of ${needed} approvals`)
  const missing = stillMissing(stages)
  if (stages.length > 1)
    return say`${have}: ${filledBy(stages, names)}. It still needs ${eachStage(missing)}.`
  const left = Math.max(1, needed - approvals.length)
  return say`${have}, by ${plainNames(approvals, names)}. It needs ${plural(left, 'one', `${left}`)} more${fromWhom(missing)}.`
}

/** Of one that lapsed: `nobody answered`, `only 1 of 2 approvals came`. */
export function approvalsThatCame(request: Request, needed: number): string {
  const have = approvalsIn(request).length
  return have === 0 ? 'nobody answered' : `only ${have} of ${needed} approvals came`
}

/** What is said about the review that break-glass owes, the same on cards, receipts, Home and in the digest. */

/** Before the title of whatever was taken in this way. A picture for the eye; the words say it to everybody. */
export const BREAK_GLASS = '🚨 Break-glass'

/** The colour of everything that is break-glass, for as long as nobody has reviewed it. */
export const UNREVIEWED = { bar: '#d7263d', says: 'Break-glass that nobody has reviewed yet.' } as const

export const OUTCOMES: Record<ReviewOutcome, string> = {
  justified: 'justified',
  unjustified: 'not justified',
}

export function reviewLine(review: Review, user: string, names: Names): RichText {
  if (review.state === 'open')
    return say`${bold('The review is open')}: an approver or security, and not ${user}, has to write it.`
  const when = review.closedAt ? say` ${moment(review.closedAt)}` : say``
  return say`${bold('Reviewed')} by ${names(review.reviewer ?? '')}${when}: ${OUTCOMES[review.state]}.`
}

/** One that waits, in a list. */
export function openReviewLine(request: Request, names: Names): RichText {
  const when = request.review ? say` ${moment(request.review.openedAt)}` : say``
  return say`${names(request.requester)} took ${accessOf(request)} by break-glass${when} (${requestName(request.number)}); the review is open.`
}
