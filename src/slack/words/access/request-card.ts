import { formatDuration } from '../../../core/access/duration.ts'
import { grantName } from '../../../core/access/grant.ts'
import { clamp, lengthOf } from '../../../core/access/reason.ts'
import { askerOf, requestName, type Terms, termsOf } from '../../../core/access/request.ts'
import type { Standing } from '../../../core/standing/standing.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { messageThatFits } from '../../blocks/compose.ts'
import { actions, context, fields, header, paragraph, quote, rich, section } from '../../blocks/layout.ts'
import { MAX } from '../../blocks/limits.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, bold, day, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import {
  accessName,
  accessOf,
  approvedBy,
  asks,
  atTheEnd,
  counted,
  forHowLong,
  nobodyIn,
  plainNames,
  ticketLine,
  usedOf,
} from '../phrases.ts'
import { resolvedBy } from '../standing/standing-access.ts'
import { decisionButtons, endButton } from './buttons.ts'
import { whatItExtends } from './extension.ts'
import { type CardPhase, phaseOf, requesterOf, statusBlocks } from './phases.ts'
import { BREAK_GLASS, reviewButton, reviewLine, reviewOf, UNREVIEWED } from './review.ts'

/**
 * The card of one request, drawn whole from its rows at every step. Approvers are mentioned while it waits: the
 * first post alerts them, and Slack alerts nobody for an edit.
 */
export function requestCard(card: Card, names: Names): Message {
  const { request } = card
  const stage = phaseOf(card)
  const waits = stage === 'pending'
  const watched = waits || (request.review !== undefined && (stage === 'giving' || stage === 'active'))
  const review = reviewOf(card, names)
  // What alerts everybody stands first, above the colour.
  const open = request.review?.state === 'open'
  const drawn = messageThatFits(spoken(card, names), MAX.quote, (room) => [
    header(titleOf(card, stage, names)),
    ...(open ? review : []),
    fields([
      ['Who', requesterOf(card)],
      ['Access', accessOf(request)],
      ['For', howLong(card, waits)],
      ['Risk', card.role ? say`${card.role.risk}` : say``],
      ['Ticket', ticketLine(request, card.ticketUrl)],
    ]),
    waits && request.prolongs ? section(whatItExtends(card)) : undefined,
    watched ? whatItAllows(card) : undefined,
    waits && card.stands && !request.prolongs ? section(standsLine(card, card.stands, names)) : undefined,
    reasonOf(request.reason, room),
    ...statusBlocks(card, names),
    ...(open ? [] : review),
    buttonsOf(card, stage, names),
    waits ? context(...background(card, names)) : undefined,
    context(footer(card)),
  ])
  return open ? { ...drawn, colour: { ...UNREVIEWED, above: 1 + review.length } } : drawn
}

export function titleOf({ request }: Pick<Card, 'request'>, stage: CardPhase, names: Names): string {
  const who = names(request.requester)
  const asker = names(askerOf(request))
  const what = accessName(request)
  const titles: Record<CardPhase, string> = {
    offered: `${asker} asks for ${what} for ${who}`,
    pending: request.prolongs
      ? `${who} asks to extend ${what}`
      : `${asker} asks for ${what}${request.askedBy ? ` for ${who}` : ''}`,
    declined: `Declined: ${what} for ${who}`,
    denied: `Denied: ${what} for ${who}`,
    withdrawn: `Withdrawn: ${what} for ${who}`,
    lapsed: `Lapsed: ${what} for ${who}`,
    waiting: `Approved for later: ${what} for ${who}`,
    giving: `Approved: ${what} for ${who}`,
    active: `${who} has ${what}`,
    ending: `Ending: ${what} for ${who}`,
    undoing: `Not given: ${what} for ${who}`,
    ended: `Ended: ${what} for ${who}`,
    'not-given': `Not given: ${what} for ${who}`,
    'called-off': `Called off: ${what} for ${who}`,
  }
  if (!request.review) return titles[stage]
  if (stage === 'giving') return `${BREAK_GLASS}: ${who} takes ${what}`
  return stage === 'active'
    ? `${BREAK_GLASS}: ${titles[stage]}`
    : `${BREAK_GLASS}, ${titles[stage][0]?.toLowerCase()}${titles[stage].slice(1)}`
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

export function reasonOf(reason: string, most: number): Block {
  const cut = lengthOf(reason) > most
  return rich(
    paragraph(say`${bold('Reason')}`),
    quote(reason, most),
    ...(cut ? [paragraph(say`The reason is longer than this; the full text is in the audit log.`)] : []),
  )
}

/** Whoever decides should know that a yes changes little, and a no nothing. */
function standsLine({ request }: Card, stands: Standing, names: Names): RichText {
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
    whoIsThere(card, names),
    sentDirectly(card),
    // While an extension waits, the requester has what it extends.
    request.prolongs ? say`` : before(card, who),
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
function whoIsThere({ approvers, emptyGroups: empty = [], policy }: Card, names: Names): RichText {
  const nobody = empty.length > 0 ? nobodyIn(empty) : say``
  if (!policy || !approvers || approvers.length === 0) return nobody
  return together(say`Could approve it now: ${plainNames(approvers, names, 5)}.`, nobody)
}

/** The last times this person had the same. */
function before({ past }: Card, who: string): RichText {
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

/** What can be done at this stage. */
export function buttonsOf(card: Card, stage: CardPhase, names: Names): Block | undefined {
  const { request, grant } = card
  if (stage === 'pending') return decisionButtons(card, names)
  const buttons = [
    ...(stage === 'active' && grant ? [endButton(grant, names(request.requester))] : []),
    ...(stage === 'waiting' && grant ? [endButton(grant, names(request.requester), 'Call off…')] : []),
    ...(request.review?.state === 'open' ? [reviewButton(request, names)] : []),
  ]
  return buttons.length > 0 ? actions(...buttons) : undefined
}

/** The whole card in sentences; the reason is in it for those who hear it. */
function spoken(card: Card, names: Names): RichText {
  const { review } = card.request
  if (!review) return story(card, names)
  return together(
    say`${BREAK_GLASS}:`,
    story(card, names),
    reviewLine(review, names(card.request.requester), names),
  )
}

function story(card: Card, names: Names): RichText {
  const { request, grant } = card
  const who = names(request.requester)
  const access = accessName(request)
  const length = formatDuration(request.duration)
  const number = requestName(request.number)
  switch (phaseOf(card)) {
    case 'pending':
      return together(
        request.prolongs
          ? say`${who} asks to extend ${access} by ${length} (${number}).`
          : say`${asks(request, names)} ${access}${forHowLong(request)} (${number}).`,
        request.ticket ? say`Ticket ${request.ticket}.` : say``,
        say`Reason: ${clamp(request.reason, 400)}`,
      )
    case 'waiting':
      return say`${number} was ${approvedBy(request, names)}: ${access} for ${who}.${grant?.startsAt ? say` It starts ${moment(grant.startsAt)}.` : ''}`
    case 'called-off':
      return say`${access} for ${who} was called off before it began (${number}). Nothing was given.`
    case 'giving':
      if (request.review)
        return say`${who} takes ${access} for ${length} without approval (${number}). Reason: ${clamp(request.reason, 400)}`
      return say`${number} was ${approvedBy(request, names)}: ${access} for ${who}. Giving access…`
    case 'active':
      return say`${who} has ${access}${grant?.expiresAt ? say` until ${moment(grant.expiresAt)}` : ''} (${number}).`
    case 'ending':
      return say`The access of ${who} is ending: ${access} (${number}).`
    case 'ended':
      return together(
        say`The access of ${who} has ended: ${access} (${number}).`,
        say`Used ${grant ? usedOf(grant) : ''}.`,
      )
    case 'undoing':
    case 'not-given':
      return say`${access} could not be given to ${who} (${number}).`
    default:
      return say`${number} was ${request.state === 'lapsed' ? 'not answered in time and lapsed' : request.state}: ${access} for ${who}. Nothing was given.`
  }
}
