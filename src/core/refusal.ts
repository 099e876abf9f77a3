/**
 * An expected "no", as data: which case it is, and what its words need. Each door has the words; the audit log keeps the
 * code. A new case is one line here and one line of words in each door that can show it.
 */

import type { PersonId, PersonKind } from './people/person.ts'

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

/** The form's field that it belongs to. */
type Field =
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

/** The type parameter is what the words of the case need. */
function of<Data extends object = Record<never, never>>(code: RefusalCode, field?: Field) {
  return { code, field } as { readonly code: RefusalCode; readonly field: Field | undefined; data?: Data }
}

/** People are ids, durations seconds, requests and grants their names: `R-12`, `G-12`. */
type On = { readonly role: string; readonly target: string }
type Unknown = { readonly typed: string; readonly known: readonly string[] }
type OfRequest = { readonly request: string }
type OfGrant = { readonly grant: string }
type AtMost = { readonly seconds: number; readonly max: number }
type Ticket = { readonly pattern: string; readonly hint: string | undefined }
type Kind = Exclude<PersonKind, 'member'>

export const CASES = {
  // Asking
  'not-a-member': of<{ kind: Kind }>('not-a-member'),
  'not-a-receiver': of<{ kind: Kind; person: PersonId }>('not-a-receiver', 'person'),
  'no-target-to-ask': of<Unknown>('unknown-target', 'target'),
  'no-role-to-ask': of<Unknown & { target: string }>('unknown-role', 'role'),
  'no-such-access': of<On & { known: readonly string[] }>('unknown-target'),
  'not-allowed': of<On & { others: readonly string[] }>('not-allowed', 'target'),
  'not-allowed-for': of<On & { receiver: PersonId }>('not-allowed', 'person'),
  'nothing-to-explain': of<On & { receiver: PersonId | undefined; breakGlass: boolean }>('not-allowed'),
  'no-duration': of('bad-duration', 'duration'),
  'not-a-duration': of<{ typed: string }>('bad-duration', 'duration'),
  'too-long': of<AtMost>('too-long', 'duration'),
  'reason-missing': of<{ hint: string | undefined }>('reason-missing', 'reason'),
  'reason-too-short': of<{ min: number; hint: string | undefined }>('reason-too-short', 'reason'),
  'reason-too-long': of<{ length: number; max: number }>('reason-too-long', 'reason'),
  'reason-pattern': of<{ pattern: string; hint: string | undefined }>('reason-pattern', 'reason'),
  'ticket-missing': of<Ticket>('ticket-missing', 'ticket'),
  'ticket-pattern': of<Ticket & { typed: string }>('ticket-pattern', 'ticket'),
  'not-a-start': of<{ typed: string }>('bad-start', 'start'),
  'no-such-hour': of<{ typed: string; zone: string }>('bad-start', 'start'),
  'no-start': of('bad-start', 'start'),
  'no-later-start': of('bad-start', 'start'),
  'start-passed': of('bad-start', 'start'),
  'start-too-far': of<{ max: number }>('too-far', 'start'),
  'start-of-extension': of('bad-start', 'start'),
  'too-many-roles': of<{ most: number }>('too-many-roles', 'role'),
  'already-asked': of<On & { receiver: PersonId | undefined }>('already-pending'),
  'too-many-pending': of<{ most: number; wanted: number }>('too-many-pending'),

  // A request and its questions
  'no-such-request': of('unknown-request'),
  'no-request-named': of<OfRequest>('unknown-request'),
  'nothing-to-withdraw': of('unknown-request'),
  'not-the-asker': of<OfRequest & { asker: PersonId }>('not-yours'),
  'waits-for-its-start': of<OfRequest & OfGrant>('already-closed'),
  'request-closed': of<OfRequest & { state: string; by: PersonId | undefined }>('already-closed'),
  'request-expired': of<OfRequest>('already-closed'),
  'offer-expired': of<OfRequest>('already-closed'),
  'offer-accepted': of<OfRequest>('already-closed'),
  'not-offered-to-you': of<OfRequest & { person: PersonId; answer: string }>('not-yours'),
  'question-missing': of('reason-missing', 'note'),
  'answer-missing': of('reason-missing', 'note'),
  'too-many-questions': of<OfRequest & { most: number }>('too-many-pending', 'note'),
  'no-such-question': of('unknown-request'),
  'own-question': of('not-yours', 'note'),
  'question-answered': of('already-closed'),
  'no-part-in-it': of<OfRequest>('not-yours'),
  /** Of several that were meant; `these` is not empty. */
  'more-than-one': of<{ verb: string; these: readonly (On & { name: string })[] }>('usage'),

  // Deciding
  'not-an-approver': of<On>('not-an-approver'),
  'self-approval': of('self-approval'),
  'already-decided': of<OfRequest>('already-decided'),
  'stage-filled': of<OfRequest>('stage-filled'),
  'requester-gone': of<{ requester: PersonId }>('requester-gone'),
  'policy-without-requester': of<On & OfRequest & { requester: PersonId }>('policy-changed'),
  'policy-with-less-time': of<On & { max: number }>('policy-changed'),
  'longer-than-asked': of<{ seconds: number; asked: number }>('too-long', 'duration'),
  'sooner-than-asked': of('bad-start', 'start'),
  'may-not-begin': of<On>('policy-changed'),
  'may-not-begin-for-so-long': of<On & AtMost>('policy-changed'),

  // Pre-approval
  'no-target-to-pre-approve': of<Unknown>('unknown-target', 'target'),
  'no-role-to-pre-approve': of<Unknown & { target: string }>('unknown-role', 'role'),
  'person-gone': of<{ person: PersonId }>('requester-gone', 'person'),
  'nothing-to-pre-approve': of<On & { person: PersonId }>('no-pre-approval', 'person'),
  'no-pre-approval': of<On & { policy: string }>('no-pre-approval', 'target'),
  'self-pre-approval': of('self-approval'),
  'no-span': of('bad-duration', 'span'),
  'not-a-span': of<{ typed: string }>('bad-duration', 'span'),
  'span-too-long': of<AtMost>('too-long', 'span'),
  'no-length-of-each': of('bad-duration', 'duration'),
  'each-too-long': of<AtMost>('too-long', 'duration'),
  'each-longer-than-span': of<{ each: number; span: number }>('too-long', 'duration'),
  'pre-approval-reason-missing': of('reason-missing', 'reason'),
  'already-pre-approved': of('already-pending'),
  'no-such-pre-approval': of('unknown-pre-approval'),
  'no-pre-approval-named': of<{ name: string }>('unknown-pre-approval'),
  'not-your-pre-approval': of<{ name: string; giver: PersonId; person: PersonId }>('not-yours'),
  'pre-approval-over': of<{ name: string }>('already-closed'),

  // Break-glass
  'no-break-glass': of<On>('no-break-glass'),
  'review-open': of('review-open'),
  'self-review': of<OfRequest>('self-review'),
  'not-a-reviewer': of<On & OfRequest>('not-a-reviewer'),
  'no-such-review': of('unknown-request'),
  'review-missing': of('reason-missing', 'note'),
  'already-reviewed': of<OfRequest>('already-closed'),

  // A grant
  'no-such-grant': of('unknown-grant'),
  'no-grant-named': of<OfGrant>('unknown-grant'),
  'no-grant-called': of<OfGrant>('unknown-grant'),
  'nothing-to-extend': of('unknown-grant'),
  'nothing-to-end': of<{ target: string | undefined }>('unknown-grant'),
  'nothing-to-revoke': of<{ person: PersonId; role: string | undefined; target: string }>('unknown-grant'),
  'grant-over': of<OfGrant>('already-over'),
  'end-reason-missing': of('reason-missing', 'note'),
  'not-yours-to-end': of<On>('not-yours'),
  'not-yours-to-end-there': of<{ target: string }>('not-yours'),
  'not-yours-to-extend': of('not-yours'),
  'not-yours-to-see': of('not-yours'),
  'not-yours-to-look-into': of<OfGrant>('not-yours'),
  'not-yours-to-read': of('not-yours', 'person'),
  'extended-too-early': of<OfGrant & { state: 'waiting' | 'provisioning' }>('not-active'),
  'extended-too-late': of<OfGrant>('not-active'),
  'no-credential': of<{ target: string }>('no-credential'),
  'no-credential-yet': of<OfGrant>('not-active'),
  'no-credential-any-more': of<OfGrant>('not-active'),
  'credential-not-made': of<{ target: string; said: string }>('target-refused'),

  // What only security may do
  'not-security': of('not-security'),
  'not-security-for-all-of': of<{ person: PersonId }>('not-security'),
  'not-security-to-look': of('not-yours'),
  'not-security-to-post': of('not-yours'),
  'not-security-to-export': of('not-yours'),

  // Standing access
  'no-such-standing': of('unknown-standing'),
  'no-such-report': of('unknown-standing'),
  'accept-reason-missing': of('reason-missing', 'note'),
  'not-a-day': of<{ typed: string; example: string }>('unknown-date', 'date'),
  'day-over': of<{ day: string }>('unknown-date', 'date'),
  'nothing-open': of('already-closed'),
  /** `by` is a person or an operator. */
  'standing-accepted': of<{ account: string; by: string | undefined }>('already-closed'),
  'standing-removed': of<{ by: string | undefined }>('already-closed'),
  'standing-gone': of<{ account: string }>('already-closed'),
  'standing-over': of('already-closed'),
  'standing-granted': of<{ account: string }>('already-closed'),
  'standing-beyond': of<{ why: string }>('target-refused'),
  'standing-not-removable': of<On>('target-refused'),
  'standing-not-removed': of<{ target: string; said: string }>('target-refused'),
  'no-channel-to-ask-in': of<{ target: string }>('unknown-target'),

  // What is asked of the past
  'no-such-target': of<Unknown>('unknown-target', 'target'),
  'no-such-role': of<Unknown & { target: string }>('unknown-role', 'role'),
  'two-ways-of-saying-when': of('usage'),
  'not-a-length': of<{ typed: string }>('bad-duration', 'duration'),
  'too-long-to-look-at': of<{ max: number }>('too-long', 'duration'),
  'not-a-moment': of<{ typed: string }>('unknown-date', 'date'),
  'end-before-beginning': of('unknown-date', 'date'),

  // Operators
  'no-standing-like-that': of('unknown-standing'),
  'confirm-reason-missing': of('reason-missing', 'reason'),
  'quarantine-over': of('already-over'),
  'erase-reason-missing': of('reason-missing'),
  'not-erasable-yet': of<{ person: PersonId; live: readonly string[] }>('already-pending'),
}

export type Case = keyof typeof CASES

/** Said to operators alone: only the terminal has words for them. */
export type OperatorCase =
  | 'no-standing-like-that'
  | 'confirm-reason-missing'
  | 'quarantine-over'
  | 'erase-reason-missing'
  | 'not-erasable-yet'

export type DataOf<C extends Case> = Readonly<NonNullable<(typeof CASES)[C]['data']>>

type Of<C extends Case> = {
  readonly case: C
  readonly code: RefusalCode
  readonly field?: Field
  readonly data: DataOf<C>
  /** Of several things: for which role nothing was asked, or which grants had been ended when this came. */
  readonly amid?: { readonly role: string } | { readonly ended: readonly string[] }
}
export type Refusal = { readonly [C in Case]: Of<C> }[Case]

export type Refused = { readonly refused: Refusal }

/** The data of a case, which may be left out where there is none. */
export type Said<C extends Case> = keyof DataOf<C> extends never ? [data?: DataOf<C>] : [data: DataOf<C>]

export function refuse<C extends Case>(name: C, ...[data]: Said<C>): Refused {
  const { code, field } = CASES[name]
  return { refused: { case: name, code, ...(field ? { field } : {}), data: data ?? {} } as Refusal }
}

export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value
}
