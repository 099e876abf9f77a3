/** The right to act on a grant: taken by one worker at a time, for as long as its lease lasts. Types only. */
import type { Grant } from './grant.ts'

/** A worker's right to act on one grant, until its lease ends or somebody with a higher fence takes over. */
export type Claim = {
  readonly grant: Grant
  readonly fence: number
  /** By this process's own monotonic clock, in milliseconds; the lease began no earlier. */
  readonly takenAt: number
  /** Other grants that want the same account to have the same entitlement now. */
  readonly siblings: readonly Pick<Grant, 'id' | 'number' | 'state' | 'preexisting' | 'activatedAt'>[]
  /** Milliseconds since the due moment by the database's clock; negative before it, undefined when not due yet. */
  readonly overdueMs: number | undefined
  /** True when the time for the access to appear is over. */
  readonly provisionOver: boolean
}
