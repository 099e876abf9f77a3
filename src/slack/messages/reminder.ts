import { formatDuration } from '../../core/duration.ts'
import { requestName } from '../../core/request.ts'
import type { Card } from '../../operations/read-card.ts'
import { sentence } from '../blocks/compose.ts'
import type { Message, Names } from '../blocks/message.ts'
import { type Line, moment, say, together } from '../blocks/say.ts'
import { accessOf, counted, mentionsOf } from './phrases.ts'

/** In the thread of the card, for those who have not answered yet; it alerts them. */
export function reminder(card: Card, names: Names): Message {
  const { request, needed, approvals } = card
  const missing = Math.max(1, needed - approvals.length)
  const whom = silent(card)
  return sentence(
    together(
      say`${requestName(request.number)} still waits: ${names(request.requester)} asks for ${accessOf(request)} for ${formatDuration(request.duration)}.`,
      say`It needs ${counted(missing, 'more approval')}${whom.length > 0 ? say` from ${whom}` : ''}, and lapses ${moment(request.lapsesAt)}.`,
    ),
  )
}

const MOST = 10

/** The groups, as long as nobody answered; then, without those who did, the people. */
function silent({ policy, approvers, approvals }: Card): Line {
  if (!policy || approvals.length === 0) return mentionsOf(policy?.approve.from ?? [])
  const left = (approvers ?? []).filter((one) => !approvals.includes(one))
  return mentionsOf(left.slice(0, MOST).map((id) => ({ kind: 'person', id })))
}
