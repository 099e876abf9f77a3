import { auditEventTypes } from '../../core/log/audit-event.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import type { AuditAsk } from '../../operations/log/read-audit.ts'
import { toAuditAnswer } from '../commands/answer-audit.ts'
import { notOurs } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { ACTION } from '../platform/ids.ts'
import { readChosen, type Submission, type Suggestion } from '../platform/payloads.ts'
import { accessOptions } from './audit-form.ts'
import { matching, type Option } from './entitlement-options.ts'

/** Names of targets are no secret here: whether there is anything to read is judged when the form comes back. */
export async function suggestAccess(door: Door, asked: Suggestion): Promise<Option[]> {
  return matching(accessOptions(door.catalog()), asked.typed)
}

export async function submitAudit(door: Door, { visitor, view }: Submission): Promise<Answer | Refused> {
  const { fields } = view
  const person = fields.get(ACTION.pick_person)?.value
  const { target, role } = readChosen(fields.get(ACTION.pick_access)?.value ?? '')
  const picked = fields.get(ACTION.pick_types)?.values ?? []
  const types = auditEventTypes.filter((type) => picked.includes(type))
  if (types.length < picked.length) return notOurs()
  const from = momentOf(fields.get(ACTION.pick_from)?.value)
  const to = momentOf(fields.get(ACTION.pick_to)?.value)
  if (from && to && from >= to)
    return refuse('unknown-date', 'The end has to be after the beginning.', 'date')
  const ask: AuditAsk = {
    ...(person ? { person } : {}),
    ...(target ? { target } : {}),
    ...(role ? { role } : {}),
    ...(types.length > 0 ? { types } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  }
  const page = await door.verbs.readAudit(visitor.person, ask)
  return isRefused(page) ? page : toAuditAnswer(door, page)
}

function momentOf(seconds: string | undefined): Date | undefined {
  const read = Number(seconds || Number.NaN)
  return Number.isSafeInteger(read) ? new Date(read * 1000) : undefined
}
