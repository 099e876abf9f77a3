/** What whoever asked reads at once: what was asked for, whom it waits for, and how to take it back. */
import { formatDuration } from '../../../core/access/duration.ts'
import { requestName } from '../../../core/access/request.ts'
import { approvalsNeeded } from '../../../core/access/stages.ts'
import type { Asked } from '../../../operations/access/request/request-access.ts'
import { message } from '../../blocks/compose.ts'
import { section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, type Line, moment, say, together } from '../../blocks/say.ts'
import { counted, forHowLong, listedAccess } from '../phrases.ts'
import { askedAnswer } from './acknowledgements.ts'
import { withdrawButton } from './grant-buttons.ts'

export function askedTogetherAnswer(asked: readonly Asked[], names: Names): Message {
  const [first] = asked
  if (!first) throw new Error('an answer about nothing that was asked for')
  const { request } = first
  if (asked.length === 1 && request.askedBy === undefined) return askedAnswer(first)
  const receiver = request.askedBy === undefined ? undefined : names(request.requester)
  const requests = asked.map((one) => one.request)
  const head = say`You asked for ${listedAccess(requests)}${receiver ? say` for ${receiver}` : ''}${sameTime(asked)}.`
  const each = asked.map(eachOf)
  const next = receiver
    ? say`${receiver} has to accept it first, before ${moment(request.lapsesAt)}; only then the approvers are asked. You get a message about each step.`
    : say`Each is decided for itself. You get a message when one is.`
  return message(together(head, say`${between(each, '; ')}.`, next), [
    section(head),
    ...asked.map((one) =>
      section(eachOf(one), one.request.state === 'approved' ? undefined : withdrawButton(one.request)),
    ),
    section(next),
  ])
}

/** Said once where all have it; rules may differ in what is usual. */
function sameTime(asked: readonly Asked[]): Line {
  const lengths = new Set(asked.map(({ request }) => request.duration))
  return lengths.size === 1 && asked[0] ? forHowLong(asked[0].request) : say``
}

function eachOf({ request, allowed }: Asked): Line {
  return say`${requestName(request.number)}: ${bold(request.role)} for ${formatDuration(request.duration)} ${request.state === 'approved' ? 'is approved already' : `needs ${counted(approvalsNeeded(allowed.policy.approve.stages), 'approval')}`} (policy ${allowed.policy.name})`
}
