/**
 * `/elevate …` → what is meant. Words are read strictly: a person is only who Slack itself resolved to an id, a
 * duration that is nearly right is refused, and nothing is guessed.
 */

import { cleanText } from '../../core/access/reason.ts'
import type { AuditAsk } from '../../core/log/audit-event.ts'
import type { EvidenceSpan } from '../../core/log/audit-proof.ts'
import type { PersonId } from '../../core/people/person.ts'
import { isSubcommand, type Subcommand } from '../../core/subcommands.ts'
import { turnedAway } from '../platform/turned-away.ts'
import { type AllowCommand, type AskWords, meansDuration, parseAllow, parseAsk } from './parse-access.ts'
import { parseAuditFilter, parseEvidence, parseWho, type WhoWords } from './parse-log.ts'
import { NoSuchPerson, nameIn, restAfter, type Word, wordsOf } from './typed-words.ts'

export type Command =
  | { readonly kind: 'form'; readonly target: string | undefined }
  | ({ readonly kind: 'ask' } & AskWords)
  | {
      readonly kind: 'break-glass'
      readonly target: string
      readonly role: string
      readonly duration: string | undefined
      readonly reason: string
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | { readonly kind: 'status' }
  | { readonly kind: 'end'; readonly grant: number | undefined; readonly rest: string }
  | {
      readonly kind: 'extend'
      readonly grant: number | undefined
      readonly duration: string | undefined
      readonly reason: string
    }
  | { readonly kind: 'withdraw'; readonly request: number | undefined }
  | { readonly kind: 'revoke-everything'; readonly person: PersonId; readonly reason: string }
  | { readonly kind: 'revoke'; readonly person: PersonId; readonly target: string; readonly rest: string }
  | WhoWords
  | { readonly kind: 'standing'; readonly target: string | undefined }
  | { readonly kind: 'activity'; readonly grant: number }
  | { readonly kind: 'audit'; readonly filter: AuditAsk }
  | { readonly kind: 'evidence'; readonly span: EvidenceSpan }
  | {
      readonly kind: 'explain'
      readonly target: string
      readonly role: string
      readonly receiver?: PersonId
    }
  | { readonly kind: 'checkpoint'; readonly post: boolean }
  | AllowCommand

type Read = (text: string, words: readonly Word[]) => Command

const READERS: Readonly<Record<Subcommand, Read>> = {
  help: () => ({ kind: 'help' }),
  list: () => ({ kind: 'list' }),
  status: () => ({ kind: 'status' }),
  end: readEnd,
  extend: readExtend,
  withdraw: readWithdraw,
  revoke: readRevoke,
  who: (_text, words) => parseWho(words.slice(1)),
  standing: readStandingWords,
  activity: readActivityWords,
  audit: readAuditWords,
  explain: readExplain,
  'break-glass': readBreakGlass,
  allow: parseAllow,
}

/** Throws, with how it is written, what cannot be meant. */
export function parseCommand(typed: string): Command {
  const text = cleanText(typed)
  const words = wordsOf(text)
  const [first] = words
  if (!first) return { kind: 'form', target: undefined }
  const verb = nameIn(first).toLowerCase()
  if (verb === '?') return { kind: 'help' }
  return isSubcommand(verb) ? READERS[verb](text, words) : readAsk(text, words)
}

function readAsk(text: string, words: readonly Word[]): Command {
  const asked = parseAsk(text, words)
  return asked.roles ? { kind: 'ask', ...asked } : { kind: 'form', target: asked.target }
}

function durationThenReason(text: string, words: readonly Word[], from: number) {
  const typed = words[from]?.text ?? ''
  return meansDuration(typed)
    ? { duration: typed, reason: restAfter(text, words, from + 1) }
    : { duration: undefined, reason: restAfter(text, words, from) }
}

/** The same words as for asking, and a role: what is taken in a hurry is not guessed. */
function readBreakGlass(text: string, words: readonly Word[]): Command {
  const help = 'Write /elevate break-glass target role [duration] reason.'
  const asked = words.length > 2 ? parseAsk(text, words, 1) : undefined
  if (!asked?.roles) throw turnedAway(help)
  const { target, roles, duration, reason, receiver, start } = asked
  const [role = ''] = roles
  if (roles.length > 1 || receiver || start)
    throw turnedAway(`What is taken by break-glass is one role, for yourself and at once. ${help}`)
  return { kind: 'break-glass', target, role, duration, reason }
}

function readEnd(text: string, words: readonly Word[]): Command {
  const number = numbered('G', words[1])
  return { kind: 'end', grant: number, rest: restAfter(text, words, number === undefined ? 1 : 2) }
}

function readExtend(text: string, words: readonly Word[]): Command {
  const number = numbered('G', words[1])
  return { kind: 'extend', grant: number, ...durationThenReason(text, words, number === undefined ? 1 : 2) }
}

function readWithdraw(_text: string, words: readonly Word[]): Command {
  const number = numbered('R', words[1])
  if (words.length > (number === undefined ? 1 : 2)) throw turnedAway('Write /elevate withdraw R-12.')
  return { kind: 'withdraw', request: number }
}

function readRevoke(text: string, words: readonly Word[]): Command {
  const [, person, target] = words
  const help = 'Write /elevate revoke @person target [role] reason, or /elevate revoke @person everything.'
  if (!person || !target) throw turnedAway(help)
  if (!person.person) throw new NoSuchPerson(person.text, help)
  // A target of that name is revoked by its grant's number.
  if (nameIn(target).toLowerCase() === 'everything')
    return { kind: 'revoke-everything', person: person.person, reason: restAfter(text, words, 3) }
  return { kind: 'revoke', person: person.person, target: nameIn(target), rest: restAfter(text, words, 3) }
}

function readAuditWords(_text: string, words: readonly Word[]): Command {
  if (words[1] && nameIn(words[1]).toLowerCase() === 'evidence')
    return { kind: 'evidence', span: parseEvidence(words.slice(2)) }
  const [, first, second, ...more] = words.map((word) => nameIn(word).toLowerCase())
  if (first === 'checkpoint') {
    if (more.length > 0 || (second !== undefined && second !== 'post'))
      throw turnedAway('Write /elevate audit checkpoint, or /elevate audit checkpoint post.')
    return { kind: 'checkpoint', post: second === 'post' }
  }
  return { kind: 'audit', filter: parseAuditFilter(words.slice(1)) }
}

function readStandingWords(_text: string, words: readonly Word[]): Command {
  const [, target] = words
  if (words.length > 2) throw turnedAway('Write /elevate standing [target].')
  return { kind: 'standing', target: target && nameIn(target) }
}

function readActivityWords(_text: string, words: readonly Word[]): Command {
  const number = numbered('G', words[1])
  if (number === undefined || words.length > 2) throw turnedAway('Write /elevate activity G-12.')
  return { kind: 'activity', grant: number }
}

function readExplain(text: string, words: readonly Word[]): Command {
  const help = 'Write /elevate explain target role [for @person].'
  const asked = words.length > 2 ? parseAsk(text, words, 1) : undefined
  const [role, second] = asked?.roles ?? []
  if (
    !asked?.roles ||
    role === undefined ||
    second !== undefined ||
    asked.duration ||
    asked.start ||
    asked.reason
  )
    throw turnedAway(help)
  const { target, receiver } = asked
  return { kind: 'explain', target, role, ...(receiver ? { receiver } : {}) }
}

/** `G-12` → 12; undefined when the word is something else. */
function numbered(letter: 'G' | 'R', word: Word | undefined): number | undefined {
  const match = /^([a-z])-?([0-9]+)$/i.exec(word ? nameIn(word) : '')
  if (!match?.[1] || !match[2]) return undefined
  const kind = match[1].toUpperCase()
  if (kind !== 'G' && kind !== 'R') return undefined
  if (kind !== letter || !/^[1-9][0-9]{0,8}$/.test(match[2]))
    throw turnedAway(
      `That is not a ${letter === 'G' ? 'grant' : 'request'}: write ${letter}-12, for example.`,
    )
  return Number(match[2])
}
