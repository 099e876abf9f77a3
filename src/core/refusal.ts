/**
 * An expected "no": what is wrong and what would be right. Refusals are values, not exceptions; a door shows the
 * text, the audit log keeps the code.
 */

import type { PersonId } from './people/person.ts'

export type RefusalCode =
  | 'unknown-target'
  | 'unknown-role'
  | 'bad-duration'
  | 'too-long'
  | 'bad-start'
  | 'too-far'
  | 'reason-missing'
  | 'reason-too-short'
  | 'reason-too-long'
  | 'reason-pattern'
  | 'ticket-missing'
  | 'ticket-pattern'
  | 'not-allowed'
  | 'not-a-member'
  | 'not-a-receiver'
  | 'not-the-receiver'
  | 'too-many-roles'
  | 'already-pending'
  | 'too-many-pending'
  | 'unknown-request'
  | 'unknown-grant'
  | 'unknown-person'
  | 'unknown-date'
  | 'already-closed'
  | 'already-decided'
  | 'stage-filled'
  | 'not-an-approver'
  | 'self-approval'
  | 'requester-gone'
  | 'no-break-glass'
  | 'no-pre-approval'
  | 'unknown-pre-approval'
  | 'review-open'
  | 'self-review'
  | 'not-a-reviewer'
  | 'policy-changed'
  | 'not-yours'
  | 'not-security'
  | 'unknown-standing'
  | 'already-over'
  | 'not-active'
  | 'no-credential'
  | 'target-refused'
  | 'directory-down'
  | 'usage'

export type Refusal = {
  readonly code: RefusalCode
  /** One or two sentences a person can act on. May quote what was typed: show it as plain text. */
  readonly text: string
  /** The same where it names a person or a command, which each door writes in its own way. */
  readonly parts?: Sentence
  /** The form's field it belongs to. */
  readonly field?:
    | 'target'
    | 'role'
    | 'duration'
    | 'start'
    | 'reason'
    | 'ticket'
    | 'person'
    | 'date'
    | 'note'
    | 'span'
}

export type Part = string | { readonly person: PersonId } | { readonly command: string }

export type Sentence = readonly Part[]

/** ``sentence`Only ${{ person: id }} can withdraw it: ${{ command: 'withdraw R-12' }}.` `` */
export function sentence(
  words: TemplateStringsArray,
  ...values: readonly (Part | Sentence | number)[]
): Sentence {
  return words.flatMap((word, at) => {
    const value = values[at] ?? ''
    const parts: Sentence = Array.isArray(value)
      ? value
      : [typeof value === 'number' ? String(value) : (value as Part)]
    return [word, ...parts].filter((part) => part !== '')
  })
}

/** What a refusal says, in parts. */
export function partsOf({ text, parts }: Refusal): Sentence {
  return parts ?? [text]
}

/**
 * Refusals of somebody who wanted what is not his. Security reads of them at once and in the digest; a late click
 * or a forgotten reason is on record, but nobody's news.
 */
const ATTEMPTS: ReadonlySet<string> = new Set([
  'not-allowed',
  'not-a-member',
  'not-an-approver',
  'self-approval',
  'not-yours',
  'not-security',
  'no-break-glass',
  'review-open',
  'self-review',
  'not-a-reviewer',
  'not-the-receiver',
] satisfies RefusalCode[])

export function isAttempt(code: string): boolean {
  return ATTEMPTS.has(code)
}

export type Refused = { readonly refused: Refusal }

export function refuse(code: RefusalCode, said: string | Sentence, field?: Refusal['field']): Refused {
  const words = typeof said === 'string' ? { text: said } : { text: plainly(said), parts: said }
  return { refused: { code, ...words, ...(field ? { field } : {}) } }
}

/** For a log or a terminal: people by id. */
function plainly(said: Sentence): string {
  return said
    .map((part) =>
      typeof part === 'string' ? part : 'person' in part ? part.person : `elevate ${part.command}`,
    )
    .join('')
}

export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value
}

/** `orders-db`, `billing` and `crm` → `orders-db, billing or crm`. */
export function oneOf(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? 'nothing'
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
