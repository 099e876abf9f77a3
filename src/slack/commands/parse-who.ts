/** `orders-db read @ana around 2026-11-20 03:00 for 2h` → whose access of when is wanted. */
import type { WhoAsk } from '../../audit/report/who.ts'
import { type Refused, refuse } from '../../core/refusal.ts'
import { noSuchPerson } from './no-such-person.ts'
import { nameIn, type Word } from './typed-text.ts'

export type WhoWords =
  | ({ readonly kind: 'who' } & WhoAsk)
  /** One grant, step by step. */
  | { readonly kind: 'story'; readonly grant: number }

export const WHO_HELP =
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

export function parseWho(words: readonly Word[]): WhoWords | Refused {
  const people = words.filter((word) => word.person)
  const others = words.filter((word) => !word.person)
  const unresolved = others.find((word) => word.text.startsWith('@'))
  if (unresolved) return noSuchPerson(unresolved.text, WHO_HELP)
  const first = others.findIndex((word) => isWhen(word))
  const names = first < 0 ? others : others.slice(0, first)
  const when = readWhen(first < 0 ? [] : others.slice(first))
  if (people.length > 1 || names.length > 2 || !when) return refuse('usage', WHO_HELP)
  const [target, role] = names.map(nameIn)
  const grant = /^g-?([1-9][0-9]{0,8})$/i.exec(target ?? '')
  if (grant?.[1] !== undefined)
    return people.length === 0 && role === undefined && first < 0
      ? { kind: 'story', grant: Number(grant[1]) }
      : refuse('usage', WHO_HELP)
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
