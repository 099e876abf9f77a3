/** What somebody else writes about access that was taken by break-glass. */

import type { Lane } from '../notice.ts'
import type { PersonId } from '../people/person.ts'
import type { ReviewState } from './lifecycle.ts'
import type { NewRequest, Request, RequestId } from './request.ts'

export type Review = {
  readonly state: ReviewState
  readonly openedAt: Date
  readonly closedAt: Date | undefined
  readonly reviewer: PersonId | undefined
  readonly note: string
}

/** How a review is closed. */
export type ReviewOutcome = Exclude<ReviewState, 'open'>

/** What a transaction can do with reviews. */
export type ReviewMoves = {
  /** How many reviews this person waits for. Another use of the same person waits here for the commit. */
  openOf(person: PersonId): Promise<number>
  /** Break-glass: a request that is approved without anybody, and its open review. */
  open(request: NewRequest, cards: readonly Lane[]): Promise<Request>
  /** Compare and set from `open`; false when somebody was first. */
  close(
    request: RequestId,
    written: { readonly state: ReviewOutcome; readonly by: PersonId; readonly note: string },
  ): Promise<boolean>
}
