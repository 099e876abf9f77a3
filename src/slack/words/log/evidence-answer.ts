import type { EvidenceMade } from '../../../audit/evidence/build.ts'
import type { EvidenceSpan } from '../../../core/log/evidence.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { context, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { code, say } from '../../blocks/say.ts'
import { counted } from '../phrases.ts'

export function evidenceTitle({ from, to, person, target }: EvidenceSpan, names: Names): string {
  const stamp = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ')
  const only = [...(target ? [` on ${target}`] : []), ...(person ? [` of ${names(person)}`] : [])]
  return `Evidence of access${only.join('')}, ${stamp(from)} to ${stamp(to)} UTC`
}

/** Above the file. */
export function evidenceMessage(
  title: string,
  { grants, events }: Pick<EvidenceMade, 'grants' | 'events'>,
): Message {
  const line = say`${title}: ${counted(grants, 'grant')} and ${counted(events, 'event')}, each with its proof.`
  return message(line, [
    section(line),
    context(
      say`README.txt in it says how to check it without elevate. The key for that comes from an operator: ${code('elevate audit key')}.`,
      say`It has names and reasons in it. Slack keeps the file until you delete it.`,
    ),
  ])
}

export function evidenceAnswer({ grants }: Pick<EvidenceMade, 'grants'>): Message {
  return sentence(say`The evidence of ${counted(grants, 'grant')} is in your direct messages with elevate.`)
}
