import type { Quarantine } from '../../../core/log/quarantine.ts'
import type { Who } from '../../../core/people/person.ts'
import { message } from '../../blocks/compose.ts'
import { context, header, paragraph, quote, rich, section } from '../../blocks/layout.ts'
import type { Message } from '../../blocks/message.ts'
import { bold, code, type Line, moment, say, together } from '../../blocks/say.ts'
import { mentionsOf } from '../phrases.ts'

/** Nothing is done from here on: what the database says of grants may be long over. */
export function quarantineBegan({ said }: Quarantine, alert: readonly Who[]): Message {
  const mentioned = mentionsOf(alert)
  const fact = say`elevate is in quarantine: ${said}`
  const held = say`Nothing is decided, given or taken back until an operator has seen the difference and confirmed it. Access that is due to end stays.`
  return message(together(fact, held), [
    header('elevate is in quarantine'),
    section(together(fact, mentioned.length > 0 ? say`${mentioned}: please look.` : say``)),
    section(held),
    context(
      say`On elevate’s host, ${code('elevate quarantine')} shows the difference and how to confirm it.`,
    ),
  ])
}

/** Above all that the database says of somebody: it may be long over, and its buttons change nothing. */
export function quarantineLasts({ beganAt }: Quarantine): Line {
  return say`${bold('elevate is in quarantine')} since ${moment(beganAt)}: its database is not the one it had signed, perhaps an old backup. What stands below may be out of date, and the buttons change nothing. Nothing is decided, given or taken back until an operator has looked and confirmed; security was told.`
}

/** The reason was typed by somebody: it stands in rich text, where nothing in it means anything. */
export function quarantineEnded({ endedBy, reason, why }: Quarantine): Message {
  const fact = say`The quarantine is over: the operator ${endedBy ?? 'unknown'} has seen the difference and confirmed that the database goes on as it is.`
  const what =
    why === 'restored'
      ? say`What was signed and is missing now stays on record as abandoned. Reason:`
      : say`What was signed before and reads differently now stays on record as abandoned. Reason:`
  return message(together(fact, what, say`${reason}`), [
    section(fact),
    rich(paragraph(what), quote(reason)),
    context(
      say`Abandoned checkpoints count no more; all others do. ${code('elevate audit verify')} says where the log was restored.`,
    ),
  ])
}
