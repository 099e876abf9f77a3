import { formatDuration } from '../../../core/access/duration.ts'
import type { DeliveryState } from '../../../core/log/delivery.ts'
import type { Who } from '../../../core/people/person.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { context, section } from '../../blocks/layout.ts'
import type { Message } from '../../blocks/message.ts'
import { bold, code, say, together } from '../../blocks/say.ts'
import { counted, mentionsOf } from '../phrases.ts'

/** A receiver of the audit log is behind, or has caught up. The log itself is complete either way. */
export function deliveryNotice(
  news: 'lagging' | 'recovered',
  state: DeliveryState,
  alert: readonly Who[],
): Message {
  if (news === 'recovered')
    return sentence(say`Audit events reach ${code(state.name)} again; nothing was left out.`)
  const mentioned = mentionsOf(alert)
  const fact = say`${bold('Audit events do not reach')} ${code(state.name)}: ${counted(state.waiting, 'event')} ${state.waiting === 1 ? 'waits' : 'wait'}, the oldest for ${formatDuration(Math.floor(state.lag))}.`
  return message(fact, [
    section(together(fact, mentioned.length > 0 ? say`${mentioned}: please look.` : say``)),
    context(
      say`${state.lastError ? say`Last error: ${state.lastError}. ` : say``}elevate tries again for ever, in order; nothing is lost. It says so once events arrive again.`,
    ),
  ])
}
