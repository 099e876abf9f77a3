/** What is due by the rows' times beside the work on targets. Types only. */

import type { PersonId } from '../people/person.ts'
import type { Grant, GrantId } from './grant.ts'
import type { Request, RequestId } from './request.ts'

export type Dues = {
  /** Grants whose holders are to be told that they end, while there is time left to do something about it. */
  ending(limit: number): Promise<readonly GrantId[]>
  /** Requests whose approvers are to be reminded. */
  reminders(limit: number): Promise<readonly RequestId[]>
  /** Requests that are to be put to the fallback approvers as well. */
  fallbacks(limit: number): Promise<readonly RequestId[]>
  /** Who, of those that have or want access, was not asked about for a while; each is named to one of us only. */
  personToCheck(): Promise<PersonId | undefined>
}

/** Whoever acts on something due takes it first: true for exactly one of all that ask. */
export type DueMoves = {
  warn(grant: Pick<Grant, 'id' | 'version'>): Promise<boolean>
  /** Sets the next reminder too. */
  remind(request: Pick<Request, 'id' | 'version'>): Promise<boolean>
  /** Something happened about it: the time until the next reminder begins anew. */
  waitAnew(request: Pick<Request, 'id' | 'version'>): Promise<void>
  /** `early` does not wait for the time that the policy gives the others. */
  widen(request: Pick<Request, 'id' | 'version'>, how?: { readonly early: boolean }): Promise<boolean>
}
