/**
 * May this person have this, and what is missing? One function answers for the form, the one-liner, Home,
 * `explain`, and again at the click: the question can be rehearsed without asking for anything.
 */
import {
  type Catalog,
  findRole,
  findTarget,
  type Policy,
  policiesFor,
  type Role,
  type Target,
} from '../catalog.ts'
import {
  entitledThrough,
  type Groups,
  groupsIn,
  includes,
  type Person,
  type PersonId,
} from '../people/person.ts'
import { isRefused, type Refused, refuse } from '../refusal.ts'
import { lengthOf, REASON_MAX, type RequestTexts } from './reason.ts'
import { readTicket, type TicketAsk } from './ticket.ts'

export type Ask = {
  readonly target: string
  readonly role: string
  /** Seconds; undefined takes the policy's default. */
  readonly duration: number | undefined
} & RequestTexts &
  Omit<TicketAsk, 'reason'>

export type Allowed = {
  readonly policy: Policy
  readonly target: Target
  readonly role: Role
  /** Seconds. */
  readonly duration: number
  readonly ticket?: string | undefined
  /** By which entries of the policy the requester may ask: ids of groups, their own id, `everyone`. */
  readonly through: readonly string[]
  /** The same for the receiver, where that is somebody else. */
  readonly receiverThrough?: readonly string[]
}

export type Entitlement = { readonly target: Target; readonly role: Role; readonly policy: Policy }

/** Guests, bots, strangers of a shared channel and people who left are refused everything, each with the reason. */
export function refuseUnlessMember(person: Person): Refused | undefined {
  return person.kind === 'member' ? undefined : refuse('not-a-member', { kind: person.kind })
}

/** The first policy, in the file's order, under which this person may ask for the entitlement. */
export function policyOf(
  catalog: Catalog,
  target: string,
  role: string,
  person: string,
  groups: Groups,
): Policy | undefined {
  return policiesFor(catalog, target, role).find((policy) => includes(policy.request, person, groups))
}

/** Who would have the access, and who asks for it, where that is somebody else. */
export type Wish = { readonly requester: PersonId; readonly askedBy?: PersonId | undefined }

/** The same for a wish: on behalf of somebody else it is only `request_for` that counts. */
export function policyFor(
  catalog: Catalog,
  one: Wish & { readonly target: string; readonly role: string },
  groups: Groups,
): Policy | undefined {
  const { requester, askedBy } = one
  if (askedBy === undefined) return policyOf(catalog, one.target, one.role, requester, groups)
  return policiesFor(catalog, one.target, one.role).find(
    ({ requestFor }) =>
      requestFor !== undefined &&
      includes(requestFor.from, askedBy, groups) &&
      includes(requestFor.to, requester, groups),
  )
}

/** Everything this person may ask for, for themselves or for somebody else. */
export function entitlementsOf(
  catalog: Catalog,
  person: PersonId,
  groups: Groups,
  receiver?: PersonId,
): Entitlement[] {
  const wish: Wish = receiver === undefined ? { requester: person } : { requester: receiver, askedBy: person }
  return catalog.targets.flatMap((target) =>
    target.roles.flatMap((role) => {
      const policy = policyFor(catalog, { ...wish, target: target.id, role: role.id }, groups)
      return policy ? [{ target, role, policy }] : []
    }),
  )
}

/** Groups that say who may ask for what, for themselves and for others. */
export function groupsThatAsk(policies: readonly Policy[]): string[] {
  return [
    ...new Set(
      policies.flatMap(({ request, requestFor }) =>
        groupsIn([...request, ...(requestFor ? [...requestFor.from, ...requestFor.to] : [])]),
      ),
    ),
  ]
}

/** Groups whose members must be known before {@link rehearse} can answer about this entitlement. */
export function groupsToAskWith(catalog: Catalog, target: string, role: string): string[] {
  return groupsThatAsk(policiesFor(catalog, target, role))
}

/** `receiver` is who would have the access, when that is somebody else than the person who asks. */
export function rehearse(
  catalog: Catalog,
  ask: Ask,
  person: Person,
  groups: Groups,
  receiver?: Person,
): Allowed | Refused {
  const stranger = refuseUnlessMember(person) ?? (receiver && refuseReceiver(receiver))
  if (stranger) return stranger
  const mine = entitlementsOf(catalog, person.id, groups, receiver?.id)
  const target = findTarget(catalog, ask.target)
  // Nobody is shown names of what they may not ask for: suggestions come from their own list.
  const myTargets = [...new Set(mine.map((one) => one.target.id))]
  if (!target) return refuse('no-target-to-ask', { typed: ask.target, known: myTargets })
  const role = findRole(catalog, target.id, ask.role)
  const myRoles = mine.filter((one) => one.target.id === target.id).map((one) => one.role.id)
  if (!role) return refuse('no-role-to-ask', { typed: ask.role, known: myRoles, target: target.id })
  const policy = mine.find((one) => one.target.id === target.id && one.role.id === role.id)?.policy
  const on = { role: role.id, target: target.id }
  if (!policy && receiver) return refuse('not-allowed-for', { ...on, receiver: receiver.id })
  if (!policy) return refuse('not-allowed', { ...on, others: myRoles })
  const duration = ask.duration ?? policy.duration.default
  const ticket = readTicket(policy.ticket, ask)
  const tooLong = refuseDuration(duration, policy)
  if (tooLong) return tooLong
  if (isRefused(ticket)) return ticket
  return (
    refuseReason(ask.reason, policy) ?? {
      policy,
      target,
      role,
      duration,
      ticket,
      ...(receiver
        ? {
            through: entitledThrough(policy.requestFor?.from ?? [], person.id, groups),
            receiverThrough: entitledThrough(policy.requestFor?.to ?? [], receiver.id, groups),
          }
        : { through: entitledThrough(policy.request, person.id, groups) }),
    }
  )
}

/** The receiver must be able to have access. Not an attempt of the receiver, who knows nothing of it. */
export function refuseReceiver({ id, kind }: Person): Refused | undefined {
  return kind === 'member' ? undefined : refuse('not-a-receiver', { kind, person: id })
}

/** Is what was decided some days ago still allowed now that it is to begin? */
export function mayBegin(
  catalog: Catalog,
  asked: Wish & { readonly target: string; readonly role: string },
  seconds: number,
  person: Person,
  groups: Groups,
): Refused | undefined {
  const stranger = refuseUnlessMember(person)
  if (stranger) return stranger
  const policy = policyFor(catalog, asked, groups)
  const { target, role } = asked
  if (!policy || !findRole(catalog, target, role)) return refuse('may-not-begin', { role, target })
  const { max } = policy.duration
  return seconds <= max ? undefined : refuse('may-not-begin-for-so-long', { role, target, max, seconds })
}

/** `now` is the database's. */
export function refuseStart(
  startsAt: Date,
  now: Date,
  { startWithin }: Pick<Policy, 'startWithin'>,
): Refused | undefined {
  if (Number.isNaN(startsAt.getTime())) return refuse('no-start')
  if (startWithin === undefined) return refuse('no-later-start')
  if (startsAt.getTime() <= now.getTime()) return refuse('start-passed')
  if (startsAt.getTime() > now.getTime() + startWithin * 1000)
    return refuse('start-too-far', { max: startWithin })
  return undefined
}

export function refuseDuration(seconds: number, policy: Policy): Refused | undefined {
  if (!Number.isSafeInteger(seconds) || seconds <= 0) return refuse('no-duration')
  const { max } = policy.duration
  return seconds > max ? refuse('too-long', { seconds, max }) : undefined
}

export function refuseReason(reason: string, policy: Policy): Refused | undefined {
  const { minLength, pattern, hint } = policy.reason
  const length = lengthOf(reason)
  if (length === 0) return refuse('reason-missing', { hint })
  if (length > REASON_MAX) return refuse('reason-too-long', { length, max: REASON_MAX })
  if (length < minLength) return refuse('reason-too-short', { min: minLength, hint })
  return pattern?.test(reason) === false
    ? refuse('reason-pattern', { pattern: pattern.source, hint })
    : undefined
}
