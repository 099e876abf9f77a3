/** Standing access: a holder without a grant. What was found of it, who accepted it, and what of it is news. */

import type { Grant } from '../access/grant.ts'
import type { FoundHolder } from '../connector.ts'
import type { ReportId, StandingId } from '../ids.ts'
import type { Lane } from '../notice.ts'
import type { ChannelId, PersonId } from '../people/person.ts'

/** In place of a role: everything on the target, as superusers have it. */
export const WHOLE = '*'

type StandingState = 'open' | 'accepted' | 'removed' | 'gone'

export type Standing = {
  readonly id: StandingId
  readonly target: string
  /** A role's id, or {@link WHOLE}. */
  readonly role: string
  readonly account: string
  readonly via: FoundHolder['via']
  readonly how: string
  readonly beyond: string | undefined
  /** elevate gave it, and no grant covers it any more. */
  readonly leftover: boolean
  readonly state: StandingState
  readonly version: number
  readonly report: ReportId
  readonly foundAt: Date
  readonly seenAt: Date
  readonly acceptedBy: PersonId | undefined
  readonly acceptedAt: Date | undefined
  readonly acceptedUntil: Date | undefined
  readonly acceptedWhy: string
  /** Who pressed Take away, whatever came of it. */
  readonly takingBy: PersonId | undefined
  readonly closedAt: Date | undefined
  readonly closedBy: PersonId | undefined
}

/** What a reading says about one account. */
export type Holding = Pick<Standing, 'role' | 'account' | 'via' | 'how' | 'beyond' | 'leftover'>

/** One role, and everybody whom the target named for it. */
export type Reading = { readonly role: string; readonly holders: readonly FoundHolder[] }

/** A grant that was live at some moment of the reading, on this target or on another that is the same system. */
export type Backing = Pick<Grant, 'target' | 'role'> & {
  readonly account: string | undefined
  /** The grant that the account was made for. */
  readonly accountFor: string
}

/**
 * Holders without a grant. What somebody else gave stands, grant or no grant. What elevate gave stands when no grant
 * says so: left over after a restored backup, for one. Superusers count once, for the whole target.
 */
export function standingIn(
  target: string,
  readings: readonly Reading[],
  backing: readonly Backing[],
): Holding[] {
  const found = new Map<string, Holding>()
  for (const { role, holders } of readings)
    for (const holder of holders) {
      if (holder.ours && isBacked(target, role, holder, backing)) continue
      const { account, via, how, beyond, ours } = holder
      const about = via === 'superuser' ? WHOLE : role
      const leftover = ours
      found.set(JSON.stringify([about, account]), {
        role: about,
        account,
        via,
        how: leftover ? `${how}, and no grant stands for it` : how,
        beyond,
        leftover,
      })
    }
  return [...found.values()]
}

/** Another target of the same system calls its roles as it likes, so there the account alone has to do. */
function isBacked(
  target: string,
  role: string,
  { account, grantId }: FoundHolder,
  backing: readonly Backing[],
): boolean {
  return backing.some(
    (one) =>
      (one.account === account || (grantId !== undefined && one.accountFor === grantId)) &&
      (one.target !== target || one.role === role),
  )
}

/** Accounts with open standing access; once for each target. */
export function openAccounts(present: readonly Pick<Standing, 'state' | 'target' | 'account'>[]): number {
  const open = present.filter((one) => one.state === 'open')
  return new Set(open.map(({ target, account }) => JSON.stringify([target, account]))).size
}

/** One look at one target that brought something new, or nothing because the target did not answer. */
export type Report = {
  readonly id: ReportId
  readonly target: string
  readonly at: Date
  readonly first: boolean
  readonly error: string | undefined
}

export type Look = {
  readonly target: string
  /** The last look, whatever came of it, and the last that the target answered. */
  readonly triedAt: Date | undefined
  readonly readAt: Date | undefined
  /** Why the last one failed. */
  readonly error: string | undefined
}

/** When to look: after so many seconds, or at a time of day. */
export type StandingSchedule = { readonly every: number } | { readonly at: string; readonly timezone: string }

export type StandingCopy = {
  readonly report: ReportId
  readonly lane: Lane
  readonly channel: ChannelId
  readonly ts: string
}

/** In place of a person's id where an operator at the terminal accepted it. */
export function operatorNamed(login: string): string {
  return `operator ${login}`
}

export function isOperator(by: string): boolean {
  return by.startsWith('operator ')
}
