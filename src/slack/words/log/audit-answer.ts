import { z } from 'zod'
import { clamp } from '../../../core/access/reason.ts'
import type { AuditAsk, AuditEventType, LoggedEvent } from '../../../core/log/audit-event.ts'
import { counted } from '../../../core/plural.ts'
import { WHOLE } from '../../../core/standing/standing.ts'
import { type AuditExport, MAX_EXPORTED_EVENTS } from '../../../operations/log/read-audit.ts'
import {
  actions,
  bullets,
  button,
  context,
  linesThatFit,
  message,
  messageOf,
  rich,
  section,
  sentence,
  spokenLine,
  spokenNote,
} from '../../blocks/layout.ts'
import type { Button, Message, Names } from '../../blocks/message.ts'
import { between, bold, listed, type RichText, say, second, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessName } from '../phrases.ts'

const MAX_EVENTS = 50
const LIST_CHARS = 10_000

/** Values of buttons: what asks for the next page, if there is one, and what was asked. */
type AuditButtons = { readonly older: string | undefined; readonly asked: string }

/** For `/elevate audit`, newest first. `own` when the reader may see no more than what concerns them. */
export function auditAnswer(
  page: { readonly events: readonly LoggedEvent[]; readonly own: boolean },
  names: Names,
  { older, asked }: AuditButtons,
): Message {
  const limits = page.own ? say`This shows what concerns you; security and approvers see more.` : say``
  if (page.events.length === 0)
    return sentence(together(say`The audit log has no such event.`, limits), actions(filterButton(asked)))
  const lines = page.events.slice(0, MAX_EVENTS).map((event) => eventLine(event, names))
  const shown = linesThatFit(lines, LIST_CHARS, MAX_EVENTS)
  const rest = page.events.length - shown.length
  const head = say`${bold(counted(shown.length, 'event'))} of the audit log, newest first:`
  const note = together(rest > 0 ? say`${rest} more did not fit here.` : say``, limits)
  return message(say`${head} ${between(shown, '; ')}`, [
    section(head),
    rich(bullets(shown)),
    note.length > 0 ? context(note) : undefined,
    actions(
      ...(older === undefined
        ? []
        : [
            button({
              action: ACTION.audit_page,
              text: 'Older',
              label: 'Show older events of the audit log',
              value: older,
            }),
          ]),
      filterButton(asked),
      csvButton(asked, 'Send me all as CSV', 'Send me all events that match as a CSV file'),
    ),
  ])
}

function filterButton(asked: string): Button {
  return button({
    action: ACTION.audit_form,
    text: 'Filter…',
    label: 'Filter the audit log with a form',
    value: asked,
  })
}

/** The file goes to the person who presses, with what they may read. */
export function csvButton(asked: string, text: string, label: string): Button {
  return button({ action: ACTION.audit_csv, text, label, value: asked })
}

/** Said above the file. */
export function csvMessage(ask: AuditAsk, made: AuditExport, names: Names): Message {
  const about = [
    ...(ask.person ? [say`about ${names(ask.person)}`] : []),
    ...(ask.target
      ? [say`on ${ask.role ? accessName({ target: ask.target, role: ask.role }) : ask.target}`]
      : []),
    ...(ask.types
      ? [say`of ${ask.types.length <= 3 ? listed(ask.types) : counted(ask.types.length, 'kind')}`]
      : []),
    ...(ask.from ? [say`from ${second(ask.from)}`] : []),
    ...(ask.to ? [say`until ${second(ask.to)}`] : []),
  ]
  const limits = together(
    made.cut
      ? say`One file holds ${MAX_EXPORTED_EVENTS.toLocaleString('en')} events at most: these are the newest, and older ones are missing. Ask for a shorter time, or use elevate audit export.`
      : say``,
    made.own ? say`It holds what concerns you; security and approvers see more.` : say``,
    say`That you took it is in the audit log. Slack keeps the file until you delete it, and whoever runs this workspace can read it there.`,
  )
  const head = together(
    say`The audit log as CSV: ${bold(counted(made.events.length, 'event'))}`,
    about.length > 0 ? between(about, ' ') : say``,
  )
  return messageOf(spokenLine(say`${head}.`), spokenNote(limits))
}

export function csvSentAnswer(count: number): Message {
  return sentence(
    say`${counted(count, 'event')} as CSV: the file is in your direct messages with elevate. Nobody else got it.`,
  )
}

/** One event in one line; the same wherever events are listed. */
export function eventLine(event: LoggedEvent, names: Names): RichText {
  const said = readEvent(event)
  const typed = event.private.reason ?? event.private.note
  const numbers = [said.request, said.grant].filter((one) => one !== undefined).join(', ')
  const who = by(said, names)
  const what = about(said, names)
  return together(
    say`${second(event.time)} ${bold(EVENT_WORDS[event.type] ?? event.type)}${who.length > 0 ? say` ${who}` : ''}${what.length > 0 ? say`: ${what}` : ''}`,
    numbers ? say`(${numbers})` : say``,
    outcome(event.type, said),
    typed ? say`“${clamp(typed.replace(/\s+/g, ' '), 120)}”` : say``,
    say`#${event.index}`,
  )
}

function by({ actor }: ReadEvent, names: Names): RichText {
  if (!actor) return say``
  if (actor.kind === 'person') return say`by ${names(actor.id)}`
  return actor.kind === 'operator' ? say`by the operator ${actor.id}` : say``
}

function about({ subject, actor, target, role, account }: ReadEvent, names: Names): RichText {
  const called = role === WHOLE ? 'everything' : role
  const what = target && called ? accessName({ target, role: called }) : (target ?? '')
  const whose =
    subject && subject !== actor?.id ? `for ${names(subject)}` : !subject && account ? `for ${account}` : ''
  const parts = [what, whose].filter((one) => one !== '').join(' ')
  return parts === '' ? say`` : say`${parts}`
}

const WITH_OUTCOME: ReadonlySet<string> = new Set([
  'request.refused',
  'decision.refused',
  'decision.recorded',
  'grant.revoking',
  'grant.revoked',
  'config.loaded',
])

function outcome(type: AuditEventType, { outcome: said }: ReadEvent): RichText {
  return said && WITH_OUTCOME.has(type) ? say`[${said}]` : say``
}

const EVENT_WORDS: Record<AuditEventType, string> = {
  'request.created': 'Asked',
  'request.accepted': 'Accepted',
  'request.declined': 'Declined',
  'request.approved': 'Approved',
  'request.denied': 'Denied',
  'request.withdrawn': 'Withdrawn',
  'request.lapsed': 'Lapsed',
  'request.refused': 'Refused attempt to ask',
  'decision.recorded': 'Decided',
  'decision.refused': 'Refused attempt to decide',
  'grant.provisioning': 'Giving begun',
  'grant.activated': 'Given',
  'grant.extended': 'Extended',
  'grant.revoking': 'Ending begun',
  'grant.revoked': 'Taken back',
  'grant.stuck': 'Still there after its time',
  'grant.verified': 'Checked',
  'credential.shown': 'Password shown',
  'break_glass.used': 'Break-glass used',
  'break_glass.reviewed': 'Break-glass reviewed',
  'pre_approval.given': 'Approved beforehand',
  'pre_approval.used': 'Pre-approval used',
  'pre_approval.ended': 'Pre-approval ended',
  'question.asked': 'Question asked',
  'question.answered': 'Question answered',
  'standing_access.found': 'Standing access found',
  'standing_access.accepted': 'Standing access accepted',
  'standing_access.asked': 'Asked about standing access',
  'standing_access.removed': 'Standing access taken away',
  'standing_access.gone': 'Standing access gone',
  'activity.collected': 'Activity collected',
  'activity.unmatched': 'Access without a grant',
  'privacy.erased': 'Private texts erased',
  'retention.applied': 'Old texts erased',
  'config.loaded': 'Configuration',
  'digest.posted': 'Digest posted',
  'checkpoint.signed': 'Checkpoint signed',
  'checkpoint.abandoned': 'Checkpoints abandoned',
  'key.rotated': 'Signing key replaced',
  'quarantine.began': 'Quarantine began',
  'quarantine.ended': 'Quarantine ended',
  'export.made': 'Export made',
}

const shape = z.object({
  actor: z.object({ kind: z.string(), id: z.string() }).optional().catch(undefined),
  subject: z.string().optional().catch(undefined),
  target: z.string().optional().catch(undefined),
  role: z.string().optional().catch(undefined),
  account: z.string().optional().catch(undefined),
  request: z.string().optional().catch(undefined),
  grant: z.string().optional().catch(undefined),
  outcome: z.string().optional().catch(undefined),
})

/** What an event says, from its bytes. Bytes of another version of elevate say as much as is understood. */
type ReadEvent = z.infer<typeof shape>

export function readEvent(event: Pick<LoggedEvent, 'bytes'>): ReadEvent {
  try {
    const read = shape.safeParse(JSON.parse(event.bytes))
    return read.success ? read.data : {}
  } catch {
    return {}
  }
}
