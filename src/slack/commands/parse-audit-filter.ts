/** `@ana orders-db read type:grant since:2d until:2026-11-20` → what of the log is wanted. */
import { MOMENT_HELP, readMoment } from '../../audit/report/window.ts'
import { parseDuration } from '../../core/access/duration.ts'
import { type AuditEventType, auditEventTypes } from '../../core/log/audit-event.ts'
import { nearest } from '../../core/people/nearest.ts'
import type { PersonId } from '../../core/people/person.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { noSuchPerson } from './no-such-person.ts'
import { nameIn, type Word } from './typed-text.ts'

export type AuditWords = {
  readonly person?: PersonId
  readonly target?: string
  readonly role?: string
  readonly types?: readonly AuditEventType[]
  /** Seconds back, or a moment. */
  readonly ago?: number
  readonly from?: Date
  readonly to?: Date
}

export const AUDIT_HELP =
  'Write /elevate audit [target [role]] [@person] [type:grant.revoked] [since:2d] [until:2026-11-20].'

type Part = Partial<AuditWords> | { readonly name: string } | Refused

export function parseAuditFilter(words: readonly Word[]): AuditWords | Refused {
  let filter: AuditWords = {}
  const names: string[] = []
  for (const word of words) {
    const part = readPart(word)
    if (isRefused(part)) return part
    if ('name' in part) names.push(part.name)
    else if (Object.keys(part).some((key) => key in filter && key !== 'types'))
      return refuse('usage', AUDIT_HELP)
    else filter = { ...filter, ...part, ...joined(filter.types, part.types) }
  }
  if (names.length > 2 || (filter.ago !== undefined && filter.from)) return refuse('usage', AUDIT_HELP)
  const [target, role] = names
  return { ...filter, ...(target ? { target } : {}), ...(role ? { role } : {}) }
}

function readPart(word: Word): Part {
  if (word.person) return { person: word.person }
  const typed = nameIn(word)
  if (typed.startsWith('@')) return noSuchPerson(typed, AUDIT_HELP)
  const colon = /^(type|since|until):(.*)$/i.exec(typed)
  if (!colon) return { name: typed }
  const [, key = '', value = ''] = colon
  if (key.toLowerCase() === 'type') return readType(value)
  return readBound(key.toLowerCase() === 'since' ? 'from' : 'to', value)
}

/** One type, or every type of a noun: `type:grant`. */
function readType(value: string): Partial<AuditWords> | Refused {
  const types = auditEventTypes.filter((type) => type === value || type.startsWith(`${value}.`))
  if (types.length > 0) return { types }
  const near = nearest(value, auditEventTypes)
  return refuse(
    'usage',
    `There is no event type “${value}”. ${near ? `Did you mean ${near}?` : `For example ${auditEventTypes[0]}.`}`,
  )
}

function readBound(bound: 'from' | 'to', value: string): Partial<AuditWords> | Refused {
  const ago = parseDuration(value)
  if (ago !== undefined && bound === 'from') return { ago }
  const moment = readMoment(value)
  if (moment) return bound === 'from' ? { from: moment } : { to: moment }
  const spans = bound === 'from' ? ', or a length of time such as 2d' : ''
  return refuse('unknown-date', `“${value}” is not a moment: ${MOMENT_HELP}${spans}.`, 'date')
}

function joined(
  before: readonly AuditEventType[] | undefined,
  more: readonly AuditEventType[] | undefined,
): { types?: readonly AuditEventType[] } {
  if (!before || !more) return {}
  return { types: [...before, ...more] }
}
