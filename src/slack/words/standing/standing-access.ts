/** Access that elevate did not give: reports of what was found, and what security can do about each of it. */
import { clamp } from '../../../core/access/reason.ts'
import { counted } from '../../../core/plural.ts'
import { type Look, type Report, type Standing, WHOLE } from '../../../core/standing/standing.ts'
import { message } from '../../blocks/compose.ts'
import { actions, button, context, header, paragraph, rich, section } from '../../blocks/layout.ts'
import { sizeOf } from '../../blocks/limits.ts'
import type { Block, Button, Message, Names } from '../../blocks/message.ts'
import { between, bold, code, day, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { resolvedBy } from '../phrases.ts'

export type Found = { readonly report: Report; readonly found: readonly Standing[]; readonly look: Look }

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
  return message(together(fact, since), [
    section(together(fact, since)),
    rich(paragraph(say`${bold('The target said')}: ${clamp(error ?? '', 500)}`)),
  ])
}

/** A line and its buttons, as many as fit: what is open comes first. */
export function rowsThatFit(
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
