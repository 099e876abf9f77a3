/** The right to act on a grant: taken by one worker at a time, for as long as its lease lasts. Types only. */
import type { Grant, GrantId } from './grant.ts'
import type { RequestId } from './request.ts'

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

export type Claims = {
  /** Due grants of each target, oldest first, as many as that target has room for; no two workers get the same. */
  due(rooms: ReadonlyMap<string, number>): Promise<readonly Claim[]>
  /** Milliseconds until the next grant of these targets becomes due, by the database's clock; undefined when none is due within `ms`. */
  nextWithin(targets: readonly string[], ms: number): Promise<number | undefined>
  /** This one, if it has something to do and nobody else is at it; access that is to go is tried at any time. */
  one(id: GrantId): Promise<Claim | undefined>
  /** Starts the lease anew; false when somebody with a higher fence has taken over. */
  renew(claim: Claim): Promise<boolean>
  /** Gives a claim back without a change; what is to be done is looked at again now. */
  release(claim: Claim): Promise<void>
  /** Asks the worker of this process to look at a grant now. Losing that costs a second, until the sweeper comes by. */
  lookNow(id: GrantId): void
  /** Pending requests whose time is over. */
  lapsed(limit: number): Promise<readonly RequestId[]>
  /** What had become due before now, for the report at start; and how long nobody was awake. */
  missed(): Promise<{
    readonly downSeconds: number | null
    readonly expired: number
    readonly unfinished: number
    readonly lapsed: number
  }>
  /** Notes that this process is awake. */
  heartbeat(): Promise<void>
}
