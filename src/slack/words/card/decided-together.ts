/** After one press about several roles: what became of each, so that nobody takes a part for the whole. */
import { type Request, requestName, type Verdict } from '../../../core/access/request.ts'
import type { DecidedTogether } from '../../../operations/access/decide/decide-together.ts'
import { message } from '../../blocks/compose.ts'
import { bullets, rich, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, type Line, say } from '../../blocks/say.ts'
import { counted } from '../phrases.ts'
import { moreApprovals } from './approval-stages.ts'

export function decidedTogetherAnswer(
  { decided, overtaken, left }: DecidedTogether,
  verdict: Verdict,
  names: Names,
): Message {
  const about = (request: Request) => say`${requestName(request.number)}, ${bold(request.role)}`
  const each: Line[] = [
    ...decided.map((one) =>
      one.outcome === 'denied'
        ? say`${about(one.request)}: denied. Nothing was given.`
        : one.outcome === 'approved'
          ? say`${about(one.request)}: approved.`
          : say`${about(one.request)}: your yes counts. It needs ${moreApprovals(one.missing, one.staged)}.`,
    ),
    ...overtaken.map(
      ({ request, answer }) =>
        say`${about(request)}: nothing was changed. ${answer.refused.text.replace(MENTION, (_, id: string) => names(id))}`,
    ),
    ...left.map((request) => say`${about(request)}: not yours to decide, or you have already; it waits.`),
  ]
  const [first] = [...decided.map((one) => one.request), ...overtaken.map((one) => one.request)]
  const who = first ? ` for ${names(first.requester)}` : ''
  const head = say`You ${verdict === 'approve' ? 'approved' : 'denied'} ${counted(decided.length, 'request')}${who}:`
  return message(between([head, ...each], ' '), [section(head), rich(bullets(each))])
}

const MENTION = /<@([UW][A-Z0-9]+)>/g
