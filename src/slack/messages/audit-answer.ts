import type { AuditEventType, LoggedEvent } from '../../core/audit-event.ts'
import { clamp } from '../../core/reason.ts'
import { message, sentence } from '../blocks/compose.ts'
import { actions, bullets, button, context, linesThatFit, rich, section } from '../blocks/layout.ts'
import type { Message, Names } from '../blocks/message.ts'
import { between, bold, type Line, say, second, together } from '../blocks/say.ts'
import { ACTION } from '../ids.ts'
import { accessName, counted } from './phrases.ts'
import { type ReadEvent, readEvent } from './read-event.ts'

const MOST_LINES = 50
const ROOM = 10_000

/**
 * For `/elevate audit`, newest first. `older` is the value of the button that asks for the next page; without it
 * there is none. `own` when the reader may see no more than what concerns him.
 */
export function auditAnswer(
  page: { readonly events: readonly LoggedEvent[]; readonly own: boolean },
  names: Names,
  older?: string,
): Message {
  const limits = page.own ? say`This shows what concerns you; security and approvers see more.` : say``
  if (page.events.length === 0) return sentence(together(say`The audit log has no such event.`, limits))
  const lines = page.events.slice(0, MOST_LINES).map((event) => eventLine(event, names))
  const shown = linesThatFit(lines, ROOM, MOST_LINES)
  const rest = page.events.length - shown.length
  const head = say`${bold(counted(shown.length, 'event'))} of the audit log, newest first:`
  const note = together(rest > 0 ? say`${rest} more did not fit here.` : say``, limits)
  return message(between([head, ...shown], ' '), [
    section(head),
    rich(bullets(shown)),
    note.length > 0 ? context(note) : undefined,
    older === undefined
      ? undefined
      : actions(
          button({
            action: ACTION.audit_page,
            text: 'Older',
            label: 'Show older events of the audit log',
            value: older,
          }),
        ),
  ])
}

/** One event in one line; the same wherever events are listed. */
export function eventLine(event: LoggedEvent, names: Names): Line {
  const said = readEvent(event)
  const typed = event.private.reason ?? event.private.note
  const numbers = [said.request, said.grant].filter((one) => one !== undefined).join(', ')
  const who = by(said, names)
  const what = about(said, names)
  return together(
    say`${second(event.time)} ${bold(WORDS[event.type] ?? event.type)}${who.length > 0 ? say` ${who}` : ''}${what.length > 0 ? say`: ${what}` : ''}`,
    numbers ? say`(${numbers})` : say``,
    outcome(event.type, said),
    typed ? say`“${clamp(typed.replace(/\s+/g, ' '), 120)}”` : say``,
    say`#${event.index}`,
  )
}

function by({ actor }: ReadEvent, names: Names): Line {
  if (!actor) return say``
  if (actor.kind === 'person') return say`by ${names(actor.id)}`
  return actor.kind === 'operator' ? say`by the operator ${actor.id}` : say``
}

function about({ subject, actor, target, role }: ReadEvent, names: Names): Line {
  const what = target && role ? accessName({ target, role }) : (target ?? '')
  const whose = subject && subject !== actor?.id ? `for ${names(subject)}` : ''
  const parts = [what, whose].filter((one) => one !== '').join(' ')
  return parts === '' ? say`` : say`${parts}`
}

const TELLING: ReadonlySet<string> = new Set([
  'request.refused',
  'decision.refused',
  'decision.recorded',
  'grant.revoking',
  'grant.revoked',
  'config.loaded',
])

function outcome(type: AuditEventType, { outcome: said }: ReadEvent): Line {
  return said && TELLING.has(type) ? say`[${said}]` : say``
}

const WORDS: Partial<Record<AuditEventType, string>> = {
  'request.created': 'Asked',
  'request.approved': 'Approved',
  'request.denied': 'Denied',
  'request.withdrawn': 'Withdrawn',
  'request.lapsed': 'Lapsed',
  'request.refused': 'Refused to ask',
  'decision.recorded': 'Decided',
  'decision.refused': 'Refused to decide',
  'grant.provisioning': 'Giving',
  'grant.activated': 'Given',
  'grant.extended': 'Extended',
  'grant.revoking': 'Ending',
  'grant.revoked': 'Taken back',
  'grant.stuck': 'Still there after its time',
  'grant.verified': 'Checked',
  'credential.shown': 'Password shown',
  'break_glass.used': 'Break-glass used',
  'break_glass.reviewed': 'Break-glass reviewed',
  'pre_approval.given': 'Approved beforehand',
  'pre_approval.used': 'Pre-approval used',
  'pre_approval.ended': 'Pre-approval ended',
  'standing_access.found': 'Standing access found',
  'standing_access.accepted': 'Standing access accepted',
  'standing_access.asked': 'Asked about standing access',
  'standing_access.removed': 'Standing access taken away',
  'standing_access.gone': 'Standing access gone',
  'activity.collected': 'Activity collected',
  'activity.unmatched': 'Access without a grant',
  'config.loaded': 'Configuration',
  'digest.posted': 'Digest posted',
  'checkpoint.signed': 'Checkpoint signed',
  'checkpoint.abandoned': 'Checkpoints abandoned',
  'key.rotated': 'Signing key replaced',
  'quarantine.began': 'Quarantine began',
  'quarantine.ended': 'Quarantine ended',
  'export.made': 'Export made',
}
