/** What is said when something is away. */
import type { Message } from '../../src/slack/blocks/message.ts'
import {
  directoryDownAnswer,
  faultAnswer,
  outcomeUnknownAnswer,
  quarantineAnswer,
  storeDownAnswer,
} from '../../src/slack/messages/unavailable.ts'

export function troubleMessages(): Record<string, Message> {
  return {
    quarantined: quarantineAnswer(),
    'store down': storeDownAnswer(),
    'outcome unknown': outcomeUnknownAnswer(),
    'directory down': directoryDownAnswer(),
    fault: faultAnswer(),
  }
}
