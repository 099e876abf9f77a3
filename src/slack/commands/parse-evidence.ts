/** `/elevate audit evidence 2026-11-01 2026-11-30 [target] [@person]` → which folder is wanted. */
import { MOMENT_HELP, readMoment } from '../../audit/report/window.ts'
import type { EvidenceSpan } from '../../core/log/evidence.ts'
import { type Refused, refuse } from '../../core/refusal.ts'
import { nameIn, type Word } from './typed-text.ts'

const HELP = 'Write /elevate audit evidence 2026-11-01 2026-11-30 [target] [@person].'
const DAY_MS = 24 * 60 * 60 * 1000
const A_DAY = /^\d{4}-\d{2}-\d{2}$/

/** A last day is meant whole; a last moment is not part of it. */
export function parseEvidence(words: readonly Word[]): EvidenceSpan | Refused {
  const people = words.flatMap((word) => word.person ?? [])
  const [first = '', last = '', target, ...more] = words.filter((word) => !word.person).map(nameIn)
  if (first === '' || last === '' || more.length > 0 || people.length > 1) return refuse('usage', HELP)
  if (target?.startsWith('@'))
    return refuse('unknown-person', `“${target}” is not a person Slack knows. ${HELP}`)
  const [from, to] = [readMoment(first), readMoment(last)]
  const wrong = from ? last : first
  if (!from || !to) return refuse('unknown-date', `“${wrong}” is not a moment: ${MOMENT_HELP}.`, 'date')
  const end = A_DAY.test(last) ? new Date(to.getTime() + DAY_MS) : to
  if (end <= from) return refuse('unknown-date', `The time ends before it begins. ${HELP}`, 'date')
  const [person] = people
  return { from, to: end, ...(target ? { target } : {}), ...(person ? { person } : {}) }
}
