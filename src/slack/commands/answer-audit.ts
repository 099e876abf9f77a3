import { isRefused } from '../../core/refusal.ts'
import { type AuditAsk, readAudit } from '../../operations/read-audit.ts'
import { notOurs, tellRefusal } from '../answers.ts'
import type { Answer, Door } from '../guard.ts'
import { auditAnswer } from '../messages/audit-answer.ts'
import { withNames } from '../names.ts'
import { type Click, readAuditAsk, writeAuditAsk } from '../payloads.ts'

export async function answerAudit(door: Door, person: string, ask: AuditAsk): Promise<Answer> {
  const page = await readAudit(door.world, person, ask)
  if (isRefused(page)) return tellRefusal(door, page)
  const older = page.next && writeAuditAsk(page.next)
  return withNames(door.world.directory, (names) => auditAnswer(page, names, older))
}

/** The next page in place of this one. The button brings the question; who may ask it is judged again. */
export async function pressAuditPage(door: Door, { visitor, value }: Click): Promise<Answer> {
  const ask = readAuditAsk(value)
  if (!ask) return tellRefusal(door, notOurs())
  return { ...(await answerAudit(door, visitor.person, ask)), replace: true }
}
