import { partsOf, type Refused } from '../../core/refusal.ts'
import { literal } from '../blocks/layout.ts'
import type { Message, Names } from '../blocks/message.ts'

/** An expected "no". It may quote what was typed, so all of it is literal text, with people by their names. */
export function refusalAnswer(refused: Refused, names: Names): Message {
  return literal(refusalText(refused, names))
}

export function refusalText({ refused }: Refused, names: Names): string {
  return partsOf(refused)
    .map((part) =>
      typeof part === 'string' ? part : 'person' in part ? names(part.person) : `/elevate ${part.command}`,
    )
    .join('')
}
