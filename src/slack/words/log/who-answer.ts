import type { Happened, Story, WhoAsk, WhoHad } from '../../../audit/report/who.ts'
import type { Window } from '../../../audit/report/window.ts'
import { grantName } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { requestName } from '../../../core/access/request.ts'
import { counted } from '../../../core/plural.ts'
import type { Held } from '../../../core/reads.ts'
import {
  actions,
  bullets,
  button,
  context,
  linesThatFit,
  message,
  messageOf,
  rich,
  section,
  sentence,
  spokenLine,
  spokenPoints,
} from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, code, listed, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { everythingButton } from '../access/end-for-others.ts'
import { accessName, accessOf } from '../phrases.ts'
import { eventLine } from './audit-answer.ts'

const MAX_LINES = 40
const MAX_EVENTS = 30
/** Characters of JSON for the list; the words around it need the rest. */
const LIST_CHARS = 10_000
const MAX_REASON_CHARS = 160

/**
 * For `/elevate who`: who has an entitlement, or had it. `own` when the reader may see no more; `happened` are the
 * events of the same time; `picture` is the value of the button that draws it.
 */
export function whoAnswer(
  ask: WhoAsk,
  answer: WhoHad & { readonly own?: boolean; readonly happened?: Happened; readonly picture?: string },
  names: Names,
): Message {
  const { window, held, happened } = answer
  const question = say`${access(ask)}${ask.person && !answer.own ? say` for ${names(ask.person)}` : ''} ${when(window)}`
  const limits = answer.own ? say`This shows your own access; security and approvers see more.` : say``
  if (held.length === 0 && !happened?.events.length)
    return sentence(
      together(say`${nobody(window, answer.own === true)} ${question} through elevate.`, limits),
    )
  // Both lists, and the button's question, share what one message may hold.
  const rest = LIST_CHARS - (answer.picture?.length ?? 0)
  const maxChars = happened ? rest / 2 : rest
  const lines = held.toReversed().map((one) => lineOf(one, window.kind === 'now', names))
  const shown = linesThatFit(lines, maxChars, MAX_LINES).toReversed()
  const hidden = held.length - shown.length
  const people = counted(new Set(held.map((one) => one.grant.person)).size, 'person', 'people')
  const head =
    held.length === 0
      ? say`${nobody(window, answer.own === true)} ${question} through elevate.`
      : say`${bold(people)} ${window.kind === 'now' ? 'with' : 'had'} ${question}:`
  const events = happened && eventsPart(happened, maxChars, names)
  const notes = together(
    hidden > 0 || answer.more
      ? say`${hidden > 0 && !answer.more ? `${hidden} earlier ones are` : 'Earlier ones are'} not shown: name a target, a role, a person or a shorter time.`
      : say``,
    say`This is what elevate gave. Standing access is not in it.`,
    limits,
    happened ? say`` : say`${code('/elevate audit')} shows every step.`,
  )
  const buttons = [
    ...(answer.picture === undefined || held.length === 0
      ? []
      : [
          button({
            action: ACTION.picture,
            text: 'Picture',
            label: 'Draw who had what when; it is sent to you alone',
            value: answer.picture,
          }),
        ]),
    // Anybody else who presses it is refused, and security reads of it.
    ...(ask.person && !answer.own && held.some((one) => one.grant.state !== 'revoked')
      ? [everythingButton(ask.person, names(ask.person))]
      : []),
  ]
  return message(between([head, between(shown, '; '), ...(events?.lines ?? [])], ' '), [
    section(head),
    shown.length > 0 ? rich(bullets(shown)) : undefined,
    ...(events?.blocks ?? []),
    context(notes),
    buttons.length > 0 ? actions(...buttons) : undefined,
  ])
}

/** Above the picture, and for those who do not see it. */
export function pictureTitle(ask: WhoAsk, { kind, from, to }: Window, names: Names): string {
  const what = [ask.target, ask.role].filter((one) => one !== undefined).join(' ') || 'every target'
  const whose = ask.person ? ` of ${names(ask.person)}` : ''
  const stamp = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const span =
    kind === 'stretch'
      ? `${stamp(from)} to ${stamp(to)}`
      : kind === 'ever'
        ? `until ${stamp(to)}`
        : stamp(from)
  return `Access to ${what}${whose}, ${span}`
}

export function pictureMessage(title: string, grants: number): Message {
  return sentence(
    say`${title}: ${counted(grants, 'grant')}, drawn below. Slack keeps the file until you delete it.`,
  )
}

/** What happened in that time, in order; the latest when not all of it fits. */
function eventsPart({ events, more }: Happened, maxChars: number, names: Names) {
  if (events.length === 0) return { lines: [say`The audit log has no event of that time.`], blocks: [] }
  const newestFirst = events.toReversed().map((event) => eventLine(event, names))
  const lines = linesThatFit(newestFirst, maxChars, MAX_EVENTS).toReversed()
  const cut = more || lines.length < events.length
  const head = say`${bold(counted(lines.length, 'event'))} of that time${cut ? ', the latest of more' : ''}:`
  return { lines: [head, ...lines], blocks: [section(head), rich(bullets(lines))] }
}

function when({ kind, from, to }: Window): RichText {
  if (kind === 'now') return say`now (${moment(from)})`
  if (kind === 'ever') return say`at any time until now`
  return kind === 'moment' ? say`at ${moment(from)}` : say`between ${moment(from)} and ${moment(to)}`
}

function nobody({ kind }: Window, own: boolean): string {
  if (own) return kind === 'now' ? 'You do not have' : 'You did not have'
  return kind === 'now' ? 'Nobody has' : 'Nobody had'
}

function access(ask: WhoAsk): RichText {
  if (ask.target && ask.role) return accessOf({ target: ask.target, role: ask.role })
  return ask.target ? say`access on ${bold(ask.target)}` : say`access`
}

function lineOf(one: Held, now: boolean, names: Names): RichText {
  const { grant, reason } = one
  const from = grant.activatedAt ? say` from ${moment(grant.activatedAt)}` : say` (not there yet)`
  const until = grant.revokedAt
    ? say` to ${moment(grant.revokedAt)}`
    : grant.expiresAt
      ? say` until ${moment(grant.expiresAt)}`
      : say``
  const late = now && grant.state === 'revoking' ? say`, being ended now` : say``
  const why = reason ? say` Reason: ${clamp(reason.replace(/\s+/g, ' '), MAX_REASON_CHARS)}` : say``
  return say`${bold(names(grant.person))}: ${accessName(grant)}${from}${until}${late} (${grantName(grant.number)}), ${heldBy(one, names)}.${why}`
}

/** For `/elevate who G-12`: one grant from the question to the end, in the order in which it happened. */
export function storyAnswer({ row: { grant, request }, events, more }: Story, names: Names): Message {
  const newestFirst = events.toReversed().map((event) => eventLine(event, names))
  const shown = linesThatFit(newestFirst, LIST_CHARS, MAX_LINES).toReversed()
  const head = say`${bold(grantName(grant.number))} (${requestName(request.number)}): ${accessOf(grant)} for ${names(grant.person)}, step by step:`
  const cut = more || shown.length < events.length
  return messageOf(
    spokenLine(head),
    spokenPoints(shown),
    cut ? context(say`These are the latest ${shown.length} steps; there were more before.`) : undefined,
  )
}

/** At the end of a sentence: why they had it, from what the past keeps of it. */
export function heldBy(
  { approvers, review, rule }: Pick<Held, 'approvers' | 'review' | 'rule'>,
  names: Names,
): RichText {
  if (rule !== undefined) return say`approved by rule ${rule}`
  return review ? say`taken by break-glass` : say`approved by ${listed(approvers.slice(0, 4).map(names))}`
}
