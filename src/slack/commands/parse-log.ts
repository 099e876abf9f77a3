/** What is wanted of the log: who had what, which events, which evidence. */
import type { WhoAsk } from '../../audit/report/who.ts'
import { MOMENT_HELP, readMoment } from '../../audit/report/window.ts'
import { parseDuration } from '../../core/access/duration.ts'
import { type AuditAsk, type AuditEventType, auditEventTypes } from '../../core/log/audit-event.ts'
import type { EvidenceSpan } from '../../core/log/audit-proof.ts'
import { nearest } from '../../core/people/nearest.ts'
import { turnedAway } from '../platform/turned-away.ts'
import { NoSuchPerson, nameIn, type Word } from './typed-words.ts'

export type WhoWords =
  | ({ readonly kind: 'who' } & WhoAsk)
  /** One grant, step by step. */
  | { readonly kind: 'story'; readonly grant: number }

const WHO_HELP =
  'Write /elevate who [target [role]] [@person] [at 2026-11-20T03:00Z | around 2026-11-20T03:00Z for 2h | from 2026-11-20 to 2026-11-21 | ever], or /elevate who G-12.'

const WHEN: ReadonlyMap<string, 'at' | 'around' | 'for' | 'from' | 'to'> = new Map([
  ['at', 'at'],
  ['around', 'around'],
  ['for', 'for'],
  ['from', 'from'],
  ['since', 'from'],
  ['to', 'to'],
  ['until', 'to'],
])

/** `orders-db read @ana around 2026-11-20 03:00 for 2h` → whose access of when is wanted. */
export function parseWho(words: readonly Word[]): WhoWords {
  const people = words.filter((word) => word.person)
  const others = words.filter((word) => !word.person)
  const unresolved = others.find((word) => word.text.startsWith('@'))
  if (unresolved) throw new NoSuchPerson(unresolved.text, WHO_HELP)
  const first = others.findIndex((word) => isWhen(word))
  const names = first < 0 ? others : others.slice(0, first)
  const when = readWhen(first < 0 ? [] : others.slice(first))
  if (people.length > 1 || names.length > 2 || !when) throw turnedAway(WHO_HELP)
  const [target, role] = names.map(nameIn)
  const grant = /^g-?([1-9][0-9]{0,8})$/i.exec(target ?? '')
  if (grant?.[1] !== undefined) {
    if (people.length > 0 || role !== undefined || first >= 0) throw turnedAway(WHO_HELP)
    return { kind: 'story', grant: Number(grant[1]) }
  }
  const [person] = people
  return {
    kind: 'who',
    ...(target ? { target } : {}),
    ...(role ? { role } : {}),
    ...(person?.person ? { person: person.person } : {}),
    ...when,
  }
}

const isWhen = (word: Word) => {
  const text = word.text.toLowerCase()
  return text === 'ever' || WHEN.has(text)
}

/** Each keyword with the words up to the next one: a moment may be written with a space. */
function readWhen(words: readonly Word[]): Partial<WhoAsk> | undefined {
  const said = new Map<string, string[]>()
  let key = ''
  for (const word of words) {
    const text = word.text.toLowerCase()
    if (!isWhen(word)) {
      // `around 2026-11-20T03:00Z 2h` is understood without `for`.
      if (key === 'around' && /^[1-9][0-9]*[mhd]$/.test(text) && said.get('around')?.length) {
        key = 'for'
        said.set(key, [])
      }
      said.get(key)?.push(nameIn(word))
      continue
    }
    key = WHEN.get(text) ?? 'ever'
    if (said.has(key)) return undefined
    said.set(key, [])
  }
  const { ever, ...rest } = Object.fromEntries(said)
  if (ever && (ever.length > 0 || said.size > 1)) return undefined
  if (Object.values(rest).some((typed) => typed.length === 0)) return undefined
  return {
    ...(ever ? { ever: true } : {}),
    ...Object.fromEntries(Object.entries(rest).map(([name, typed]) => [name, typed.join(' ')])),
  }
}

const AUDIT_HELP =
  'Write /elevate audit [target [role]] [@person] [type:grant.revoked] [since:2d] [until:2026-11-20].'

type Part = Partial<AuditAsk> | { readonly name: string }

/** `@ana orders-db read type:grant since:2d until:2026-11-20` → which events are wanted. */
export function parseAuditFilter(words: readonly Word[]): AuditAsk {
  let filter: AuditAsk = {}
  const names: string[] = []
  for (const word of words) {
    const part = readPart(word)
    if ('name' in part) names.push(part.name)
    else if (Object.keys(part).some((key) => key in filter && key !== 'types')) throw turnedAway(AUDIT_HELP)
    else filter = { ...filter, ...part, ...joined(filter.types, part.types) }
  }
  if (names.length > 2 || (filter.ago !== undefined && filter.from)) throw turnedAway(AUDIT_HELP)
  const [target, role] = names
  return { ...filter, ...(target ? { target } : {}), ...(role ? { role } : {}) }
}

function readPart(word: Word): Part {
  if (word.person) return { person: word.person }
  const typed = nameIn(word)
  if (typed.startsWith('@')) throw new NoSuchPerson(typed, AUDIT_HELP)
  const colon = /^(type|since|until):(.*)$/i.exec(typed)
  if (!colon) return { name: typed }
  const [, key = '', value = ''] = colon
  if (key.toLowerCase() === 'type') return readType(value)
  return readBound(key.toLowerCase() === 'since' ? 'from' : 'to', value)
}

/** One type, or every type of a noun: `type:grant`. */
function readType(value: string): Partial<AuditAsk> {
  const types = auditEventTypes.filter((type) => type === value || type.startsWith(`${value}.`))
  if (types.length > 0) return { types }
  const near = nearest(value, auditEventTypes)
  throw turnedAway(
    `There is no event type “${value}”. ${near ? `Did you mean ${near}?` : `For example ${auditEventTypes[0]}.`}`,
  )
}

function readBound(bound: 'from' | 'to', value: string): Partial<AuditAsk> {
  const ago = parseDuration(value)
  if (ago !== undefined && bound === 'from') return { ago }
  const moment = readMoment(value)
  if (moment) return bound === 'from' ? { from: moment } : { to: moment }
  const spans = bound === 'from' ? ', or a length of time such as 2d' : ''
  throw turnedAway(`“${value}” is not a moment: ${MOMENT_HELP}${spans}.`)
}

function joined(
  before: readonly AuditEventType[] | undefined,
  more: readonly AuditEventType[] | undefined,
): { types?: readonly AuditEventType[] } {
  if (!before || !more) return {}
  return { types: [...before, ...more] }
}

const EVIDENCE_HELP = 'Write /elevate audit evidence 2026-11-01 2026-11-30 [target] [@person].'
const DAY_MS = 24 * 60 * 60 * 1000
const WHOLE_DAY = /^\d{4}-\d{2}-\d{2}$/

/**
 * `2026-11-01 2026-11-30 [target] [@person]` → which evidence is wanted. A last day is meant whole; a last moment is
 * not part of it.
 */
export function parseEvidence(words: readonly Word[]): EvidenceSpan {
  const people = words.flatMap((word) => word.person ?? [])
  const [first = '', last = '', target, ...more] = words.filter((word) => !word.person).map(nameIn)
  if (first === '' || last === '' || more.length > 0 || people.length > 1) throw turnedAway(EVIDENCE_HELP)
  if (target?.startsWith('@')) throw turnedAway(`“${target}” is not a person Slack knows. ${EVIDENCE_HELP}`)
  const [from, to] = [readMoment(first), readMoment(last)]
  const wrong = from ? last : first
  if (!from || !to) throw turnedAway(`“${wrong}” is not a moment: ${MOMENT_HELP}.`)
  const end = WHOLE_DAY.test(last) ? new Date(to.getTime() + DAY_MS) : to
  if (end <= from) throw turnedAway(`The time ends before it begins. ${EVIDENCE_HELP}`)
  const [person] = people
  return { from, to: end, ...(target ? { target } : {}), ...(person ? { person } : {}) }
}
