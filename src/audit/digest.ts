import type { LoggedEvent } from '../core/audit-event.ts'
import { type Grant, secondsHeld } from '../core/grant.ts'
import type { Store } from '../core/ports.ts'
import type { GrantRow, Held } from '../core/reads.ts'
import { isAttempt } from '../core/refusal.ts'
import type { Request } from '../core/request.ts'

/** Longest list of each kind that a digest reads; beyond it the digest says that there is more. */
const MOST = 1000

/** Who had what between two moments, what was refused, what is stuck, and how punctual elevate was. */
export type Digest = {
  readonly from: Date
  readonly to: Date
  readonly grants: readonly Held[]
  readonly asked: number
  /** Requests that were closed without access, by how. */
  readonly denied: readonly Request[]
  readonly lapsed: readonly Request[]
  readonly withdrawn: readonly Request[]
  /** Refused attempts, newest first; not the late clicks and the typing mistakes. */
  readonly refused: readonly LoggedEvent[]
  readonly stuck: readonly GrantRow[]
  /** Break-glass that waits for its review now, however long ago it was used. */
  readonly openReviews: readonly Request[]
  readonly lateness: Lateness
}

/** Milliseconds between the moment access was due to end and the moment the target confirmed that it was gone. */
export type Lateness = {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

export async function readDigest(
  store: Pick<Store, 'reads' | 'audit'>,
  from: Date,
  to: Date,
): Promise<Digest> {
  const [grants, closed, created, refused, stuck, openReviews] = await Promise.all([
    store.reads.held({ from, to, limit: MOST }),
    store.reads.closedRequests(from, to),
    store.audit.events({ types: ['request.created'], from, to, limit: MOST }),
    store.audit.events({ types: ['request.refused', 'decision.refused'], from, to, limit: MOST }),
    store.reads.stuck(),
    store.reads.openReviews(MOST),
  ])
  const state = (wanted: Request['state']) => closed.filter((request) => request.state === wanted)
  return {
    from,
    to,
    grants,
    asked: created.length,
    denied: state('denied'),
    lapsed: state('lapsed'),
    withdrawn: state('withdrawn'),
    refused: refused.filter(wasAttempt),
    stuck,
    openReviews,
    lateness: latenessOf(grants.map((one) => one.grant).filter((grant) => ended(grant, from, to))),
  }
}

function wasAttempt({ bytes }: LoggedEvent): boolean {
  const { outcome } = JSON.parse(bytes) as { outcome?: unknown }
  return typeof outcome === 'string' && isAttempt(outcome)
}

function ended(grant: Grant, from: Date, to: Date): boolean {
  return grant.revokedAt !== undefined && grant.revokedAt >= from && grant.revokedAt < to
}

export function latenessOf(grants: readonly Pick<Grant, 'lateByMs'>[]): Lateness {
  const sorted = grants.flatMap((grant) => grant.lateByMs ?? []).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), worst: sorted.at(-1) ?? 0 }
}

/** Milliseconds; the worst of the grants that ended in the last `seconds`. */
export async function worstLatenessOf(
  store: Pick<Store, 'reads' | 'audit'>,
  seconds: number,
): Promise<number> {
  const to = await store.reads.now()
  const { lateness } = await readDigest(store, new Date(to.getTime() - seconds * 1000), to)
  return lateness.worst
}

/** Share of the time asked for that was used, 0 to 1; undefined while the grant lives or when it never was. */
export function usedShare(grant: Grant): number | undefined {
  const held = secondsHeld(grant)
  return held === undefined ? undefined : Math.min(1, held / grant.duration)
}
