import { isWaiting, neverBegan } from '../../../core/access/grant.ts'
import type { Card } from '../../../operations/access/read-card.ts'

/** Where a request is on its way, as people see it. What is not true in the target yet is never said to be. */
/** `waiting` is approved for a later start, and `called-off` was ended before it. */
export type Stage =
  | 'offered'
  | 'pending'
  | 'declined'
  | 'denied'
  | 'withdrawn'
  | 'lapsed'
  | 'waiting'
  | 'giving'
  | 'active'
  | 'ending'
  | 'undoing'
  | 'ended'
  | 'not-given'
  | 'called-off'

export function stageOf({ request, grant }: Pick<Card, 'request' | 'grant'>): Stage {
  if (request.state !== 'approved') return request.state
  if (grant && isWaiting(grant)) return 'waiting'
  if (!grant || grant.state === 'provisioning') return 'giving'
  if (grant.state === 'active') return 'active'
  if (neverBegan(grant)) return 'called-off'
  const given = grant.activatedAt !== undefined
  if (grant.state === 'revoking') return given ? 'ending' : 'undoing'
  return given ? 'ended' : 'not-given'
}
