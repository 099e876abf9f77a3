/**
 * Which move is possible in which state: one table, followed by buttons, verbs and the database's triggers.
 *
 *     request:  offered ──accept───▶ pending         (only what somebody else asked for begins as an offer)
 *                  ├────decline────▶ declined
 *                  └ withdraw, expire, as below
 *
 *               pending ──approve──▶ approved        grant:  provisioning ──activate──▶ active
 *                  ├──────deny─────▶ denied                        │                      │
 *                  ├────withdraw───▶ withdrawn                     └────────end───────────┴──▶ revoking ──finish──▶ revoked
 *                  └────expire─────▶ lapsed          (the stored name of an expired request)
 *
 *     review:   open ──justify──▶ justified | ──object──▶ unjustified
 *
 * A grant that could not be given goes through `revoking` as well: whether the target took it is not known until
 * it was read. There is no failed state; a revocation ends when the target says the access is gone.
 */

export const requestStates = [
  'offered',
  'pending',
  'approved',
  'declined',
  'denied',
  'withdrawn',
  'lapsed',
] as const
export type RequestState = (typeof requestStates)[number]

export const grantStates = ['provisioning', 'active', 'revoking', 'revoked'] as const
export type GrantState = (typeof grantStates)[number]

export const reviewStates = ['open', 'justified', 'unjustified'] as const
export type ReviewState = (typeof reviewStates)[number]
/** How a review is closed. */
export type ReviewOutcome = Exclude<ReviewState, 'open'>

export const requestMoves = {
  accept: { from: ['offered'], to: 'pending' },
  decline: { from: ['offered'], to: 'declined' },
  approve: { from: ['pending'], to: 'approved' },
  deny: { from: ['pending'], to: 'denied' },
  withdraw: { from: ['offered', 'pending'], to: 'withdrawn' },
  expire: { from: ['offered', 'pending'], to: 'lapsed' },
} as const satisfies Record<string, { from: readonly RequestState[]; to: RequestState }>
type RequestMove = keyof typeof requestMoves

export const grantMoves = {
  activate: { from: ['provisioning'], to: 'active' },
  end: { from: ['provisioning', 'active'], to: 'revoking' },
  finish: { from: ['revoking'], to: 'revoked' },
} as const satisfies Record<string, { from: readonly GrantState[]; to: GrantState }>
type GrantMove = keyof typeof grantMoves

export const reviewMoves = {
  justify: { from: ['open'], to: 'justified' },
  object: { from: ['open'], to: 'unjustified' },
} as const satisfies Record<string, { from: readonly ReviewState[]; to: ReviewState }>

export function canRequest(move: RequestMove, state: RequestState): boolean {
  return (requestMoves[move].from as readonly RequestState[]).includes(state)
}

export function canGrant(move: GrantMove, state: GrantState): boolean {
  return (grantMoves[move].from as readonly GrantState[]).includes(state)
}

/** Every edge as `from>to`, for the test that compares this table with the database's trigger. */
export function edges(moves: Record<string, { from: readonly string[]; to: string }>): string[] {
  return Object.values(moves)
    .flatMap(({ from, to }) => from.map((state) => `${state}>${to}`))
    .sort()
}
