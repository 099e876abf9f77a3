import { sentence } from '../blocks/compose.ts'
import type { Message } from '../blocks/message.ts'
import { code, say } from '../blocks/rich-text.ts'

/** `StoreDown`: nothing was changed. */
export function storeDownAnswer(): Message {
  return sentence(
    say`elevate cannot reach its database now. Nothing was changed; please try again in a minute.`,
  )
}

/** `OutcomeUnknown`: it may or may not have happened. */
export function outcomeUnknownAnswer(): Message {
  return sentence(
    say`The database went away at the last moment, so elevate does not know whether this took effect. ${code('/elevate status')} shows how things stand; look there before you try again.`,
  )
}

/** `DirectoryDown`: Slack did not say who somebody is. */
export function directoryDownAnswer(): Message {
  return sentence(
    say`Slack did not tell elevate who may do this, and elevate does not guess. Nothing was changed; please try again in a minute.`,
  )
}

/** `Quarantined`: nothing was changed, and nothing will be until an operator has looked. */
export function quarantineAnswer(): Message {
  return sentence(
    say`elevate is in quarantine: its database is not the one it had signed, perhaps an old backup. Until an operator has looked and confirmed, nothing is decided, given or taken back. Nothing was changed; security was told.`,
  )
}

/** Anything else: a fault of ours. */
export function faultAnswer(): Message {
  return sentence(
    say`Something in elevate went wrong, and it was written to its log. ${code('/elevate status')} shows how things stand.`,
  )
}
