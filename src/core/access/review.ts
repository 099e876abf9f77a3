/** What somebody else writes about access that was taken by break-glass. */

import type { ReviewState } from './lifecycle.ts'

/** How a review is closed. */
export type ReviewOutcome = Exclude<ReviewState, 'open'>
