/** The words that ask for access, and those that approve it in advance. */
import { resemblesDuration } from '../../core/access/duration.ts'
import { resemblesStart } from '../../core/access/start-time.ts'
import type { PersonId } from '../../core/people/person.ts'
import { turnedAway } from '../platform/turned-away.ts'
import { NoSuchPerson, nameIn, restAfter, type Word } from './typed-words.ts'

export type AskWords = {
  readonly target: string
  /** At least one; several are asked for together. */
  readonly roles: readonly string[]
  readonly duration: string | undefined
  readonly reason: string
  /** Whose access it is to be, when that is somebody else. */
  readonly receiver?: PersonId
  /** As typed; what it means depends on the person's time zone. */
  readonly start?: string
}

const ASK_HELP = '/elevate <target> <role> [duration] [for @person] [from 14:00] [reason]'

type Options = { duration?: string; receiver?: PersonId; start?: string }

/**
 * `orders-db read,write 2h for @ana from tomorrow 09:00 because …` → what is asked for. Time, person and start may
 * stand in any order, before the reason or the role; what does not look like one of them begins the reason. Nothing
 * is guessed: a person is only who Slack itself resolved to an id. Without a
 * role there is a form for the rest.
 */
export function parseAsk(
  text: string,
  words: readonly Word[],
  from = 0,
): AskWords | { readonly target: string; readonly roles?: undefined } {
  const options: Options = {}
  let at = from
  /** Takes every option that begins here. */
  const takeOptions = () => {
    for (let taken = -1; taken !== 0; at += taken) taken = takeOption(text, words, at, options)
  }
  if (words[at]?.text.toLowerCase() === 'for') takeOptions()
  const target = words[at]
  if (!target || target.person || target.text.startsWith('@'))
    throw turnedAway(`Start with a target, not with a person: ${ASK_HELP}.`)
  at += 1
  takeOptions()
  const roles: string[] = []
  // `read, write` is as good as `read,write`.
  for (let more = true; more; ) {
    const word = words[at]
    if (!word) break
    const typed = nameIn(word)
    roles.push(
      ...typed
        .split(',')
        .filter(Boolean)
        .map((role) => nameIn({ ...word, text: role })),
    )
    at += 1
    more = typed.endsWith(',') || (words[at]?.text.startsWith(',') ?? false)
  }
  if (roles.length === 0) return { target: nameIn(target) }
  takeOptions()
  const { duration, receiver, start } = options
  return {
    target: nameIn(target),
    roles: [...new Set(roles)],
    duration,
    reason: restAfter(text, words, at),
    ...(receiver ? { receiver } : {}),
    ...(start ? { start } : {}),
  }
}

/** How many words from here are an option that was not said before; noted in `options`. */
function takeOption(text: string, words: readonly Word[], at: number, options: Options): number {
  const word = words[at]
  if (!word) return 0
  if (options.duration === undefined && meansDuration(word.text)) {
    options.duration = word.text
    return 1
  }
  const key = word.text.toLowerCase()
  const next = words[at + 1]
  if (key === 'for' && next && options.receiver === undefined) {
    if (next.person) {
      options.receiver = next.person
      return 2
    }
    if (text[next.at] === '@') throw new NoSuchPerson(next.text, 'Nothing was asked for.')
    return 0
  }
  if (options.start !== undefined) return 0
  const said = key === 'from' ? 1 : 0
  const length = resemblesStart(
    words.slice(at + said, at + said + 2).map((one) => one.text),
    said === 1,
  )
  if (length === 0) return 0
  options.start = words
    .slice(at + said, at + said + length)
    .map((one) => one.text)
    .join(' ')
  return said + length
}

/** One that is nearly right goes along as well: the verb refuses it, and puts that on record. */
export function meansDuration(typed: string): boolean {
  return resemblesDuration(typed) || NUMBERS.test(typed)
}

/** What other programs would read as a number. */
const NUMBERS = /^[-+]?(?:0[xob][0-9a-f]+|[0-9]+e[0-9]+[a-z]?|infinity|nan)$/i

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

const ALLOW_HELP = 'Write /elevate allow @person target role for 5d each 2h reason.'

/** `allow @ana orders-db read for 5d each 2h why`, `allow list`, `allow end P-12`. */
export function parseAllow(text: string, words: readonly Word[]): AllowCommand {
  const [, first, second] = words
  if (!first) return { kind: 'allow', words: {} }
  const verb = nameIn(first).toLowerCase()
  if (verb === 'list' && words.length === 2) return { kind: 'allow-list' }
  if (verb === 'end') return readEnd(second, words.length)
  if (!first.person) throw new NoSuchPerson(first.text, ALLOW_HELP)
  return { kind: 'allow', words: { person: first.person, ...readTerms(text, words) } }
}

function readEnd(word: Word | undefined, count: number): AllowCommand {
  const number = /^P-?([1-9][0-9]{0,8})$/i.exec(word ? nameIn(word) : '')?.[1]
  if (!number || count !== 3)
    throw turnedAway('Write /elevate allow end P-12; /elevate allow list shows the numbers.')
  return { kind: 'allow-end', number: Number(number) }
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
