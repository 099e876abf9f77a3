import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { preApprovalName } from '../../../core/access/pre-approval.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { bullets, context, paragraph, rich } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { bold, type Line, listed, moment, say, second, together } from '../../blocks/say.ts'
import { whatWasDone } from '../activity/what-was-done.ts'
import { chain } from '../card/extension.ts'
import { reviewLine } from '../card/review.ts'
import { quoted } from '../card/standing.ts'
import { withTicket } from '../card/ticket.ts'
import { leftBehind } from '../card/told.ts'
import {
  accessName,
  approvedBy,
  boldFirst,
  capital,
  endedHow,
  forHowLong,
  groundsOf,
  lateness,
  sessionsEnded,
  usedOf,
  whyEnded,
  yesesOf,
} from '../phrases.ts'

/** The closing card of a grant, in the thread of its request: asked, approved, given, used, taken back, checked. */
export function receipt(card: Card, names: Names): Message {
  const { request, grant } = card
  const who = names(request.requester)
  if (!grant) return sentence(say`There is no grant to give a receipt for.`)
  const links = chain(card)
  const title = `Receipt for ${grantName(grant.number)}`
  const text = together(
    say`${title}: ${accessName(request)} for ${who}.`,
    request.review ? groundsOf(request, names) : say`${approvals(card, names)}.`,
    sentenceOf(allowed(card, grant)),
    links,
    say`Ended: ${whyEnded(grant, names)}. Used ${usedOf(grant)}.`,
    grant.activatedAt ? say`Done with it: ${whatWasDone(grant.target, card.activity)}` : say``,
    takenBack(grant, who),
    request.review ? reviewLine(request.review, who, names) : say``,
  )
  return message(text, [
    rich(
      paragraph(say`${bold(title)}: ${accessName(request)} for ${who}`),
      bullets(
        [
          say`${bold('Asked')} ${moment(request.createdAt)}${forHowLong(request)}${request.askedBy ? say` by ${names(request.askedBy)}` : ''}${withTicket(request, card.ticketUrl)}`,
          request.review ? groundsOf(request, names) : boldFirst(approvals(card, names)),
          allowed(card, grant),
          given(grant, who),
          ...(links.length > 0 ? [say`${bold('Extension')}: ${links}`] : []),
          say`${bold('Used')} ${usedOf(grant)}`,
          grant.activatedAt
            ? say`${bold('Done with it')}: ${whatWasDone(grant.target, card.activity)}`
            : say``,
          say`${bold('Ended')}${grant.dueAt ? say` ${moment(grant.dueAt)}` : ''}: ${whyEnded(grant, names)}`,
          say`${bold(grant.endOutcome === 'kept-by-other' ? 'Kept' : 'Taken back')}: ${takenBack(grant, who)}`,
          ...(request.review ? [reviewLine(request.review, who, names)] : []),
        ].filter((line) => line.length > 0),
      ),
    ),
    ...quoted(grant.endNote),
    grant.leftBehind.length > 0
      ? rich(
          paragraph(say`${bold('Left behind')}, because it could not be removed safely:`),
          leftBehind(grant.leftBehind),
        )
      : undefined,
    context(
      say`Decided under policy ${grant.policyHash.slice(0, 12)}. The reason is on the card above; every step is in the audit log.`,
    ),
  ])
}

function approvals({ request }: Card, names: Names): Line {
  if (request.rule !== undefined) return capital(approvedBy(request, names))
  return say`Approved by ${listed(
    yesesOf(request).map((one) => {
      const why = one.self ? say`, who asked for it (the policy allows self-approval),` : say``
      const ahead = one.preApproval === undefined ? '' : ` beforehand (${preApprovalName(one.preApproval)}),`
      return say`${names(one.approver)}${why}${ahead} ${moment(one.at)}`
    }),
  )}`
}

function sentenceOf(line: Line): Line {
  return line.length > 0 ? say`${line}.` : line
}

/** Empty where it is what was asked for. */
function allowed({ request }: Card, grant: Grant): Line {
  const less = grant.duration < request.duration
  if (!less && !grant.startsAt) return say``
  const instead = less ? ` instead of ${formatDuration(request.duration)}` : ''
  return say`Allowed: ${formatDuration(grant.duration)}${instead}${grant.startsAt ? say` from ${moment(grant.startsAt)} on` : ''}`
}

function given(grant: Grant, who: string): Line {
  const when = grant.activatedAt ? say` ${moment(grant.activatedAt)}` : say``
  const before = grant.preexisting ? say`; ${who} had this access before` : say``
  return say`${bold('Given')}${when}${grant.account ? say` to the account ${grant.account}` : ''}${before}`
}

function takenBack(grant: Grant, who: string): Line {
  const kept = endedHow(grant, who)
  if (grant.endOutcome === 'kept-by-other') return kept
  const checked = grant.revokedAt
    ? say`Checked in the target ${second(grant.revokedAt)}`
    : say`Checked in the target`
  const late = lateness(grant)
  return together(say`${checked}${late && `, ${late}`}.`, sessionsEnded(grant), kept)
}
