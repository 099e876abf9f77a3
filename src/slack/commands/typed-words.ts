/** Text as Slack hands it over: `& < >` escaped, mentions, channels and links in angle brackets. */

import { cleanText } from '../../core/access/reason.ts'
import { TurnedAway } from '../platform/turned-away.ts'

export type Word = {
  /** As a person reads it: `@ana`, `https://example.com`, `a & b`. */
  readonly text: string
  /** The id, when the word is a mention of a person that Slack itself resolved. */
  readonly person?: string
  /** Where the word begins in the text. */
  readonly at: number
}

const PERSON = /^<@([UW][A-Z0-9]{1,20})(?:\|[^>]*)?>$/
const BRACKETED = /<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g
const QUOTES = /^["'“”„‟‘’‚‛«»`]+|["'“”„‟‘’‚‛«»`]+$/g

/** Splits at white space outside angle brackets, because a mention may carry a name of two words. */
export function wordsOf(text: string): Word[] {
  return [...text.matchAll(/(?:<[^<>]*>|[^\s<]|<)+/g)].map((match) => {
    const [word] = match
    const person = PERSON.exec(word)?.[1]
    return { text: readable(word), at: match.index, ...(person ? { person } : {}) }
  })
}

/** What the person meant to write; never used to find out who or where, because names can be chosen freely. */
function readable(text: string): string {
  const plain = text.replace(BRACKETED, (_, sign: string, value: string, label: string | undefined) => {
    if (sign === '@') return `@${label || value}`
    if (sign === '#') return `#${label || value}`
    if (sign === '!') return label ? atSign(label) : `@${value}`
    return label || value
  })
  return unescapeSigns(plain)
}

function atSign(label: string): string {
  return label.startsWith('@') ? label : `@${label}`
}

function unescapeSigns(text: string): string {
  const signs: ReadonlyMap<string, string> = new Map([
    ['&amp;', '&'],
    ['&lt;', '<'],
    ['&gt;', '>'],
  ])
  return text.replace(/&(?:amp|lt|gt);/g, (sign) => signs.get(sign) ?? sign)
}

/** A name of a target or role: quotes around it, straight or curly, are not part of it. */
export function nameIn(word: Word): string {
  return word.text.replace(QUOTES, '')
}

/** What follows the first `count` words, as it was written. */
export function restAfter(text: string, words: readonly Word[], count: number): string {
  const next = words[count]
  return next ? cleanText(readable(text.slice(next.at))) : ''
}

/** A "no" that names may still be added to. `help` says how the whole is written. */
export class NoSuchPerson extends TurnedAway {
  readonly typed: string
  readonly help: string
  constructor(typed: string, help: string) {
    super({ words: `“${typed}” is not a person Slack knows: type @ and choose from Slack's list. ${help}` })
    this.typed = typed
    this.help = help
  }
}
