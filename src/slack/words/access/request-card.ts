import { formatDuration } from '../../../core/access/duration.ts'
import { grantName } from '../../../core/access/grant.ts'
import { clamp, lengthOf } from '../../../core/access/reason.ts'
import { requestName, type Terms, termsOf } from '../../../core/access/request.ts'
import { counted } from '../../../core/plural.ts'
import type { Standing } from '../../../core/standing/standing.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import {
  actions,
  context,
  fields,
  header,
  messageThatFits,
  paragraph,
  quote,
  quoted,
  rich,
  section,
} from '../../blocks/layout.ts'
import { type Block, MAX, type Message, type Names } from '../../blocks/message.ts'
import { between, bold, day, moment, person, type RichText, say, together } from '../../blocks/rich-text.ts'
import {
  accessName,
  accessOf,
  atTheEnd,
  mentionsOf,
  nobodyIn,
  plainNames,
  resolvedBy,
  usedOf,
} from '../phrases.ts'
import { BREAK_GLASS, reviewLine, UNREVIEWED } from './approvals.ts'
import { reviewButton } from './buttons.ts'
import { phaseButtons, phaseOf, spokenOf, statusBlocks, titleOf } from './phases.ts'
import { typedRows } from './typed.ts'

/**
 * The card of one request, drawn whole from its rows at every step. Approvers are mentioned while it waits: the
 * first post alerts them, and Slack alerts nobody for an edit.
 */
export function requestCard(card: Card, names: Names): Message {
  const { request } = card
  const phase = phaseOf(card)
  const waits = phase === 'pending'
  const watched = waits || (request.review !== undefined && (phase === 'giving' || phase === 'active'))
  const review = reviewBlocks(card, names)
  // What alerts everybody stands first, above the colour.
  const open = request.review?.state === 'open'
  const drawn = messageThatFits(spoken(card, names), MAX.quote, (maxChars) => [
    header(titleOf(card, names)),
    ...(open ? review : []),
    fields([
      ['Who', requesterOf(card)],
      ['Access', accessOf(request)],
      ['For', howLong(card, waits)],
      ['Risk', card.role ? say`${card.role.risk}` : say``],
      ...typedRows(request, card.ticketUrl),
    ]),
    waits && request.prolongs ? section(whatItExtends(card)) : undefined,
    watched ? whatItAllows(card) : undefined,
    waits && card.standingAccess && !request.prolongs
      ? section(standingAccessLine(card, card.standingAccess, names))
      : undefined,
    reasonOf(request.reason, maxChars),
    ...statusBlocks(card, names),
    ...(open ? [] : review),
    buttonsOf(card, names),
    waits ? context(...background(card, names)) : undefined,
    context(footer(card)),
  ])
  return open ? { ...drawn, colour: { ...UNREVIEWED, above: 1 + review.length } } : drawn
}

export function requesterOf({ request }: Card): RichText {
  return request.askedBy === undefined
    ? say`${person(request.requester)}`
    : say`${person(request.requester)}, asked for by ${person(request.askedBy)}`
}

/** For those who decide on it. */
function whatItExtends({ request, extendedGrant }: Card): RichText {
  if (!extendedGrant?.expiresAt || extendedGrant.state !== 'active')
    return say`What this was to extend is over. Approving it gives access anew, from then on.`
  const end = new Date(extendedGrant.expiresAt.getTime() + request.duration * 1000)
  return say`This extends ${grantName(extendedGrant.number)}, which ends ${moment(extendedGrant.expiresAt)}: with it, the same access lasts until ${moment(end)}, without a gap.`
}

/** What comes of it by now; where that is less than was asked, both. */
function howLong(card: Card, waits: boolean): RichText {
  const { request } = card
  const { duration, startsAt } = termsNow(card)
  const asked = duration < request.duration ? ` (${formatDuration(request.duration)} asked)` : ''
  const length = `${formatDuration(duration)}${request.prolongs ? ' more' : ''}${asked}`
  if (startsAt) return say`${length}, from ${moment(startsAt)} on`
  return waits && !request.prolongs
    ? say`${length}; the clock starts when the access is there`
    : say`${length}`
}

function termsNow({ request, grant, approvals }: Card): Terms {
  if (grant) return grant
  return termsOf(
    request,
    request.decisions.filter((one) => approvals.includes(one.approver)),
  )
}

function whatItAllows({ role, request }: Card): Block {
  if (!role)
    return section(say`The configuration no longer has ${accessName(request)}, so it cannot be given.`)
  return section(say`${bold(role.id)} allows: ${clamp(role.description, 400)}`)
}

export function reasonOf(reason: string, maxChars: number): Block {
  const cut = lengthOf(reason) > maxChars
  return rich(
    paragraph(say`${bold('Reason')}`),
    quote(reason, maxChars),
    ...(cut ? [paragraph(say`The reason is longer than this; the full text is in the audit log.`)] : []),
  )
}

/** Approvers should know that an approval changes little, and a denial nothing. */
function standingAccessLine({ request }: Card, stands: Standing, names: Names): RichText {
  const grounds =
    stands.state === 'accepted' && stands.acceptedBy
      ? say`, accepted by ${resolvedBy(stands.acceptedBy, names)}`
      : say`, found ${day(stands.foundAt)}`
  return say`${names(request.requester)} has standing access to this already, as ${bold(clamp(stands.account, 63))}${grounds}.`
}

function background(card: Card, names: Names): RichText[] {
  const { request, policy } = card
  const who = names(request.requester)
  const self = policy?.approve.allowSelfApproval
    ? say`The policy allows self-approval, so ${who} may be one of the approvers.`
    : say`${who} cannot approve this request.`
  return [
    possibleApprovers(card, names),
    sentDirectly(card),
    // While an extension waits, the requester has what it extends.
    request.prolongs ? say`` : pastAccess(card, who),
    atTheEnd(card),
    policy ? self : say``,
  ]
}

function sentDirectly({ direct }: Card): RichText {
  if (!direct) return say``
  const record = direct.alone ? ' Its steps and its receipt stand in the security channel.' : ''
  if (direct.told === direct.of) return say`Sent directly to ${counted(direct.of, 'approver')}.${record}`
  return say`Sent directly to ${direct.told} of ${direct.of} approvers; the others see it here.`
}

/** Groups change, those of a pager every day: who could decide just now. */
function possibleApprovers({ approvers, emptyGroups: empty = [], policy }: Card, names: Names): RichText {
  const nobody = empty.length > 0 ? nobodyIn(empty) : say``
  if (!policy || !approvers || approvers.length === 0) return nobody
  return together(say`Could approve it now: ${plainNames(approvers, names, 5)}.`, nobody)
}

/** The last times this person had the same. */
function pastAccess({ past }: Card, who: string): RichText {
  const had = past.flatMap((grant) =>
    grant.activatedAt && grant.revokedAt ? [say`${day(grant.activatedAt)} (${usedOf(grant)})`] : [],
  )
  if (had.length === 0) return say`elevate has not given ${who} this access before.`
  return say`${who} had it before, last on ${between(had, ', ')}.`
}

function footer({ request, grant, policy }: Card): RichText {
  const rule = policy ? say` · policy ${policy.name}` : say``
  const number = grant ? say` · ${grantName(grant.number)}` : say``
  return say`${requestName(request.number)}${number} · asked ${moment(request.createdAt)}${rule}`
}

/** What can be done in this phase; the buttons of one decision are `brief` beside those of others. */
export function buttonsOf(card: Card, names: Names, brief = false): Block | undefined {
  const review = card.request.review?.state === 'open' ? [reviewButton(card.request, names)] : []
  const buttons = [...phaseButtons(card, names, brief), ...review]
  return buttons.length > 0 ? actions(...buttons) : undefined
}

/** Whether it was reviewed. While it was not, those who can do it are mentioned: the first post alerts them all. */
function reviewBlocks({ request, breakGlassRecipients: overseers }: Card, names: Names): Block[] {
  const { review } = request
  if (!review) return []
  const mentioned = review.state === 'open' ? mentionsOf(overseers) : []
  const alert = mentioned.length > 0 ? say`${mentioned}: please look at this now.` : say``
  return [
    section(together(alert, reviewLine(review, names(request.requester), names))),
    ...quoted(review.note),
  ]
}

/** The whole card in sentences; the reason is in it for those who hear it. */
function spoken(card: Card, names: Names): RichText {
  const { review, requester } = card.request
  if (!review) return spokenOf(card, names)
  return together(say`${BREAK_GLASS}:`, spokenOf(card, names), reviewLine(review, names(requester), names))
}
