import type { Refused } from '../../core/refusal.ts'
import { literal } from '../blocks/compose.ts'
import type { Message, Names } from '../blocks/message.ts'

/**
 * An expected "no". It may quote what was typed, so all of it is literal text; people in it are named, because a
 * mention could be part of what was typed.
 */
export function refusalAnswer({ refused }: Refused, names: Names): Message {
  return literal(refused.text.replace(/<@([UW][A-Z0-9]+)>/g, (_, id: string) => names(id)))
}
