/**
 * `orders-db read,write 2h for @ana from tomorrow 09:00 because …` → what is asked for. Time, person and start may
 * stand in any order, before the reason or the role; what does not look like one of them begins the reason. Nothing
 * is guessed: a person is only who Slack itself resolved to an id.
 */
import { resemblesDuration } from '../../core/access/duration.ts'
import { resemblesStart } from '../../core/access/start-time.ts'
import type { PersonId } from '../../core/people/person.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { noSuchPerson } from './no-such-person.ts'
import { nameIn, restAfter, type Word } from './typed-text.ts'

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

export const ASK_HELP = '/elevate <target> <role> [duration] [for @person] [from 14:00] [reason]'

type Options = { duration?: string; receiver?: PersonId; start?: string }

/** Undefined when no role was named: then there is a form for the rest. */
export function parseAsk(
  text: string,
  words: readonly Word[],
  from = 0,
): AskWords | { readonly target: string; readonly roles?: undefined } | Refused {
  const options: Options = {}
  let at = from
  /** Takes every option that begins here. */
  const takeOptions = (): Refused | undefined => {
    for (;;) {
      const taken = takeOption(text, words, at, options)
      if (isRefused(taken)) return taken
      if (taken === 0) return undefined
      at += taken
    }
  }
  const lead = words[at]?.text.toLowerCase() === 'for' ? takeOptions() : undefined
  if (lead) return lead
  const target = words[at]
  if (!target || target.person || target.text.startsWith('@'))
    return refuse('usage', `Start with a target, not with a person: ${ASK_HELP}.`)
  at += 1
  const early = takeOptions()
  if (early) return early
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
  const late = takeOptions()
  if (late) return late
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
function takeOption(text: string, words: readonly Word[], at: number, options: Options): number | Refused {
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
    return text[next.at] === '@' ? noSuchPerson(next.text, 'Nothing was asked for.') : 0
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
