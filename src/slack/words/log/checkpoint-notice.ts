import type { KeptCheckpoint } from '../../../core/log/audit-proof.ts'
import type { Who } from '../../../core/people/person.ts'
import { message, sentence } from '../../blocks/compose.ts'
import { context, header, paragraph, rich, section } from '../../blocks/layout.ts'
import type { Message } from '../../blocks/message.ts'
import { say, together } from '../../blocks/say.ts'
import { counted, mentionsOf } from '../phrases.ts'

/**
 * The note stands here to the letter: whoever copies it can hold the log against it. `posted` says to who asked that it
 * will stand in the security channel too.
 */
export function checkpointNotice({ size, note }: KeptCheckpoint, posted = false): Message {
  const line = say`The audit log has ${counted(size, 'event')}, and this is its signed checkpoint.`
  return message(line, [
    rich(paragraph(line), {
      type: 'rich_text_preformatted',
      elements: [{ type: 'text', text: note }],
    }),
    context(
      say`Keep it: elevate audit verify --checkpoint finds out whether the log still is what was signed here.`,
      posted ? say`It is being posted to the security channel, too.` : say``,
    ),
  ])
}

/** The bot has no key, or has just begun. */
export function noCheckpointAnswer(): Message {
  return sentence(
    say`No checkpoint of the audit log was signed yet. Where elevate has a signing key, one follows within a minute of every event.`,
  )
}

/** The log contradicts what was signed. Nothing is signed until somebody has looked. */
export function logRefusedNotice(text: string, alert: readonly Who[]): Message {
  const mentioned = mentionsOf(alert)
  const fact = say`The audit log is not the one that was signed before. ${text}`
  return message(fact, [
    header('The audit log is not what was signed'),
    section(together(fact, mentioned.length > 0 ? say`${mentioned}: please look.` : say``)),
    context(
      say`No checkpoint is signed until this is settled. elevate audit verify names the first event that is wrong.`,
    ),
  ])
}

/** A witness remembers another log than this one. It is the word of somebody who has nothing to do with our database. */
export function witnessRefusedNotice(witness: string, text: string, alert: readonly Who[]): Message {
  const mentioned = mentionsOf(alert)
  const fact = say`The witness ${witness} does not cosign the audit log: ${text}.`
  return message(fact, [
    header('A witness contradicts the audit log'),
    section(together(fact, mentioned.length > 0 ? say`${mentioned}: please look.` : say``)),
    context(
      say`After a restore that was confirmed this is as it must be: a witness never signs two histories, and a new one with a new key takes its place. Otherwise the log was changed.`,
    ),
  ])
}
