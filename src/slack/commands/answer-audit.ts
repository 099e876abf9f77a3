import { csvOfEvents } from '../../audit/export/rows.ts'
import type { PersonId } from '../../core/people/person.ts'
import { isRefused } from '../../core/refusal.ts'
import type { AuditAsk, AuditPage } from '../../operations/log/read-audit.ts'
import type { Names } from '../blocks/message.ts'
import { auditForm } from '../forms/audit-form.ts'
import { noticeView } from '../platform/dialog.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { answerOf, done, type Press, press, type Said } from '../platform/handlers.ts'
import { withNames } from '../platform/names.ts'
import { readAuditAsk, type ViewSeen, writeAuditAsk } from '../platform/payloads.ts'
import { sendFile } from '../platform/send-file.ts'
import { auditAnswer, csvMessage, csvSentAnswer } from '../words/log/audit-answer.ts'
import { checkpointNotice, noCheckpointAnswer } from '../words/log/log-notices.ts'

const TITLE = 'Audit log'

export const answerAudit = (door: Door, person: PersonId, ask: AuditAsk): Promise<Said> =>
  done(door.verbs.readAudit(person, ask), drawAudit)

export function drawAudit(page: AuditPage, names: Names): Answer {
  const buttons = { older: page.next && writeAuditAsk(page.next), asked: writeAuditAsk(page.asked) }
  return auditAnswer(page, names, buttons)
}

export const answerCheckpoint = (door: Door, by: PersonId, post: boolean): Promise<Said> =>
  done(door.verbs.showCheckpoint({ by, post }), ({ last, posted }) =>
    last ? checkpointNotice(last, posted) : noCheckpointAnswer(),
  )

/** The next page in place of this one. The button brings the question; who may ask it is judged again. */
export const pressAuditPage = press(readAuditAsk, async (door, { by, id, view }) => {
  const answer = await answerOf(door, await answerAudit(door, by, id))
  return answer && inPlace(door, view, { ...answer, replace: true })
})

/** Holds what was asked for, so that it can be narrowed or widened. */
export const pressAuditForm: Press = async (door, { trigger, value, view }) => {
  const form = auditForm(readAuditAsk(value) ?? {})
  if (view && !view.home) await door.client.views.update({ view_id: view.id, view: form })
  else await door.client.views.open({ trigger_id: trigger, view: form })
  return undefined
}

/** All that matches as a file, to the person who asked and to nobody else. Whether they may see it is judged again. */
export const pressAuditCsv = press(readAuditAsk, async (door, { by, id, view }) => {
  const made = await door.verbs.exportAudit(by, id)
  if (isRefused(made)) return made
  await sendFile(door.client, by, {
    name: 'audit.csv',
    title: `Audit log, ${made.events.length} events`,
    content: Buffer.from(csvOfEvents(made.events), 'utf8'),
    message: await withNames(door.directory, (names) => csvMessage(id, made, names)),
  })
  return inPlace(door, view, csvSentAnswer(made.events.length))
})

/** In the dialog in which it was pressed: by now the trigger may be too old for a dialog of its own. */
async function inPlace(door: Door, view: ViewSeen | undefined, answer: Answer): Promise<Answer | undefined> {
  if (!view || view.home) return answer
  await door.client.views.update({ view_id: view.id, view: noticeView(TITLE, answer) })
  return undefined
}
