import { formatDuration } from '../../../core/access/duration.ts'
import { canRequest } from '../../../core/access/lifecycle.ts'
import type { Entitlement } from '../../../core/access/policy.ts'
import { clamp } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { Capabilities } from '../../../core/connector.ts'
import { counted } from '../../../core/plural.ts'
import type { AccessList } from '../../../operations/access/list-access.ts'
import {
  actions,
  bullets,
  button,
  context,
  linesThatFit,
  message,
  rich,
  section,
  sentence,
} from '../../blocks/layout.ts'
import type { Button, Message, Names } from '../../blocks/message.ts'
import { between, bold, code, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { quarantineLasts } from '../log/log-notices.ts'
import { accessName, accessOf, forHowLong, listedAccess } from '../phrases.ts'
import { openReviewLine } from './approvals.ts'
import { acceptButtons, decisionButtons, ownButtons, reviewButton, withdrawButton } from './buttons.ts'
import { listLine } from './phases.ts'
import { preApprovalLine } from './pre-approval.ts'

const MAX_LIST_LINES = 40
const LIST_CHARS = 9_500

type Part = { readonly title: string; readonly lines: readonly RichText[]; readonly acts: boolean }

/** One line of a person's own lists, and what they can do about it. */
export type ListRow = {
  readonly line: RichText
  readonly buttons: readonly Button[]
  /** Why somebody asks, for those who decide on it. */
  readonly reason?: string
}

type ListPart = 'toAccept' | 'toDecide' | 'toReview' | 'grants' | 'requests' | 'mayAsk'

/** What the lists, the status and Home are made of. */
export function rowsOf(
  { toAccept, toDecide, toReview, grants, requests, mayAsk, now }: AccessList,
  names: Names,
  capabilities: (target: string) => Capabilities | undefined,
): Record<ListPart, readonly ListRow[]> {
  return {
    toAccept: offersIn(toAccept).map((offer) => ({
      line: offeredLine(offer, names),
      buttons: acceptButtons(offer[0]),
    })),
    toDecide: toDecide.map((request) => ({
      line: toDecideLine(request, names),
      buttons: decisionButtons({ request }, names),
      reason: request.reason,
    })),
    toReview: toReview.map((request) => ({
      line: openReviewLine(request, names),
      buttons: [reviewButton(request, names)],
    })),
    grants: grants.map((row) => ({
      line: listLine(row, now, names),
      buttons: ownButtons(row.grant, capabilities(row.grant.target)),
    })),
    requests: requests
      .filter((request) => canRequest('withdraw', request.state) && !toAccept.includes(request))
      .map((request) => ({
        line: listLine({ request }, now, names),
        buttons: [withdrawButton(request)],
      })),
    mayAsk: mayAsk.map((one) => ({ line: entitlementLine(one), buttons: [askForButton(one)] })),
  }
}

function toDecideLine(request: Request, names: Names): RichText {
  return say`${names(request.requester)} asks for ${accessOf(request)}${forHowLong(request)} (${requestName(request.number)}). It lapses ${moment(request.lapsesAt)}.`
}

/**
 * For `/elevate list`: what waits for this person, what they have and for how much longer, what they asked for, and
 * what they may ask for. `from` is the first line to show, from 0; past the last line, the list starts over.
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
  const rows = rowsOf(list, names, () => undefined)
  const linesOf = (part: ListPart) => rows[part].map(({ line }) => line)
  return [
    { title: 'For you to accept', lines: linesOf('toAccept'), acts: true },
    { title: 'Waiting for you', lines: linesOf('toDecide'), acts: true },
    { title: 'To review', lines: linesOf('toReview'), acts: true },
    { title: 'You have', lines: linesOf('grants'), acts: true },
    { title: 'You asked for', lines: linesOf('requests'), acts: true },
    {
      title: 'Approved beforehand',
      lines: (list.preApprovals?.live ?? []).map((one) => preApprovalLine(one, names)),
      acts: true,
    },
    { title: 'You may ask for', lines: linesOf('mayAsk').map((line) => say`${line}.`), acts: false },
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

function askForButton({ target, role }: Entitlement): Button {
  return button({
    action: ACTION.open_form,
    text: 'Ask…',
    label: `Ask for ${accessName({ role: role.id, target: target.id })}`,
    value: `${target.id} ${role.id}`,
  })
}

export const NOTHING_TO_ASK: RichText = say`No policy names you as somebody who may ask for access. Whoever looks after elevate here can change that.`

/** `read on orders-db (low risk), up to 4 h: Read customers and orders`. */
function entitlementLine({ target, role, policy }: Entitlement): RichText {
  const what = clamp(role.description, 120)
  return say`${accessOf({ role: role.id, target: target.id })} (${role.risk} risk), up to ${formatDuration(policy.duration.max)}: ${what}`
}

/** For `/elevate status`: what this person has, asked for, and could decide. */
export function statusAnswer(
  list: AccessList,
  names: Names,
  capabilities: (target: string) => Capabilities | undefined,
): Message {
  const rows = rowsOf(list, names, capabilities)
  const parts = [
    statusPart('You have', rows.grants),
    statusPart('You asked for', rows.requests),
    statusPart('For you to accept', rows.toAccept, 1),
    statusPart('Waiting for you', rows.toDecide),
    statusPart('To review', rows.toReview),
  ]
  const warning = list.quarantine && quarantineLasts(list.quarantine)
  if (parts.every(({ blocks }) => blocks.length === 0))
    return sentence(
      warning
        ? together(warning, say`It knows of no access of yours and of nothing that waits for an answer.`)
        : together(
            say`You have no access through elevate now, and nothing waits for an answer.`,
            list.mayAsk.length > 0 ? say`${code('/elevate')} asks for some.` : say``,
          ),
    )
  return message(together(warning, ...parts.flatMap(({ said }) => said)), [
    warning && section(warning),
    ...parts.flatMap(({ blocks }) => blocks),
  ])
}

function statusPart(title: string, rows: readonly ListRow[], maxRows = MAX_PER_PART) {
  if (rows.length === 0) return { said: [], blocks: [] }
  const shown = rows.slice(0, maxRows)
  const rest = rows.length - shown.length
  return {
    said: [say`${title}:`, ...shown.map(({ line }) => line)],
    blocks: [
      section(say`${bold(title)}`),
      ...shown.flatMap(({ line, buttons }) => [
        section(line),
        ...(buttons.length > 0 ? [actions(...buttons)] : []),
      ]),
      ...(rest > 0
        ? [context(say`And ${counted(rest, 'more', 'more')}; elevate’s Home tab shows all.`)]
        : []),
    ],
  }
}

/** With its buttons each takes two blocks; Home has them all. */
const MAX_PER_PART = 2

/** On the receiver's own lists; what was asked for together is answered together. */
type Offer = readonly [Request, ...Request[]]

function offersIn(toAccept: readonly Request[]): readonly Offer[] {
  const found = new Map<string, Offer>()
  for (const request of toAccept.toSorted((a, b) => a.number - b.number)) {
    const key = request.bundle ?? request.id
    const before = found.get(key)
    found.set(key, before ? [...before, request] : [request])
  }
  return [...found.values()]
}

function offeredLine(offer: Offer, names: Names): RichText {
  const [first] = offer
  return say`${first.askedBy ? names(first.askedBy) : 'Somebody'} asks for ${listedAccess(offer)} for you,${forHowLong(first)} (${requestName(first.number)}). It lapses ${moment(first.lapsesAt)}. Reason: “${clamp(first.reason, 100)}”`
}
