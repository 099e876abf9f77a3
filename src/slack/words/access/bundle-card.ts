/**
 * The one card of several roles that were asked for together. Each role stands there with its own rule, its own
 * approvals and its own buttons, because each is decided and given for itself; one button more decides on all of them
 * that the one who presses may decide on.
 */
import { formatDuration } from '../../../core/access/duration.ts'
import { clamp } from '../../../core/access/reason.ts'
import { askerOf, type Request, requestName } from '../../../core/access/request.ts'
import { namedIn } from '../../../core/access/stages.ts'
import { counted } from '../../../core/plural.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { actions, button, context, fields, header, message, section } from '../../blocks/layout.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, bold, listed, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { afterwards, listedAccess, mentionsOf, plainNames } from '../phrases.ts'
import { askBackButton } from './buttons.ts'
import { briefly, phaseOf, statusBlocks } from './phases.ts'
import { buttonsOf, reasonOf, requesterOf } from './request-card.ts'
import { typedRows, typedSentences } from './typed.ts'

/** Letters for what the roles allow, all of them together. */
const ALLOWS_CHARS = 200

export function bundleCard(cards: readonly Card[], names: Names): Message {
  const [lead] = cards
  if (!lead) throw new Error('a card of no requests')
  const { request } = lead
  const requests = cards.map((card) => card.request)
  const pending = cards.filter((card) => phaseOf(card) === 'pending')
  return message(spoken(cards, names), [
    header(titleOf(requests, names)),
    fields([
      ['Who', requesterOf(lead)],
      ['Access', listedAccess(requests)],
      ['For', lengths(requests)],
      ...typedRows(request, lead.ticketUrl),
    ]),
    // Half as long as on a card of its own: the roles need the room.
    reasonOf(request.reason, 200),
    pending.length > 0 ? section(waiting(pending)) : undefined,
    ...cards.flatMap((card) => roleOf(card, names, Math.floor(ALLOWS_CHARS / cards.length))),
    pending.length > 1 ? allButtons(request, pending, names) : undefined,
    context(
      pending.length > 0 ? afterwards(lead) : say``,
      say`Asked ${moment(request.createdAt)} · each role is decided for itself`,
    ),
  ])
}

function titleOf(requests: readonly Request[], names: Names): string {
  const [first] = requests
  if (!first) return ''
  const roles = requests.map((one) => one.role)
  const what = `${roles.slice(0, -1).join(', ')} and ${roles.at(-1)} on ${first.target}`
  const receiver = first.askedBy === undefined ? '' : ` for ${names(first.requester)}`
  return `${names(askerOf(first))} asks for ${what}${receiver}`
}

function lengths(requests: readonly Request[]): RichText {
  const [first] = requests
  if (!first) return say``
  return requests.every((one) => one.duration === first.duration)
    ? say`${formatDuration(first.duration)}`
    : say`${between(
        requests.map((one) => say`${one.role} ${formatDuration(one.duration)}`),
        ', ',
      )}`
}

function roleOf(card: Card, names: Names, maxChars: number): Block[] {
  const { request, role, policy, grant } = card
  const waits = phaseOf(card) === 'pending'
  const risk = role ? ` · ${role.risk} risk` : ''
  const rule = policy ? ` · policy ${policy.name}` : ''
  const number = `${requestName(request.number)}${grant ? ` · G-${grant.number}` : ''}`
  const allows = waits && role ? say` allows: ${clamp(role.description, maxChars)}.` : say``
  const buttons = buttonsOf(card, names, true)
  return [
    section(say`${bold(request.role)} (${number}${risk}${rule})${allows}${waits ? have(card, names) : ''}`),
    ...(waits ? [] : statusBlocks(card, names)),
    ...(buttons ? [buttons] : []),
  ]
}

/**
 * Mentions whom any of the rules names: the first post alerts them. As on a card of one request, people in quiet
 * hours are named and not alerted; approvers whom the policy names as quiet are neither.
 */
function waiting(pending: readonly Card[]): RichText {
  const stages = pending.flatMap((card) => card.stages)
  const mention = stages.flatMap((stage) => stage.alert?.mention ?? namedIn(stage))
  const mentioned = mentionsOf([...new Map(mention.map((who) => [JSON.stringify(who), who])).values()])
  const resting = [...new Set(stages.flatMap((stage) => stage.alert?.named ?? []))]
  const who = listed(
    [
      ...(mentioned.length > 0 ? [mentioned] : []),
      ...resting.slice(0, 5).map((name) => say`${name} (quiet hours)`),
    ],
    'or',
  )
  const [first] = pending
  const lapses = first ? say` It lapses ${moment(first.request.lapsesAt)}.` : say``
  return say`${bold('Waiting')} for approvals${who.length > 0 ? say` from ${who}` : ''}.${lapses}`
}

/** `1 of 2 approvals, by Ben.` */
function have({ approvals, needed, possible }: Card, names: Names): RichText {
  const by = approvals.length > 0 ? say`, by ${plainNames(approvals, names, 3)}` : say``
  const nobody = possible < needed ? say` Not enough people could approve it now.` : say``
  return say` ${bold(`${approvals.length} of ${counted(needed, 'approval')}`)}${by}.${nobody}`
}

function allButtons(lead: Request, pending: readonly Card[], names: Names): Block {
  const requests = pending.map((card) => card.request)
  const roles = requests.map((one) => one.role).join(', ')
  const all = requests.map((one) => requestName(one.number)).join(', ')
  return actions(
    button({
      action: ACTION.approve_together,
      text: `Approve all ${pending.length}`,
      label: `Approve ${all} for ${names(lead.requester)}`,
      value: lead.id,
      style: 'primary',
      confirm: {
        title: `Approve ${pending.length} roles?`,
        text: `${names(lead.requester)}: ${roles} on ${lead.target}. Your yes counts for those that you may decide on; what needs other people too waits for them.`,
        yes: 'Approve',
        no: 'Not now',
      },
    }),
    button({
      action: ACTION.deny_together,
      text: 'Deny all…',
      label: `Deny ${all} for ${names(lead.requester)}`,
      value: lead.id,
      style: 'danger',
    }),
    askBackButton(requests[0] ?? lead, roles),
  )
}

function spoken(cards: readonly Card[], names: Names): RichText {
  const [first] = cards
  if (!first) return say``
  const { request } = first
  const states = cards.map(
    (card) => say`${card.request.role} (${requestName(card.request.number)}): ${briefly(card)}`,
  )
  return together(
    say`${titleOf(
      cards.map((card) => card.request),
      names,
    )}.`,
    say`${between(states, ', ')}.`,
    typedSentences(request),
    say`Reason: ${request.reason.slice(0, 400)}`,
  )
}
