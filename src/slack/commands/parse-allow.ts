/** `/elevate allow @ana orders-db read for 5d each 2h why`, `allow list`, `allow end P-12`. */
import { resemblesDuration } from '../../core/access/duration.ts'
import type { PersonId } from '../../core/people/person.ts'
import { type Refused, refuse } from '../../core/refusal.ts'
import { noSuchPerson } from './no-such-person.ts'
import { nameIn, restAfter, type Word } from './typed-text.ts'

/** What was written so far; a form asks for the rest. */
export type AllowWords = {
  readonly person?: PersonId
  readonly target?: string
  readonly role?: string
  readonly span?: string
  readonly each?: string
  readonly reason?: string
}

export type AllowCommand =
  | { readonly kind: 'allow'; readonly words: AllowWords }
  | { readonly kind: 'allow-list' }
  | { readonly kind: 'allow-end'; readonly number: number }

const HELP = 'Write /elevate allow @person target role for 5d each 2h reason.'

export function parseAllow(text: string, words: readonly Word[]): AllowCommand | Refused {
  const [, first, second] = words
  if (!first) return { kind: 'allow', words: {} }
  const verb = nameIn(first).toLowerCase()
  if (verb === 'list' && words.length === 2) return { kind: 'allow-list' }
  if (verb === 'end') return readEnd(second, words.length)
  if (!first.person) return noSuchPerson(first.text, HELP)
  return { kind: 'allow', words: { person: first.person, ...readTerms(text, words) } }
}

function readEnd(word: Word | undefined, count: number): AllowCommand | Refused {
  const number = /^P-?([1-9][0-9]{0,8})$/i.exec(word ? nameIn(word) : '')?.[1]
  return number && count === 3
    ? { kind: 'allow-end', number: Number(number) }
    : refuse('usage', 'Write /elevate allow end P-12; /elevate allow list shows the numbers.')
}

/** `for` and `each` may be left out, and stand in either order; the first other word begins the reason. */
function readTerms(text: string, words: readonly Word[]): AllowWords {
  const [, , target, role] = words
  const found: { span?: string; each?: string } = {}
  let at = 4
  for (; at < words.length; at++) {
    const word = nameIn(words[at] ?? { text: '', at: 0 })
    const next = words[at + 1]?.text ?? ''
    const key = word.toLowerCase()
    if ((key === 'for' || key === 'each') && resemblesDuration(next)) {
      const named = key === 'for' ? 'span' : 'each'
      if (found[named] !== undefined) break
      found[named] = next
      at++
    } else if (resemblesDuration(word) && found.span === undefined) found.span = word
    else if (resemblesDuration(word) && found.each === undefined) found.each = word
    else break
  }
  if (words[at]?.text.toLowerCase() === 'reason') at++
  const reason = restAfter(text, words, at)
  return {
    ...(target ? { target: nameIn(target) } : {}),
    ...(role ? { role: nameIn(role) } : {}),
    ...found,
    ...(reason ? { reason } : {}),
  }
}
