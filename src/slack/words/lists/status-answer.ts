import { isWaiting } from '../../../core/access/grant.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import type { Capabilities } from '../../../core/connector.ts'
import type { AccessList } from '../../../operations/access/list-access.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { actions, context, section } from '../../blocks/layout.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, bold, code, type Line, say, together } from '../../blocks/say.ts'
import { grantLine, pendingLine, toDecideLine } from '../card/access-lines.ts'
import { decisionButtons } from '../card/decision-buttons.ts'
import { acceptButtons, offeredLine, offersIn } from '../card/for-another.ts'
import { ownButtons, withdrawButton } from '../card/grant-buttons.ts'
import { openReviewLine, reviewButton } from '../card/review.ts'
import { quarantineLasts } from '../log/quarantine-notice.ts'
import { counted } from '../phrases.ts'

/** With its buttons each takes two blocks; Home has them all. */
const MOST = 2

/** For `/elevate status`: what this person has, asked for, and could decide. */
export function statusAnswer(
  list: AccessList,
  names: Names,
  capabilities: (target: string) => Capabilities | undefined,
): Message {
  const { grants, toAccept, toDecide, toReview } = list
  const pending = list.requests.filter(
    (request) => canRequest('withdraw', request.state) && !toAccept.includes(request),
  )
  const warning = list.quarantine && quarantineLasts(list.quarantine)
  if (grants.length + pending.length + toAccept.length + toDecide.length + toReview.length === 0)
    return sentence(
      warning
        ? together(warning, say`It knows of no access of yours and of nothing that waits for an answer.`)
        : together(
            say`You have no access through elevate now, and nothing waits for an answer.`,
            list.mayAsk.length > 0 ? say`${code('/elevate')} asks for some.` : say``,
          ),
    )
  const said: Line[] = warning ? [warning] : []
  const part = <T>(
    title: string,
    items: readonly T[],
    line: (item: T) => Line,
    buttons: (item: T) => Block[],
    most = MOST,
  ): Block[] => {
    if (items.length === 0) return []
    const shown = items.slice(0, most)
    said.push(say`${title}:`, ...shown.map(line))
    const rest = items.length - shown.length
    return [
      section(say`${bold(title)}`),
      ...shown.flatMap((item) => [section(line(item)), ...buttons(item)]),
      ...(rest > 0
        ? [context(say`And ${counted(rest, 'more', 'more')}; elevate’s Home tab shows all.`)]
        : []),
    ]
  }
  const blocks = [
    ...(warning ? [section(warning)] : []),
    ...part(
      'You have',
      grants,
      ({ grant }) => grantLine(grant, list.now),
      ({ grant }) =>
        grant.state === 'active' || isWaiting(grant) ? [ownButtons(grant, capabilities(grant.target))] : [],
    ),
    ...part(
      'You asked for',
      pending,
      (request) => pendingLine(request, names),
      (request) => [actions(withdrawButton(request))],
    ),
    ...part(
      'For you to accept',
      offersIn(toAccept),
      (offer) => offeredLine(offer, names),
      ([first]) => [acceptButtons(first)],
      1,
    ),
    ...part(
      'Waiting for you',
      toDecide,
      (request) => toDecideLine(request, names(request.requester)),
      (request) => [decisionButtons({ request }, names)],
    ),
    ...part(
      'To review',
      toReview,
      (request) => openReviewLine(request, names),
      (request) => [actions(reviewButton(request, names))],
    ),
  ]
  return message(between(said, ' '), blocks)
}
