import { requestName } from '../../../core/access/request.ts'
import { stillMissing } from '../../../core/access/stages.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { sentence } from '../../blocks/compose.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { type Line, moment, say, together } from '../../blocks/say.ts'
import { accessOf, counted, forHowLong, mentionsOf } from '../phrases.ts'
import { fromWhom } from './approval-stages.ts'

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

const MOST = 10

/** The groups of the stages that nobody filled; where somebody did, the people without those who did. */
function silent({ stages, approvers, pinged, approvals }: Card): Line {
  const missing = stillMissing(stages)
  const begun = stages.length === 1 && approvals.length > 0
  if (!begun) return fromWhom(missing)
  const left = (pinged ?? approvers ?? []).filter((one) => !approvals.includes(one))
  return fromWhom(missing, () => mentionsOf(left.slice(0, MOST).map((id) => ({ kind: 'person', id }))))
}
