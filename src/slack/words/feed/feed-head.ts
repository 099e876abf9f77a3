import { formatDuration } from '../../../core/access/duration.ts'
import { grantName } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { requestName } from '../../../core/access/request.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { message } from '../../blocks/compose.ts'
import { actions, context, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { bold, type Line, moment, say, together } from '../../blocks/say.ts'
import { endButton } from '../card/grant-buttons.ts'
import { type Stage, stageOf } from '../card/stage.ts'
import { everythingButton } from '../grant/everything.ts'
import { accessOf, approvedBy, capital } from '../phrases.ts'
import { type FeedLine, feedLine } from './feed-line.ts'

const REASON = 200

/** What the steps of a request hang under in the security channel: how it stands now. Pings nobody. */
export function feedHead(card: Card, names: Names): Message {
  const { request, grant, role } = card
  const stage = stageOf(card)
  const who = names(request.requester)
  const line = headLine(card, stage, names)
  const reason = say`“${clamp(request.reason.replace(/\s+/g, ' '), REASON)}”`
  const facts = together(
    say`${requestName(request.number)}${grant ? ` · ${grantName(grant.number)}` : ''} · asked ${moment(request.createdAt)} for ${formatDuration(request.duration)}${role ? ` · ${role.risk} risk` : ''}`,
    reason,
  )
  return message(together(line, say`Reason: ${clamp(request.reason, 400)}`), [
    section(line),
    context(facts),
    stage === 'active' && grant
      ? actions(endButton(grant, who), everythingButton(request.requester, who))
      : undefined,
  ])
}

/** The newest step says it, except while elevate is at work. */
function headLine({ request, grant, ticketUrl }: Card, stage: Stage, names: Names): Line {
  const who = names(request.requester)
  const said = (what: FeedLine['what'] & ('asked' | 'decided' | 'given' | 'ended' | 'not-given')) =>
    feedLine({ what, request, grant, ticketUrl }, names)
  switch (stage) {
    case 'pending':
      return said('asked')
    case 'active':
      return together(said('given'), request.review ? say`` : say`${capital(approvedBy(request, names))}.`)
    case 'ending':
      return grant?.stuckSince
        ? say`${bold('Still there after its time')}: ${accessOf(request)} for ${who}. elevate keeps trying to take it back.`
        : say`${bold('Ending')}: ${accessOf(request)} for ${who}.`
    case 'undoing':
    case 'not-given':
      return said('not-given')
    case 'ended':
      return said('ended')
    default:
      return said('decided')
  }
}
