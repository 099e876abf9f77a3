/** All that somebody has and waits for: before it goes, and after. */
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { preApprovalName } from '../../../core/access/pre-approval.ts'
import { requestName } from '../../../core/access/request.ts'
import type { PersonId } from '../../../core/people/person.ts'
import { counted } from '../../../core/plural.ts'
import type { Revocable } from '../../../operations/access/grant/end-by-name.ts'
import type { Everything } from '../../../operations/access/grant/end-everything.ts'
import {
  bullets,
  button,
  header,
  linesThatFit,
  message,
  paragraph,
  quote,
  rich,
  section,
  sentence,
} from '../../blocks/layout.ts'
import type { Block, Button, Message, Names } from '../../blocks/message.ts'
import { between, bold, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessOf } from '../phrases.ts'
import { endingAnswer } from './answers.ts'

const MAX_LINES = 40
const LIST_CHARS = 9_000

/** For the dialog that asks: exactly what will end. */
export function everythingBlocks(all: Everything, names: Names): Block[] {
  return [
    section(
      say`${bold(names(all.person))} loses all of this now, in every target. What was approved meanwhile goes with it.`,
    ),
    listOf(all),
  ]
}

/** To the person who did it. Another message follows when the targets confirm the end. */
export function everythingAnswer(all: Everything, names: Names): Message {
  const who = names(all.person)
  if (all.grants.length + all.requests.length + all.preApprovals.length === 0)
    return sentence(say`${who} has nothing through elevate, and waits for nothing: there is nothing to end.`)
  const line = say`Everything of ${who} is ending: ${countsOf(all)}. When the targets confirm it, it is said in the channels.`
  return sentence(line, listOf(all))
}

/** To the security channel. */
export function everythingEnded(all: Everything, by: PersonId, note: string, names: Names): Message {
  const line = say`${names(by)} ended everything of ${names(all.person)}: ${countsOf(all)}.`
  return message(together(line, ...(note ? [say`Reason: ${note}`] : []), between(linesOf(all), ' ')), [
    header('Everything of one person was ended'),
    section(line),
    ...(note ? [rich(quote(note, 500))] : []),
    listOf(all),
  ])
}

export function everythingButton(person: PersonId, name: string): Button {
  return button({
    action: ACTION.end_everything,
    text: 'End everything…',
    label: `End everything of ${name}`,
    value: person,
    style: 'danger',
  })
}

function countsOf({ grants, requests, preApprovals }: Everything): string {
  const ended = preApprovals.length > 0 ? `, ${counted(preApprovals.length, 'pre-approval')} ended` : ''
  return `${counted(grants.length, 'grant')} ended, ${counted(requests.length, 'request')} withdrawn${ended}`
}

function listOf(all: Everything): Block {
  return listBlock(linesOf(all), say`${bold('This is')}:`)
}

/** As many as fit, and how many more there are. */
function listBlock(lines: readonly RichText[], above?: RichText): Block {
  const shown = linesThatFit(lines, LIST_CHARS, MAX_LINES)
  const rest = lines.length - shown.length
  if (rest === 0) return rich(...(above ? [paragraph(above)] : []), bullets(shown))
  return rich(
    paragraph(say`The first ${shown.length} of ${lines.length}:`),
    bullets([...shown, say`And ${rest} more.`]),
  )
}

function liveLine(grant: Grant): RichText {
  const until = grant.expiresAt ? say`, until ${moment(grant.expiresAt)}` : say`, not there yet`
  return say`${accessOf(grant)} (${grantName(grant.number)})${until}.`
}

function linesOf({ grants, requests, preApprovals }: Everything): RichText[] {
  return [
    ...grants.map(({ grant }) => liveLine(grant)),
    ...requests.map((one) => say`Asked for ${accessOf(one)} (${requestName(one.number)}).`),
    ...preApprovals.map((one) => say`Pre-approved for ${accessOf(one)} (${preApprovalName(one.number)}).`),
  ]
}

/** Somebody's access on one target: before it is taken away, and after. */

const MAX_OTHERS_NAMED = 10

/** For the dialog that asks: exactly what will end. */
export function revokeBlocks({ person, target, role, grants, others }: Revocable, names: Names): Block[] {
  const what = role === undefined ? bold(target) : accessOf({ target, role })
  const left = others
    .slice(0, MAX_OTHERS_NAMED)
    .map(({ grant }) => say`${grant.role} (${grantName(grant.number)})`)
  const more = others.length > left.length ? say` and ${others.length - left.length} more` : say``
  return [
    section(
      say`${bold(names(person))} loses this now. Whatever else is approved for ${what} meanwhile goes with it.`,
    ),
    listBlock(grants.map(({ grant }) => liveLine(grant))),
    ...(left.length > 0 ? [section(say`Not yours to end, so it stays: ${between(left, ', ')}${more}.`)] : []),
  ]
}

/** To the person who did it. Another message follows when the targets confirm the end. */
export function revokingAnswer(
  all: { readonly person: PersonId; readonly target: string; readonly ended: readonly Grant[] },
  by: PersonId,
  names: Names,
): Message {
  const [first, ...more] = all.ended
  const who = names(all.person)
  if (!first) return sentence(say`What ${who} had on ${all.target} is over or ending already.`)
  if (more.length === 0) return endingAnswer(first, by, names)
  const line = say`Ending the access of ${who} on ${bold(all.target)}: ${counted(all.ended.length, 'grant')}. It is said to have ended when the target confirms it.`
  return sentence(line, listBlock(all.ended.map(liveLine)))
}
