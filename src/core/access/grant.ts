/** Access that was decided: what is (to be) true in a target, until when, and how it ended. */
import type { GrantId, RequestId } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import type { PersonId, Subject } from '../people/person.ts'
import type { GrantState } from './lifecycle.ts'

/** Why a grant left `provisioning` or `active`. */
export type EndReason = 'expired' | 'returned' | 'ended-early' | 'not-given'

/** What the target said when it was over. `kept-by-other`: another live grant still needs the access. */
export type EndOutcome = 'taken' | 'already-gone' | 'kept-standing' | 'kept-by-other' | 'never-given'

/** How to connect, in plain words for the person (host, database, login); never a secret. */
export type HowTo = readonly { readonly label: string; readonly value: string }[]

export type Grant = {
  readonly id: GrantId
  /** People say `G-2077`. */
  readonly number: number
  readonly requestId: RequestId
  readonly person: PersonId
  readonly target: string
  readonly role: string
  /** Inside the target; undefined until the target was asked which account it is. */
  readonly account: string | undefined
  readonly entitlement: JsonObject
  readonly subject: Subject
  readonly duration: number
  readonly state: GrantState
  readonly version: number
  readonly policyHash: string
  readonly createdAt: Date
  /** The target is not called before; undefined for as soon as it is approved. */
  readonly startsAt: Date | undefined
  /** Last moment for the access to appear; after it the grant is given up and undone. */
  readonly provisionBy: Date
  /** Latest moment the access may exist, fixed before the target is called. */
  readonly notAfter: Date
  readonly activatedAt: Date | undefined
  /** Activation plus duration: the clock starts when the access is really there. An extension adds to the grant before. */
  readonly expiresAt: Date | undefined
  /** The grant that this one extends, with the same account; undefined when it extends none. */
  readonly prolongs: GrantId | undefined
  /** The grant that the account was made for: the first of the chain, or this one. */
  readonly accountFor: GrantId
  /** When the one before ends: the duration counts from there. */
  readonly goesOnFrom: Date | undefined
  readonly preexisting: boolean
  readonly howTo: HowTo
  /** The target's own ids, as read when the access was granted; undefined before, and for grants of older versions. */
  readonly targetIds: JsonObject | undefined
  readonly endReason: EndReason | undefined
  readonly endedBy: PersonId | undefined
  readonly endNote: string
  /** When the access has to be gone: the expiry, or the moment somebody ended it. */
  readonly dueAt: Date | undefined
  readonly revokedAt: Date | undefined
  readonly lateByMs: number | undefined
  readonly endOutcome: EndOutcome | undefined
  /** A step of ending took something of it from the target, in this try or in one before. */
  readonly taken: boolean
  /** By all tries so far. */
  readonly sessionsEnded: number
  readonly leftBehind: readonly string[]
  readonly attempts: number
  readonly lastError: string | undefined
  readonly stuckSince: Date | undefined
  /** Alarms raised so far for this stuck revocation. */
  readonly alarms: number
}

/** Enough to open a grant; the store gives id, number, times and state. */
export type NewGrant = {
  readonly requestId: RequestId
  readonly person: PersonId
  readonly target: string
  readonly role: string
  readonly entitlement: JsonObject
  readonly subject: Subject
  readonly duration: number
  readonly policyHash: string
  /** Seconds. */
  readonly provisionWithin: number
  /** Extends this one if it is live now and gives the same; else the new one is a grant of its own. */
  readonly prolongs?: GrantId | undefined
  /** Not before then; a moment that has passed by the database's clock means now. */
  readonly startsAt?: Date | undefined
}

export function grantName(number: number): string {
  return `G-${number}`
}

/** Decided, and waiting for its start: the target was not called yet. */
export function isWaiting(
  grant: Pick<Grant, 'state' | 'startsAt' | 'account' | 'lastError'>,
): grant is typeof grant & { readonly startsAt: Date } {
  return (
    grant.state === 'provisioning' &&
    grant.startsAt !== undefined &&
    grant.account === undefined &&
    grant.lastError === undefined
  )
}

/** It was over before it began: nothing was ever asked of the target. */
export function neverBegan(grant: Pick<Grant, 'state' | 'startsAt' | 'account' | 'endReason'>): boolean {
  return (
    grant.startsAt !== undefined &&
    grant.account === undefined &&
    (grant.endReason === 'returned' || grant.endReason === 'ended-early')
  )
}

/** Seconds from activation to expiry; for an extension that is more than was asked for. */
export function secondsPlanned(grant: Pick<Grant, 'activatedAt' | 'expiresAt' | 'duration'>): number {
  if (!grant.activatedAt || !grant.expiresAt) return grant.duration
  return (grant.expiresAt.getTime() - grant.activatedAt.getTime()) / 1000
}

/** Those that no other one of the list goes on from: what somebody means who names none of a chain. */
export function lastOfEachExtensionChain<T extends { readonly grant: Pick<Grant, 'id' | 'prolongs'> }>(
  rows: readonly T[],
): T[] {
  const prolonged = new Set(rows.map((row) => row.grant.prolongs))
  return rows.filter((row) => !prolonged.has(row.grant.id))
}

/** Seconds the access was really there; undefined when it never was. */
export function secondsHeld(grant: Pick<Grant, 'activatedAt' | 'revokedAt'>): number | undefined {
  if (!grant.activatedAt || !grant.revokedAt) return undefined
  return (grant.revokedAt.getTime() - grant.activatedAt.getTime()) / 1000
}

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
