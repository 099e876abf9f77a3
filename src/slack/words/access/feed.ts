import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName, neverBegan } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { Notice } from '../../../core/notice.ts'
import { counted } from '../../../core/plural.ts'
import type { RefusalCode } from '../../../core/refusal.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import {
  actions,
  context,
  linesThatFit,
  message,
  messageOf,
  section,
  sentence,
  spokenNote,
  spokenPoints,
} from '../../blocks/layout.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, bold, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { accessOf, approvalsIn, approvedBy, capital } from '../phrases.ts'
import { BREAK_GLASS, reviewLine } from './approvals.ts'
import { endButton } from './buttons.ts'
import { everythingButton } from './end-for-others.ts'
import { phaseOf, stepLine } from './phases.ts'

/** What security should look at first stands first. */
export const FEED_ORDER: readonly FeedKind[] = [
  'refused',
  'not-given',
  'reviewed',
  'ended',
  'given',
  'decided',
  'asked',
]

const MAX_LINES = 20
const MAX_END_BUTTONS = 5
const LIST_CHARS = 11_000

/**
 * Lines of the security channel's feed in one message; `more` counts what was left out. The gravest first, or in the
 * given order where they are steps of one request. Pings nobody.
 */
export function feed(
  lines: readonly FeedLine[],
  names: Names,
  more: Partial<Record<FeedKind, number>> = {},
  order: 'gravity' | 'given' = 'gravity',
): Message {
  const sorted =
    order === 'given'
      ? lines
      : [...lines].sort((a, b) => FEED_ORDER.indexOf(a.what) - FEED_ORDER.indexOf(b.what))
  const said = linesThatFit(
    sorted.map((one) => feedLine(one, names)),
    LIST_CHARS,
    MAX_LINES,
  )
  const left = { ...more }
  for (const { what } of sorted.slice(said.length)) left[what] = (left[what] ?? 0) + 1
  const rest = FEED_ORDER.flatMap((kind) =>
    left[kind] ? [say`${counted(left[kind], ...LEFT_OUT[kind])}`] : [],
  )
  const [only] = said
  // In a thread the head has the button, and loses it when there is nothing to end any more.
  const ends = order === 'given' ? [] : endButtons(sorted.slice(0, said.length), names)
  if (only && said.length === 1 && rest.length === 0) return sentence(only, ...ends)
  const others = rest.length > 0 ? say`And more: ${between(rest, ', ')}.` : undefined
  return messageOf(
    said.length > 0 ? spokenPoints(said) : section(say`Much happened at once.`),
    others && spokenNote(others),
    ...ends,
  )
}

/** What was just given can be ended from here; a message about more than that says it with `/elevate revoke`. */
function endButtons(shown: readonly FeedLine[], names: Names): Block[] {
  const live = shown.flatMap((one) =>
    one.what === 'given' && one.grant?.state === 'active' ? [one.grant] : [],
  )
  if (live.length === 0 || live.length > MAX_END_BUTTONS) return []
  // A row for each: in one row Slack takes an action only once.
  return live.map((grant) =>
    actions(endButton(grant, names(grant.person), `End ${grantName(grant.number)}…`)),
  )
}

const LEFT_OUT: Record<FeedKind, readonly [string, string]> = {
  refused: ['refused attempt', 'refused attempts'],
  'not-given': ['grant that could not be given', 'grants that could not be given'],
  reviewed: ['review of break-glass', 'reviews of break-glass'],
  ended: ['grant that ended', 'grants that ended'],
  given: ['grant that was given', 'grants that were given'],
  decided: ['decision', 'decisions'],
  asked: ['request', 'requests'],
}

/** What the security channel's feed says about one step. */

export type FeedKind = Extract<Notice, { kind: 'feed' }>['what'] | 'refused'

type FeedStep = {
  readonly what: Extract<Notice, { kind: 'feed' }>['what']
  readonly request: Request
  readonly grant: Grant | undefined
  readonly ticketUrl?: string | undefined
}

export type FeedLine =
  | FeedStep
  | {
      readonly what: 'refused'
      readonly person: string
      readonly code: RefusalCode
      readonly target: string
      readonly role: string
      readonly request: Request | undefined
      readonly tried?: 'pre-approve'
      readonly about?: string | undefined
    }

/** One step in a sentence. */
function feedLine(one: FeedLine, names: Names): RichText {
  if (one.what === 'refused') return refused(one, names)
  const { request, grant } = one
  switch (one.what) {
    case 'asked':
      return stepLine(one, names, 'pending')
    case 'decided':
      return request.state === 'pending' ? counting(request, names) : decided(one, names)
    case 'given':
      return stepLine(one, names, 'active')
    case 'ended':
      return stepLine(one, names, 'ended')
    case 'not-given':
      return stepLine(one, names, grant && neverBegan(grant) ? 'called-off' : 'not-given')
    case 'reviewed': {
      const { review } = request
      const who = names(request.requester)
      return review
        ? say`${BREAK_GLASS} of ${who}, ${accessOf(request)} (${requestName(request.number)}). ${reviewLine(review, who, names)}`
        : say``
    }
  }
}

/** The decision stays what it was, whatever came of it. */
function decided(one: FeedStep, names: Names): RichText {
  const { state } = one.request
  return stepLine(one, names, state === 'approved' ? 'giving' : state)
}

/** An approval that was not the last one. */
function counting(request: Request, names: Names): RichText {
  const last = approvalsIn(request).at(-1)
  return say`${bold('Counted')}: ${last ? names(last.approver) : 'somebody'} approved ${accessOf(request)} for ${names(request.requester)} (${requestName(request.number)}); it needs more approvals.`
}

function refused(one: Extract<FeedLine, { what: 'refused' }>, names: Names): RichText {
  const who = names(one.person)
  if (one.about)
    return say`${bold('Refused')}: ${who} tried to end everything of ${names(one.about)}: only security can.`
  if (one.code === 'not-security' && !one.target)
    return say`${bold('Refused')}: ${who} tried to read standing access: only security does.`
  const why = WHY_REFUSED[one.code] ?? 'it is not allowed'
  const what =
    one.role && one.target
      ? accessOf({ role: one.role, target: one.target })
      : say`${one.target || 'something that is not offered'}`
  if (one.request && one.code === 'not-yours')
    return say`${bold('Refused')}: ${who} tried to act on ${requestName(one.request.number)} (${what} for ${names(one.request.requester)}), which is not theirs.`
  if (one.request)
    return say`${bold('Refused')}: ${who} tried to ${REVIEWING.has(one.code) ? 'review' : 'decide on'} ${requestName(one.request.number)} (${what} for ${names(one.request.requester)}): ${why}.`
  const verb = one.tried === 'pre-approve' ? 'approve beforehand' : (VERBS[one.code] ?? 'ask for')
  return say`${bold('Refused')}: ${who} tried to ${verb} ${what}: ${why}.`
}

const REVIEWING: ReadonlySet<RefusalCode> = new Set(['self-review', 'not-a-reviewer'])

const VERBS: Partial<Record<RefusalCode, string>> = {
  'not-an-approver': 'end somebody’s',
  'not-security': 'settle standing access to',
  'no-break-glass': 'break glass for',
  'review-open': 'break glass for',
}

/** Why an attempt was refused, for security. */
export const WHY_REFUSED: Partial<Record<RefusalCode, string>> = {
  'not-allowed': 'no policy allows it',
  'not-a-member': 'only members of this workspace can',
  'not-an-approver': 'the policy does not name them as an approver',
  'self-approval': 'nobody decides on their own request here',
  'not-yours': 'it is not theirs',
  'not-security': 'only security does',
  'no-break-glass': 'no policy lets them',
  'review-open': 'an earlier use of theirs waits for its review',
  'self-review': 'nobody reviews what they took themselves',
  'not-a-reviewer': 'only its approvers and security review it',
}

const MAX_REASON_CHARS = 200

/** What the steps of a request hang under in the security channel: how it stands now. Pings nobody. */
export function feedThreadRoot(card: Card, names: Names): Message {
  const { request, grant, role } = card
  const phase = phaseOf(card)
  const active = phase === 'active'
  const who = names(request.requester)
  const line = together(
    stepLine(card, names, phase === 'called-off' ? 'giving' : phase),
    active && !request.review ? say`${capital(approvedBy(request, names))}.` : say``,
  )
  const reason = say`“${clamp(request.reason.replace(/\s+/g, ' '), MAX_REASON_CHARS)}”`
  const facts = together(
    say`${requestName(request.number)}${grant ? ` · ${grantName(grant.number)}` : ''} · asked ${moment(request.createdAt)} for ${formatDuration(request.duration)}${role ? ` · ${role.risk} risk` : ''}`,
    reason,
  )
  return message(together(line, say`Reason: ${clamp(request.reason, 400)}`), [
    section(line),
    context(facts),
    active && grant ? actions(endButton(grant, who), everythingButton(request.requester, who)) : undefined,
  ])
}
