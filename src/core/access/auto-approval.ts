/**
 * Auto-approval: a rule in the configuration approves a request without asking anybody. A rule holds when every condition that
 * it names holds; the database's clock says what time it is.
 */
import type { AutoApproval, Policy } from '../catalog.ts'
import { duringHours } from '../people/hours.ts'
import { type Groups, groupsIn, includes, type PersonId } from '../people/person.ts'

type AutoAsk = {
  readonly person: PersonId
  readonly role: string
  readonly duration: number
  readonly reason: string
  readonly ticket: string | undefined
}

export type Condition = 'role' | 'person' | 'duration' | 'hours' | 'reason' | 'ticket'

/** The conditions of a rule that do not hold, in the order in which people think of them. */
export function unmet(rule: AutoApproval, ask: AutoAsk, at: Date, groups: Groups): Condition[] {
  const holds: Record<Condition, boolean> = {
    role: rule.roles?.includes(ask.role) ?? true,
    person: rule.from === undefined || includes(rule.from, ask.person, groups),
    duration: rule.maxDuration === undefined || ask.duration <= rule.maxDuration,
    hours: rule.hours === undefined || duringHours(rule.hours, at),
    reason: rule.reasonPattern?.test(ask.reason) ?? true,
    ticket:
      rule.ticketPattern === undefined || (ask.ticket !== undefined && rule.ticketPattern.test(ask.ticket)),
  }
  return CONDITIONS.filter((one) => !holds[one])
}

const CONDITIONS: readonly Condition[] = ['role', 'person', 'duration', 'hours', 'reason', 'ticket']

/** The first rule, in the file's order, that approves this at every one of these moments: when it is asked and when it begins. */
export function ruleFor(
  policy: Pick<Policy, 'autoApprove'>,
  ask: AutoAsk,
  moments: readonly Date[],
  groups: Groups,
): AutoApproval | undefined {
  return policy.autoApprove?.find((rule) => moments.every((at) => unmet(rule, ask, at, groups).length === 0))
}

/** Groups that must be read before {@link ruleFor} can answer. */
export function groupsToApproveBy(policy: Pick<Policy, 'autoApprove'>): string[] {
  return [...new Set((policy.autoApprove ?? []).flatMap((rule) => groupsIn(rule.from ?? [])))]
}
