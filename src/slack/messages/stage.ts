import type { Card } from '../../operations/read-card.ts'

/** Where a request is on its way, as people see it. What is not true in the target yet is never said to be. */
export type Stage =
  | 'offered'
  | 'pending'
  | 'declined'
  | 'denied'
  | 'withdrawn'
  | 'lapsed'
  | 'giving'
  | 'active'
  | 'ending'
  | 'undoing'
  | 'ended'
  | 'not-given'

export function stageOf({ request, grant }: Pick<Card, 'request' | 'grant'>): Stage {
  if (request.state !== 'approved') return request.state
  if (!grant || grant.state === 'provisioning') return 'giving'
  if (grant.state === 'active') return 'active'
  const given = grant.activatedAt !== undefined
  if (grant.state === 'revoking') return given ? 'ending' : 'undoing'
  return given ? 'ended' : 'not-given'
}
