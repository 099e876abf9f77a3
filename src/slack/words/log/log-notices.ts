import type { EvidenceMade } from '../../../audit/evidence/build.ts'
import { formatDuration } from '../../../core/access/duration.ts'
import type { EvidenceSpan, KeptCheckpoint } from '../../../core/log/audit-proof.ts'
import type { DeliveryState } from '../../../core/log/delivery.ts'
import type { Quarantine } from '../../../core/log/quarantine.ts'
import type { Notice } from '../../../core/notice.ts'
import type { Who } from '../../../core/people/person.ts'
import { counted, plural } from '../../../core/plural.ts'
import { context, header, message, paragraph, quote, rich, section, sentence } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, code, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { pleaseLook } from '../phrases.ts'
import { openStandingLine } from '../standing/standing.ts'

/**
 * The note is shown unchanged, so that anybody can copy it and check the log against it. `posted` tells the person who asked that it
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
  const fact = say`The audit log is not the one that was signed before. ${text}`
  return message(fact, [
    header('The audit log is not what was signed'),
    section(together(fact, pleaseLook(alert))),
    context(
      say`No checkpoint is signed until this is settled. elevate audit verify names the first event that is wrong.`,
    ),
  ])
}

/** A witness remembers another log than this one. It is the word of somebody who has nothing to do with our database. */
export function witnessRefusedNotice(witness: string, text: string, alert: readonly Who[]): Message {
  const fact = say`The witness ${witness} does not cosign the audit log: ${text}.`
  return message(fact, [
    header('A witness contradicts the audit log'),
    section(together(fact, pleaseLook(alert))),
    context(
      say`After a restore that was confirmed this is as it must be: a witness never signs two histories, and a new one with a new key takes its place. Otherwise the log was changed.`,
    ),
  ])
}

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
  return sentence(
    line,
    context(
      say`README.txt in it says how to check it without elevate. The key for that comes from an operator: ${code('elevate audit key')}.`,
      say`It has names and reasons in it. Slack keeps the file until you delete it.`,
    ),
  )
}

export function evidenceAnswer({ grants }: Pick<EvidenceMade, 'grants'>): Message {
  return sentence(say`The evidence of ${counted(grants, 'grant')} is in your direct messages with elevate.`)
}

/** A receiver of the audit log is behind, or has caught up. The log itself is complete either way. */
export function deliveryNotice(
  news: 'lagging' | 'recovered',
  state: DeliveryState,
  alert: readonly Who[],
): Message {
  if (news === 'recovered')
    return sentence(say`Audit events reach ${code(state.name)} again; nothing was left out.`)
  const fact = say`${bold('Audit events do not reach')} ${code(state.name)}: ${counted(state.waiting, 'event')} ${plural(state.waiting, 'waits', 'wait')}, the oldest for ${formatDuration(Math.floor(state.lag))}.`
  return message(fact, [
    section(together(fact, pleaseLook(alert))),
    context(
      say`${state.lastError ? say`Last error: ${state.lastError}. ` : say``}elevate tries again for ever, in order; nothing is lost. It says so once events arrive again.`,
    ),
  ])
}

/** Nothing is done from here on: what the database says of grants may be long over. */
export function quarantineBegan({ said }: Quarantine, alert: readonly Who[]): Message {
  const fact = say`elevate is in quarantine: ${said}`
  const held = say`Nothing is decided, given or taken back until an operator has seen the difference and confirmed it. Access that is due to end stays.`
  return message(together(fact, held), [
    header('elevate is in quarantine'),
    section(together(fact, pleaseLook(alert))),
    section(held),
    context(
      say`On elevate’s host, ${code('elevate quarantine')} shows the difference and how to confirm it.`,
    ),
  ])
}

/** Shown first on Home and in the status: the rows may be out of date, and the buttons change nothing. */
export function quarantineLasts({ beganAt }: Quarantine): RichText {
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

/** A configuration was taken, or refused with its faults; then the one before stays in force. */
export function configNotice(hash: string, faults: readonly string[]): Message {
  const short = hash.slice(0, 12)
  if (faults.length === 0)
    return sentence(
      say`${bold('New configuration')}: from now on policy ${code(short)} decides. Grants that live keep the terms they were given under.`,
    )
  const refused = say`${bold('A new configuration was refused')}, and policy ${code(short)} stays in force.`
  return sentence(
    refused,
    rich(paragraph(say`What is wrong with it:`), ...faults.slice(0, 10).map((fault) => quote(fault, 300))),
  )
}

/** elevate is back after an absence, and says what fell due meanwhile. */
export function restartReport(notice: Extract<Notice, { kind: 'woke' }>): Message {
  const away =
    notice.downSeconds === null
      ? say`elevate has started; how long it was away is not known.`
      : say`elevate is back after ${formatDuration(notice.downSeconds)}.`
  return sentence(together(away, meanwhile(notice), openStandingLine(notice.standing ?? 0)))
}

function meanwhile({ expired, unfinished, lapsed }: Extract<Notice, { kind: 'woke' }>): RichText {
  const parts = [
    ...(expired > 0
      ? [say`${counted(expired, 'grant')} had expired, and ${plural(expired, 'is', 'are')} being ended now`]
      : []),
    ...(unfinished > 0
      ? [
          say`${counted(unfinished, 'grant')} that had been begun ${plural(unfinished, 'is', 'are')} being finished`,
        ]
      : []),
    ...(lapsed > 0 ? [say`${counted(lapsed, 'request')} had lapsed`] : []),
  ]
  return parts.length === 0 ? say`Nothing had fallen due meanwhile.` : say`Meanwhile ${between(parts, '; ')}.`
}
