import type { Story } from '../../../audit/report/who.ts'
import { grantName } from '../../../core/access/grant.ts'
import { requestName } from '../../../core/access/request.ts'
import { message } from '../../blocks/compose.ts'
import { bullets, context, linesThatFit, rich, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, say } from '../../blocks/say.ts'
import { eventLine } from '../log/audit-answer.ts'
import { accessOf } from '../phrases.ts'

const MOST_LINES = 40
const ROOM = 10_000

/** For `/elevate who G-12`: one grant from the question to the end, in the order in which it happened. */
export function storyAnswer({ row: { grant, request }, events, more }: Story, names: Names): Message {
  const newestFirst = events.toReversed().map((event) => eventLine(event, names))
  const shown = linesThatFit(newestFirst, ROOM, MOST_LINES).toReversed()
  const head = say`${bold(grantName(grant.number))} (${requestName(request.number)}): ${accessOf(grant)} for ${names(grant.person)}, step by step:`
  const cut = more || shown.length < events.length
  return message(between([head, ...shown], ' '), [
    section(head),
    rich(bullets(shown)),
    cut ? context(say`These are the latest ${shown.length} steps; there were more before.`) : undefined,
  ])
}
