/** All that somebody has and waits for: before it goes, and after. */
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { preApprovalName } from '../../../core/access/pre-approval.ts'
import { requestName } from '../../../core/access/request.ts'
import type { PersonId } from '../../../core/people/person.ts'
import type { Everything } from '../../../operations/access/grant/end-everything.ts'
import { message, sentence } from '../../blocks/compose.ts'
import {
  bullets,
  button,
  header,
  linesThatFit,
  paragraph,
  quote,
  rich,
  section,
} from '../../blocks/layout.ts'
import type { Block, Button, Message, Names } from '../../blocks/message.ts'
import { between, bold, type Line, moment, say, together } from '../../blocks/say.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessOf, counted } from '../phrases.ts'

const MOST = 40
const ROOM = 9_000

/** For the dialog that asks: exactly what will end. */
export function everythingBlocks(all: Everything, names: Names): Block[] {
  return [
    section(
      say`${bold(names(all.person))} loses all of this now, in every target. What was approved meanwhile goes with it.`,
    ),
    listOf(all),
  ]
}

/** To whoever did it. Gone is what the target says is gone; that follows. */
export function everythingAnswer(all: Everything, names: Names): Message {
  const who = names(all.person)
  if (all.grants.length + all.requests.length + all.beforehand.length === 0)
    return sentence(say`${who} has nothing through elevate, and waits for nothing: there is nothing to end.`)
  const line = say`Everything of ${who} is ending: ${countsOf(all)}. When the targets confirm it, it is said in the channels.`
  return message(line, [section(line), listOf(all)])
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

function countsOf({ grants, requests, beforehand }: Everything): string {
  const yeses = beforehand.length > 0 ? `, ${counted(beforehand.length, 'pre-approval')} ended` : ''
  return `${counted(grants.length, 'grant')} ended, ${counted(requests.length, 'request')} withdrawn${yeses}`
}

function listOf(all: Everything): Block {
  return listed(linesOf(all), say`${bold('This is')}:`)
}

/** As many as fit, and how many more there are. */
export function listed(lines: readonly Line[], above?: Line): Block {
  const shown = linesThatFit(lines, ROOM, MOST)
  const rest = lines.length - shown.length
  if (rest === 0) return rich(...(above ? [paragraph(above)] : []), bullets(shown))
  return rich(
    paragraph(say`The first ${shown.length} of ${lines.length}:`),
    bullets([...shown, say`And ${rest} more.`]),
  )
}

export function liveLine(grant: Grant): Line {
  const until = grant.expiresAt ? say`, until ${moment(grant.expiresAt)}` : say`, not there yet`
  return say`${accessOf(grant)} (${grantName(grant.number)})${until}.`
}

function linesOf({ grants, requests, beforehand }: Everything): Line[] {
  return [
    ...grants.map(({ grant }) => liveLine(grant)),
    ...requests.map((one) => say`Asked for ${accessOf(one)} (${requestName(one.number)}).`),
    ...beforehand.map((one) => say`Pre-approved for ${accessOf(one)} (${preApprovalName(one.number)}).`),
  ]
}
