/** Answers about standing access, and the question to the people who may know about it. */
import { clamp } from '../../../core/access/reason.ts'
import type { Who } from '../../../core/people/person.ts'
import { counted, plural } from '../../../core/plural.ts'
import { type Look, openAccounts, type Standing } from '../../../core/standing/standing.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { bullets, context, linesThatFit, rich, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, code, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { mentionsOf } from '../phrases.ts'
import { roleName, rowsThatFit, standingLine } from './standing-access.ts'

const LIST_CHARS = 8_000
const MAX_SPOKEN = 5

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
