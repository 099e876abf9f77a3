import { csvOfEvents } from '../../audit/export/rows.ts'
import { isRefused } from '../../core/refusal.ts'
import type { AuditAsk, AuditPage } from '../../operations/log/read-audit.ts'
import { auditForm } from '../forms/audit-form.ts'
import { noticeView } from '../forms/notice-view.ts'
import { notOurs, tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { type Click, readAuditAsk, writeAuditAsk } from '../platform/payloads.ts'
import { sendFile } from '../platform/send-file.ts'
import { auditAnswer, csvMessage, csvSentAnswer } from '../words/log/audit-answer.ts'
import { checkpointNotice, noCheckpointAnswer } from '../words/log/log-notices.ts'

const TITLE = 'Audit log'

export async function answerAudit(door: Door, person: string, ask: AuditAsk): Promise<Answer> {
  const page = await door.verbs.readAudit(person, ask)
  return isRefused(page) ? tellRefusal(door, page) : toAuditAnswer(door, page)
}

export function toAuditAnswer(door: Door, page: AuditPage): Promise<Answer> {
  const buttons = { older: page.next && writeAuditAsk(page.next), asked: writeAuditAsk(page.asked) }
  return withNames(door.directory, (names) => auditAnswer(page, names, buttons))
}

export async function answerCheckpoint(door: Door, by: string, post: boolean): Promise<Answer> {
  const shown = await door.verbs.showCheckpoint({ by, post })
  if (isRefused(shown)) return tellRefusal(door, shown)
  return shown.last ? checkpointNotice(shown.last, shown.posted) : noCheckpointAnswer()
}

/** The next page in place of this one. The button brings the question; who may ask it is judged again. */
export async function pressAuditPage(
  door: Door,
  { visitor, value, view }: Click,
): Promise<Answer | undefined> {
  const ask = readAuditAsk(value)
  if (!ask) return tellRefusal(door, notOurs())
  const answer = await answerAudit(door, visitor.person, ask)
  if (!view || view.home) return { ...answer, replace: true }
  await door.client.views.update({ view_id: view.id, view: noticeView(TITLE, answer) })
  return undefined
}

/** Holds what was asked for, so that it can be narrowed or widened. */
export async function pressAuditForm(door: Door, { trigger, value, view }: Click): Promise<undefined> {
  const form = auditForm(readAuditAsk(value) ?? {})
  if (view && !view.home) await door.client.views.update({ view_id: view.id, view: form })
  else await door.client.views.open({ trigger_id: trigger, view: form })
  return undefined
}

/** All that matches as a file, to whoever asked and to nobody else. Whether he may see it is judged again. */
export async function pressAuditCsv(
  door: Door,
  { visitor, value, view }: Click,
): Promise<Answer | undefined> {
  const ask = readAuditAsk(value)
  if (!ask) return tellRefusal(door, notOurs())
  const made = await door.verbs.exportAudit(visitor.person, ask)
  if (isRefused(made)) return tellRefusal(door, made)
  const message = await withNames(door.directory, (names) => csvMessage(ask, made, names))
  await sendFile(door.client, visitor.person, {
    name: 'audit.csv',
    title: `Audit log, ${made.events.length} events`,
    content: Buffer.from(csvOfEvents(made.events), 'utf8'),
    message,
  })
  const answer = csvSentAnswer(made.events.length)
  if (!view || view.home) return answer
  // The trigger may be too old by now for a dialog of its own.
  await door.client.views.update({ view_id: view.id, view: noticeView(TITLE, answer) })
  return undefined
}
