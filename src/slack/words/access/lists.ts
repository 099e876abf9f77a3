import { formatDuration } from '../../../core/access/duration.ts'
import { isWaiting } from '../../../core/access/grant.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import type { Entitlement } from '../../../core/access/policy.ts'
import { clamp } from '../../../core/access/reason.ts'
import type { Capabilities } from '../../../core/connector.ts'
import type { AccessList } from '../../../operations/access/list-access.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { actions, bullets, button, context, linesThatFit, rich, section } from '../../blocks/layout.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, bold, code, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { quarantineLasts } from '../log/log-notices.ts'
import { accessOf, counted } from '../phrases.ts'
import { decisionButtons, ownButtons, withdrawButton } from './buttons.ts'
import { acceptButtons, offeredLine, offersIn } from './for-another.ts'
import { grantLine, pendingLine, toDecideLine } from './phases.ts'
import { preApprovalLine } from './pre-approval.ts'
import { openReviewLine, reviewButton } from './review.ts'

const MAX_LIST_LINES = 40
const LIST_CHARS = 9_500

type Part = { readonly title: string; readonly lines: readonly RichText[]; readonly acts: boolean }

/**
 * For `/elevate list`: what waits for this person, what he has and for how long still, what he asked for, and what he
 * may ask for. `from` is the first line to show, from 0; one that is no longer there begins anew.
 */
export function listAnswer(list: AccessList, names: Names, from = 0): Message {
  const parts = partsOf(list, names).filter((part) => part.lines.length > 0)
  const all = parts.flatMap((part) => part.lines.map((line) => ({ part, line })))
  if (all.length === 0) return sentence(NOTHING_TO_ASK)
  const start = from < all.length ? from : 0
  const left = all.slice(start)
  const fit = linesThatFit(
    left.map((one) => one.line),
    LIST_CHARS,
    MAX_LIST_LINES,
  )
  const shown = left.slice(0, Math.max(1, fit.length))
  const groups = parts.flatMap((part) => {
    const lines = shown.filter((one) => one.part === part).map((one) => one.line)
    const of = part.lines.length > lines.length ? ` (${lines.length} of ${part.lines.length})` : ''
    return lines.length > 0 ? [{ title: `${part.title}${of}`, lines }] : []
  })
  return message(between([...groups.flatMap(({ title, lines }) => [say`${title}:`, ...lines])], ' '), [
    ...groups.flatMap(({ title, lines }) => [section(say`${bold(title)}`), rich(bullets(lines))]),
    context(hint(list, parts)),
    actions(...pageButtons(start, start + shown.length, all.length), askButton()),
  ])
}

function partsOf(list: AccessList, names: Names): readonly Part[] {
  const { toAccept, toDecide, toReview, grants, mayAsk, preApprovals, now } = list
  const waiting = list.requests.filter(
    (request) => canRequest('withdraw', request.state) && !toAccept.includes(request),
  )
  return [
    {
      title: 'For you to accept',
      lines: offersIn(toAccept).map((offer) => offeredLine(offer, names)),
      acts: true,
    },
    {
      title: 'Waiting for you',
      lines: toDecide.map((request) => toDecideLine(request, names(request.requester))),
      acts: true,
    },
    { title: 'To review', lines: toReview.map((request) => openReviewLine(request, names)), acts: true },
    { title: 'You have', lines: grants.map(({ grant }) => grantLine(grant, now)), acts: true },
    { title: 'You asked for', lines: waiting.map((request) => pendingLine(request, names)), acts: true },
    {
      title: 'Approved beforehand',
      lines: (preApprovals?.live ?? []).map((one) => preApprovalLine(one, names)),
      acts: true,
    },
    { title: 'You may ask for', lines: mayAsk.map((one) => say`${entitlementLine(one)}.`), acts: false },
  ]
}

/** How to act on what is listed, and how to ask in one line. */
function hint({ mayAsk: [example] }: AccessList, parts: readonly Part[]): RichText {
  const acting = parts.some((part) => part.acts)
    ? say`${code('/elevate status')} and elevate’s Home tab have the buttons. `
    : say``
  const asking = example
    ? say`To ask in one line: ${code(`/elevate ${example.target.id} ${example.role.id} 30m why you need it`)}`
    : NOTHING_TO_ASK
  return [...acting, ...asking]
}

/** One button that goes round: on the last page it leads back to the first. */
function pageButtons(from: number, next: number, total: number) {
  if (from === 0 && next >= total) return []
  const rest = total - next
  return [
    rest > 0
      ? button({
          action: ACTION.list_page,
          text: `More (${rest})`,
          label: `Show ${counted(rest, 'more line')} of this list`,
          value: String(next),
        })
      : button({
          action: ACTION.list_page,
          text: 'Back to the beginning',
          label: 'Show the beginning of this list',
          value: '0',
        }),
  ]
}

function askButton() {
  return button({ action: ACTION.open_form, text: 'Ask…', label: 'Ask for access in a form', value: 'any' })
}

export const NOTHING_TO_ASK: RichText = say`No policy names you as somebody who may ask for access. Whoever looks after elevate here can change that.`

/** `read on orders-db (low risk), up to 4 h: Read customers and orders`. */
export function entitlementLine({ target, role, policy }: Entitlement): RichText {
  const what = clamp(role.description, 120)
  return say`${accessOf({ role: role.id, target: target.id })} (${role.risk} risk), up to ${formatDuration(policy.duration.max)}: ${what}`
}

/** With its buttons each takes two blocks; Home has them all. */
const MAX_PER_PART = 2

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
  const said: RichText[] = warning ? [warning] : []
  const part = <T>(
    title: string,
    items: readonly T[],
    line: (item: T) => RichText,
    buttons: (item: T) => Block[],
    most = MAX_PER_PART,
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
