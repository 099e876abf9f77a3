/** Access that elevate did not give: reports of what was found, and what security can do about each of it. */
import { clamp } from '../../../core/access/reason.ts'
import type { Who } from '../../../core/people/person.ts'
import { counted, plural } from '../../../core/plural.ts'
import {
  type Look,
  openAccounts,
  type Report,
  type Standing,
  WHOLE,
} from '../../../core/standing/standing.ts'
import {
  actions,
  bullets,
  button,
  context,
  header,
  linesThatFit,
  message,
  paragraph,
  rich,
  section,
  sentence,
} from '../../blocks/layout.ts'
import { type Block, type Button, type Message, type Names, sizeOf } from '../../blocks/message.ts'
import { between, bold, code, day, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { mentionsOf, resolvedBy } from '../phrases.ts'

type Found = { readonly report: Report; readonly found: readonly Standing[]; readonly look: Look }

/** Characters of JSON for the rows; the rest of a message has to fit beside them. */
const ROWS_CHARS = 10_000
const MAX_ROWS = 8
const MAX_SPOKEN = 5

/** One look at one target. Every line says how it stands now, so a redraw is the answer to every press. */
export function standingReport({ report, found, look }: Found, names: Names): Message {
  if (report.error !== undefined) return unreadReport(report, look)
  const open = found.filter((one) => one.state === 'open')
  const title = report.first ? 'Standing access' : 'New standing access'
  const summary = say`${counted(found.length, 'account has', 'accounts have')} access on ${bold(report.target)} that elevate did not give.`
  const left =
    open.length === found.length
      ? say``
      : open.length === 0
        ? say`All of it is settled.`
        : say`${open.length} of ${found.length} still to be settled.`
  const first = report.first
    ? say`This is the first look at ${report.target}. What is meant can be accepted as the baseline; later reports tell what is new.`
    : say``
  const { blocks, shown } = rowsThatFit(found, names)
  const rest = found.length - shown
  return message(together(summary, left, spoken(found)), [
    header(`${title} on ${report.target}`),
    section(together(summary, left, first)),
    ...blocks,
    rest > 0
      ? context(
          say`And ${rest.toLocaleString('en')} more: ${code(`/elevate standing ${report.target}`)} shows what is open.`,
        )
      : undefined,
    actions(...(open.length > 1 ? [acceptAll(report, open.length)] : []), lookAgain(report)),
    context(say`Read ${moment(report.at)}. elevate looks again by itself and says only what is new.`),
  ])
}

function unreadReport({ target, error, at }: Report, look: Look): Message {
  const since =
    look.readAt && look.readAt > at
      ? say`It was read again ${moment(look.readAt)}.`
      : say`${look.readAt ? say`It was last read ${moment(look.readAt)}.` : 'It was never read.'} elevate tries again by itself.`
  const fact = say`Who has access on ${bold(target)} could not be read ${moment(at)}. This says nothing about who has it.`
  return sentence(
    together(fact, since),
    rich(paragraph(say`${bold('The target said')}: ${clamp(error ?? '', 500)}`)),
  )
}

/** A line and its buttons, as many as fit: what is open comes first. */
function rowsThatFit(
  found: readonly Standing[],
  names: Names,
  maxChars = ROWS_CHARS,
): { readonly blocks: readonly Block[]; readonly shown: number } {
  const sorted = [...found].sort((a, b) => Number(b.state === 'open') - Number(a.state === 'open'))
  const blocks: Block[] = []
  let shown = 0
  for (const one of sorted.slice(0, MAX_ROWS)) {
    const row = [rich(paragraph(standingLine(one, names))), ...buttonsOf(one)]
    if (sizeOf([...blocks, ...row]) > maxChars) break
    blocks.push(...row)
    shown++
  }
  return { blocks, shown }
}

export function standingLine(one: Standing, names: Names): RichText {
  const what = say`${bold(clamp(one.account, 63))} ${holds(one)}: ${clamp(one.how, 200)}.`
  switch (one.state) {
    case 'open':
      return together(
        what,
        one.acceptedUntil ? say`It was accepted until ${day(one.acceptedUntil)}, which is over.` : undefined,
        one.beyond ? say`${clamp(one.beyond, 300)}` : undefined,
      )
    case 'accepted':
      return together(what, acceptedLine(one, names))
    case 'removed':
      return say`${bold(clamp(one.account, 63))} no longer ${holds(one, 'has')}: ${one.closedBy ? names(one.closedBy) : 'somebody'} took it away${when(one.closedAt)}.`
    case 'gone':
      return say`${bold(clamp(one.account, 63))} no longer ${holds(one, 'has')}: it was gone${when(one.closedAt)}.`
  }
}

function acceptedLine(one: Standing, names: Names): RichText {
  const until = one.acceptedUntil ? say` until ${day(one.acceptedUntil)}` : say``
  const why = one.acceptedWhy ? say`: “${clamp(one.acceptedWhy, 200)}”` : say`.`
  return say`${bold('Accepted')} by ${resolvedBy(one.acceptedBy ?? '', names)}${when(one.acceptedAt)}${until}${why}`
}

const when = (at: Date | undefined): RichText => (at ? say` ${moment(at)}` : say``)

function holds({ role }: Pick<Standing, 'role'>, verb = 'has'): RichText {
  return role === WHOLE ? say`${verb} ${bold('everything')}` : say`${verb} ${bold(role)}`
}

/** For what is not about standing access itself; empty where all of it is settled. */
export function openStandingLine(accounts: number): RichText {
  if (accounts === 0) return say``
  return say`${counted(accounts, 'account has', 'accounts have')} standing access that nobody has settled: ${code('/elevate standing')}.`
}

function spoken(found: readonly Standing[]): RichText {
  const open = found.filter((one) => one.state === 'open')
  const said = open
    .slice(0, MAX_SPOKEN)
    .map((one) => say`${clamp(one.account, 63)} ${holds(one)} (${clamp(one.how, 80)})`)
  const rest = open.length - said.length
  if (said.length === 0) return say``
  return say`${between([...said, ...(rest > 0 ? [say`and ${rest} more`] : [])], ', ')}.`
}

function buttonsOf(one: Standing): Block[] {
  if (one.state !== 'open') return []
  const about = `${one.account}, ${roleName(one)} on ${one.target}`
  const buttons: Button[] = [
    button({
      action: ACTION.standing_accept,
      text: 'Accept…',
      label: `Accept ${about}`,
      value: one.id,
    }),
    ...(one.beyond
      ? []
      : [
          button({
            action: ACTION.standing_take,
            text: 'Take away…',
            label: `Take away ${about}`,
            value: one.id,
            style: 'danger',
          }),
        ]),
    button({
      action: ACTION.standing_ask,
      text: 'Ask the owner',
      label: `Ask about ${about}`,
      value: one.id,
    }),
  ]
  return [actions(...buttons)]
}

export const roleName = ({ role }: Pick<Standing, 'role'>) => (role === WHOLE ? 'everything' : role)

function acceptAll({ id, target }: Report, open: number): Button {
  return button({
    action: ACTION.standing_accept_all,
    text: `Accept all ${open} as baseline…`,
    label: `Accept all ${open} on ${target}`,
    value: id,
  })
}

function lookAgain({ id, target }: Report): Button {
  return button({
    action: ACTION.standing_look,
    text: 'Look again',
    label: `Look again at ${target}`,
    value: id,
  })
}

const LIST_CHARS = 8_000

export function acceptedAnswer(accepted: readonly Standing[]): Message {
  const [one] = accepted
  return one && accepted.length === 1
    ? sentence(say`Accepted: ${clamp(one.account, 63)} may have ${roleName(one)} on ${bold(one.target)}.`)
    : sentence(
        say`Standing access of ${counted(accepted.length, 'account')} on ${bold(one?.target ?? '')} is the baseline now.`,
      )
}

export function takenAnswer(one: Standing, sessionsEnded: number): Message {
  const sessions = sessionsEnded > 0 ? say`${counted(sessionsEnded, 'open session')} ended.` : undefined
  return sentence(
    together(
      say`Taken away: ${clamp(one.account, 63)} no longer has ${roleName(one)} on ${bold(one.target)}; the target said so.`,
      sessions,
    ),
  )
}

export function askedAboutAnswer(one: Standing): Message {
  return sentence(
    say`The people of ${bold(one.target)} are asked in its channel what ${clamp(one.account, 63)} has it for.`,
  )
}

export function lookedAnswer(
  target: string,
  looked: { readonly unread: string | undefined; readonly found?: number } | 'busy',
): Message {
  if (looked === 'busy')
    return sentence(say`elevate is looking at ${bold(target)} at this moment; the report says what it finds.`)
  if (looked.unread !== undefined)
    return sentence(
      say`${bold(target)} could not be read: ${clamp(looked.unread, 500)} This says nothing about who has access there.`,
    )
  return looked.found
    ? sentence(say`${bold(target)} was read: ${looked.found} new. The report is in the security channel.`)
    : sentence(say`${bold(target)} was read: nothing new.`)
}

/** In the target's channel: who approves there is alerted, because nobody else would know. */
export function askedAbout(one: Standing, asker: string, whom: readonly Who[], names: Names): Message {
  const mentioned = mentionsOf(whom)
  const to = mentioned.length > 0 ? say`${mentioned}:` : say``
  const fact = say`${names(asker)} of security asks what the account ${bold(clamp(one.account, 63))} has ${bold(roleName(one))} on ${bold(one.target)} for. elevate did not give it: ${clamp(one.how, 200)}.`
  const ask = say`Whoever knows, please answer in this thread. If nobody does, it may be taken away.`
  return message(together(fact, ask), [section(together(to, fact, ask))])
}

/** `/elevate standing`: what is open, what is accepted, and what could not be read. */
export function standingAnswer(
  {
    present,
    looks,
    target,
  }: {
    readonly present: readonly Standing[]
    readonly looks: readonly Look[]
    readonly target: string | undefined
  },
  names: Names,
): Message {
  const open = present.filter((one) => one.state === 'open')
  const accepted = present.length - open.length
  const where = target === undefined ? say`` : say` on ${bold(target)}`
  const head = together(
    open.length === 0
      ? say`No standing access${where} is left to settle.`
      : say`${bold(counted(openAccounts(open), 'account'))} ${plural(openAccounts(open), 'has', 'have')} standing access${where} that nobody has settled.`,
    accepted > 0 ? say`${counted(accepted, 'other is', 'others are')} accepted.` : undefined,
  )
  const read = looks.map(lookLine)
  if (target === undefined) {
    const lines = linesThatFit(
      open.map((one) => say`${one.target}: ${standingLine(one, names)}`),
      LIST_CHARS,
      15,
    )
    const rest = open.length - lines.length
    return message(together(head, ...lines.slice(0, MAX_SPOKEN), ...read), [
      section(head),
      lines.length > 0 ? rich(bullets(lines)) : undefined,
      rest > 0 ? context(say`And ${rest} more.`) : undefined,
      context(between(read, ' ')),
      context(say`${code('/elevate standing orders-db')} shows one target, with what you can do about it.`),
    ])
  }
  const { blocks, shown } = rowsThatFit(open, names, LIST_CHARS)
  const lines = open.slice(0, MAX_SPOKEN).map((one) => standingLine(one, names))
  return message(together(head, ...lines, ...read), [
    section(head),
    ...blocks,
    shown < open.length ? context(say`And ${open.length - shown} more; settle these first.`) : undefined,
    context(between(read, ' ')),
  ])
}

function lookLine({ target, readAt, triedAt, error }: Look): RichText {
  if (error !== undefined)
    return say`${target} could not be read${triedAt ? say` ${moment(triedAt)}` : ''}${readAt ? say`, and was last read ${moment(readAt)}` : ''}.`
  return readAt ? say`${target} was read ${moment(readAt)}.` : say`${target} was not read yet.`
}
