/** What is said about the review that break-glass owes, the same on cards, receipts, Home and in the digest. */
import { type Request, requestName } from '../../../core/access/request.ts'
import type { Review, ReviewOutcome } from '../../../core/access/review.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { button, section } from '../../blocks/layout.ts'
import type { Block, Button, Names } from '../../blocks/message.ts'
import { bold, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessName, accessOf, mentionsOf } from '../phrases.ts'
import { quoted } from './phases.ts'

/** Before the title of whatever was taken in this way. A picture for the eye; the words say it to everybody. */
export const BREAK_GLASS = '🚨 Break-glass'

/** The colour of everything that is break-glass, for as long as nobody has reviewed it. */
export const UNREVIEWED = { bar: '#d7263d', says: 'Break-glass that nobody has reviewed yet.' } as const

export const OUTCOMES: Record<ReviewOutcome, string> = {
  justified: 'justified',
  unjustified: 'not justified',
}

/** Whether it was reviewed. While it was not, who is to do it is mentioned: the first post alerts them all. */
export function reviewOf({ request, overseers }: Pick<Card, 'request' | 'overseers'>, names: Names): Block[] {
  const { review } = request
  if (!review) return []
  const mentioned = review.state === 'open' ? mentionsOf(overseers) : []
  const alert = mentioned.length > 0 ? say`${mentioned}: please look at this now.` : say``
  return [
    section(together(alert, reviewLine(review, names(request.requester), names))),
    ...quoted(review.note),
  ]
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

/** For approvers and security; whoever else presses it is refused. */
export function reviewButton(request: Request, names: Names): Button {
  return button({
    action: ACTION.review,
    text: 'Review…',
    label: `Review ${requestName(request.number)}: ${accessName(request)} for ${names(request.requester)}`,
    value: request.id,
  })
}
