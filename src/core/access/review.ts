/** What somebody else writes about access that was taken by break-glass. */

import type { PersonId } from '../people/person.ts'
import type { ReviewState } from './lifecycle.ts'

export type Review = {
  readonly state: ReviewState
  readonly openedAt: Date
  readonly closedAt: Date | undefined
  readonly reviewer: PersonId | undefined
  readonly note: string
}

/** How a review is closed. */
export type ReviewOutcome = Exclude<ReviewState, 'open'>
