import { formatDuration } from '../../core/duration.ts'
import type { Entitlement } from '../../core/policy.ts'
import { clamp } from '../../core/reason.ts'
import type { AccessList } from '../../operations/list-access.ts'
import { message, sentence } from '../blocks/compose.ts'
import { actions, bullets, button, context, linesThatFit, rich, section } from '../blocks/layout.ts'
import type { Message } from '../blocks/message.ts'
import { between, code, type Line, say } from '../blocks/say.ts'
import { ACTION } from '../ids.ts'
import { accessOf, counted } from './phrases.ts'

const MOST_LINES = 60
const ROOM = 10_500

/** For `/elevate list`: what this person may ask for. */
export function listAnswer({ mayAsk }: Pick<AccessList, 'mayAsk'>): Message {
  const [example] = mayAsk
  if (!example) return sentence(NOTHING_TO_ASK)
  const lines = mayAsk.slice(0, MOST_LINES).map(entitlementLine)
  const shown = linesThatFit(lines, ROOM, MOST_LINES)
  const rest = mayAsk.length - shown.length
  const head = say`You may ask for:`
  return message(between([head, ...shown], ' '), [
    section(head),
    rich(bullets(shown)),
    context(
      say`${rest > 0 ? `And ${counted(rest, 'more role')}. ` : ''}For example: ${code(`/elevate ${example.target.id} ${example.role.id} 30m why you need it`)}`,
    ),
    actions(
      button({ action: ACTION.open_form, text: 'Ask…', label: 'Ask for access in a form', value: 'any' }),
    ),
  ])
}

export const NOTHING_TO_ASK: Line = say`No policy names you as somebody who may ask for access. Whoever looks after elevate here can change that.`

/** `read on orders-db (low risk), up to 4 h: Read customers and orders`. */
export function entitlementLine({ target, role, policy }: Entitlement): Line {
  const what = clamp(role.description, 120)
  return say`${accessOf({ role: role.id, target: target.id })} (${role.risk} risk), up to ${formatDuration(policy.duration.max)}: ${what}`
}
