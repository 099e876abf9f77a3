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
import { nearest } from '../people/nearest.ts'
import {
  entitledThrough,
  type Groups,
  groupsIn,
  includes,
  type Person,
  type PersonId,
} from '../people/person.ts'
import { isRefused, oneOf, type Refused, refuse, sentence } from '../refusal.ts'
import { DURATION_HELP, formatDuration } from './duration.ts'
import { lengthOf, REASON_MAX } from './reason.ts'
import { readTicket, type TicketAsk } from './ticket.ts'

export type Ask = {
  readonly target: string
  readonly role: string
  /** Seconds; undefined takes the policy's default. */
  readonly duration: number | undefined
  readonly reason: string
} & Omit<TicketAsk, 'reason'>

export type Allowed = {
  readonly policy: Policy
  readonly target: Target
  readonly role: Role
  /** Seconds. */
  readonly duration: number
  readonly ticket?: string | undefined
  /** By what the policy means whoever asks: ids of groups, his own id, `everyone`. */
  readonly through: readonly string[]
  /** The same of whoever is to have it, where that is somebody else. */
  readonly receiverThrough?: readonly string[]
}

export type Entitlement = { readonly target: Target; readonly role: Role; readonly policy: Policy }

/** Guests, bots, strangers of a shared channel and people who left are refused everything, each with the reason. */
export function refuseUnlessMember(person: Person): Refused | undefined {
  if (person.kind === 'member') return undefined
  const why = {
    guest: 'Guests of this workspace cannot ask for access or decide on it.',
    bot: 'Apps and bots cannot ask for access or decide on it.',
    deactivated: 'This account is deactivated.',
    stranger: 'People of another workspace cannot ask for access or decide on it.',
  }[person.kind]
  return refuse('not-a-member', why)
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

/** The same for a wish: whoever asks for somebody else does so by what the policy says of that alone. */
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

/** Everything this person may ask for, for himself or for somebody else. */
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

/** Groups that say who may ask for what, for himself and for others. */
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
  // What somebody may not ask for is not listed to him either: names are suggested from his own.
  const myTargets = [...new Set(mine.map((one) => one.target.id))]
  if (!target) return unknown('target', ask.target, myTargets)
  const role = findRole(catalog, target.id, ask.role)
  const myRoles = mine.filter((one) => one.target.id === target.id).map((one) => one.role.id)
  if (!role) return unknown('role', ask.role, myRoles, ` on ${target.id}`)
  const policy = mine.find((one) => one.target.id === target.id && one.role.id === role.id)?.policy
  if (!policy && receiver)
    return refuse(
      'not-allowed',
      sentence`No policy lets you ask for ${role.id} on ${target.id} for ${{ person: receiver.id }}.`,
      'person',
    )
  if (!policy) {
    const others = myRoles.length > 0 ? ` You may ask for ${oneOf(myRoles)} on ${target.id}.` : ''
    return refuse('not-allowed', `No policy lets you ask for ${role.id} on ${target.id}.${others}`, 'target')
  }
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

/** Whoever is to have access must be able to have it. Not an attempt of the receiver, who knows nothing of it. */
export function refuseReceiver({ id, kind }: Person): Refused | undefined {
  if (kind === 'member') return undefined
  const why = {
    guest: sentence`${{ person: id }} is a guest of this workspace, and guests cannot have access.`,
    bot: sentence`${{ person: id }} is an app, and apps cannot have access.`,
    deactivated: sentence`The account of ${{ person: id }} is deactivated.`,
    stranger: 'That person is not of this workspace.',
  }[kind]
  return refuse('not-a-receiver', why, 'person')
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
  if (!policy || !findRole(catalog, asked.target, asked.role))
    return refuse(
      'policy-changed',
      `Today's policy no longer gives ${asked.role} on ${asked.target} to this person.`,
    )
  if (seconds <= policy.duration.max) return undefined
  return refuse(
    'policy-changed',
    `Today's policy allows ${asked.role} on ${asked.target} for ${formatDuration(policy.duration.max)} at most, and this was for ${formatDuration(seconds)}.`,
  )
}

/** `now` is the database's. */
export function refuseStart(
  startsAt: Date,
  now: Date,
  { startWithin }: Pick<Policy, 'startWithin'>,
): Refused | undefined {
  if (Number.isNaN(startsAt.getTime())) return refuse('bad-start', 'That is not a date and a time.', 'start')
  if (startWithin === undefined)
    return refuse('bad-start', 'A later start is not possible here: it starts when it is approved.', 'start')
  if (startsAt.getTime() <= now.getTime())
    return refuse(
      'bad-start',
      'That moment is over. Name a later one, or leave it out to start when it is approved.',
      'start',
    )
  if (startsAt.getTime() > now.getTime() + startWithin * 1000)
    return refuse('too-far', `That is too far ahead: at most ${formatDuration(startWithin)} here.`, 'start')
  return undefined
}

/** A name that nothing has, answered with the nearest out of this person's own. */
export function unknown(
  field: 'target' | 'role',
  typed: string,
  known: readonly string[],
  where = '',
): Refused {
  const near = nearest(typed, known)
  const advice = near
    ? `Did you mean ${near}?`
    : known.length > 0
      ? `You may ask for ${oneOf(known)}.`
      : 'There is nothing here that you may ask for.'
  return refuse(
    field === 'target' ? 'unknown-target' : 'unknown-role',
    `There is no ${field} “${typed}”${where}. ${advice}`,
    field,
  )
}

export function refuseDuration(seconds: number, policy: Policy): Refused | undefined {
  if (!Number.isSafeInteger(seconds) || seconds <= 0)
    return refuse('bad-duration', `That is not a duration: ${DURATION_HELP}.`, 'duration')
  if (seconds > policy.duration.max)
    return refuse(
      'too-long',
      `${formatDuration(seconds)} is too long: at most ${formatDuration(policy.duration.max)} here.`,
      'duration',
    )
  return undefined
}

export function refuseReason(reason: string, policy: Policy): Refused | undefined {
  const hint = policy.reason.hint ? ` ${policy.reason.hint}` : ''
  const length = lengthOf(reason)
  if (length === 0) return refuse('reason-missing', `Please say why you need it.${hint}`, 'reason')
  if (length > REASON_MAX)
    return refuse(
      'reason-too-long',
      `The reason has ${length} characters; at most ${REASON_MAX} fit.`,
      'reason',
    )
  if (length < policy.reason.minLength)
    return refuse(
      'reason-too-short',
      `The reason needs at least ${policy.reason.minLength} characters.${hint}`,
      'reason',
    )
  if (policy.reason.pattern?.test(reason) === false)
    return refuse(
      'reason-pattern',
      hint
        ? `The reason is not in the form that is asked here.${hint}`
        : `The reason must match ${policy.reason.pattern.source}.`,
      'reason',
    )
  return undefined
}
