/** What can be asked for and under which rules: `elevate.yaml`, read and checked. */

import type { Redaction } from './activity/activity.ts'
import type { Json, JsonObject } from './json.ts'
import type { Delivery } from './log/delivery.ts'
import type { DayHours, Weekday, WorkHours } from './people/hours.ts'
import type { Alert, ChannelId, Who } from './people/person.ts'
import type { Retention } from './people/privacy.ts'
import type { StandingSchedule } from './standing/standing.ts'

export type Risk = 'low' | 'medium' | 'high'

export type Role = {
  readonly id: string
  /** What it allows, in plain words for the approver. */
  readonly description: string
  readonly risk: Risk
  /** The connector's own settings for this role; frozen on every grant. */
  readonly settings: JsonObject
  /** How much of the statements is kept; the target's own setting without it. */
  readonly redact?: Redaction
}

export type Target = {
  readonly id: string
  readonly connector: string
  readonly description: string
  /** Where approval cards and revocation notices go. */
  readonly channel: ChannelId
  readonly settings: JsonObject
  readonly redact?: Redaction
  readonly roles: readonly Role[]
}

/** Access that is taken first and reviewed afterwards: by whom, and for how long. */
type BreakGlass = {
  readonly from: readonly Who[]
  /** Seconds. */
  readonly duration: { readonly default: number; readonly max: number }
  /** May somebody whose earlier use still waits for its review take access this way again? */
  readonly whileReviewOpen: 'refuse' | 'allow'
}

/** A regular expression from the configuration. Whether it must match all of a text or a part is decided there. */
export type Pattern = { readonly source: string; test(text: string): boolean }

export type TicketRule = {
  readonly required: boolean
  /** Must match the whole of it. */
  readonly pattern: Pattern
  /** With `{ticket}` behind the host. */
  readonly link?: string
  readonly hint?: string
}

export type Policy = {
  readonly name: string
  readonly targets: readonly string[]
  readonly roles: readonly string[]
  /** Who may ask. */
  readonly request: readonly Who[]
  readonly approve: {
    /** All must be filled, in any order; one person fills one of them only. */
    readonly stages: readonly ApprovalStage[]
    /** Only when the file says so in so many words may the requester be one of them. */
    readonly allowSelfApproval: boolean
    /** Where the card goes: the target's channel, when left out. */
    readonly tell?: 'channel' | 'direct' | 'both'
  }
  /** Seconds. */
  readonly duration: { readonly default: number; readonly max: number }
  readonly reason: {
    readonly minLength: number
    /** Must be found in it. */
    readonly pattern?: Pattern
    /** Says what a good reason looks like. */
    readonly hint?: string
  }
  /** The ticket that a request names; none is looked for without it. */
  readonly ticket?: TicketRule
  /** Who may ask for whom; without it everybody asks for themselves. */
  readonly requestFor?: { readonly from: readonly Who[]; readonly to: readonly Who[] }
  /** Seconds until an unanswered request expires. */
  readonly lapseAfter: number
  /** A start may lie so many seconds ahead; without it none may be named. */
  readonly startWithin?: number
  /** Without it nobody can. */
  readonly breakGlass?: BreakGlass
  /** Seconds until the approvers are reminded; then twice as many, and so on. None without it. */
  readonly remindAfter?: number
  /** Who may decide as well once a request has waited so many seconds. */
  readonly fallback?: {
    readonly from: readonly Who[]
    readonly after: number
    /** At once, when not enough approvers are there at all. */
    readonly whenEmpty?: boolean
  }
  /** When approvers are not to be disturbed, by the clock of the place where each is. */
  readonly quietHours?: DayHours
  /** Auto-approval rules; the first that holds counts. */
  readonly autoApprove?: readonly AutoApproval[]
  /** The longest that a pre-approval holds, in seconds. Without it nobody can give one. */
  readonly preApproval?: { readonly max: number }
}

/** A system that reports what accounts did, beside the targets' own connectors. */
export type ActivitySource = {
  readonly name: string
  /** A reference to the secret that it signs with. */
  readonly secret: Json
  readonly targets: readonly string[]
  /** Accounts that work there without a grant, and are not reported. */
  readonly knownAccounts: readonly string[]
}

export type Catalog = {
  /** SHA-256 (hex) of the file's bytes; every decision names it. */
  readonly hash: string
  /** Those bytes, as text; kept, so that the hash can be looked up later. */
  readonly text?: string
  readonly securityChannel: ChannelId
  /** May end anybody's access early, beside the approvers of that access. */
  readonly security: readonly Who[]
  readonly digest: {
    readonly at: string
    readonly timezone: string
    /** The day on which the digest of the week is posted too. */
    readonly weekly?: Weekday
  }
  /** From here on a step of the feed is shown in the channel too, beside its thread. `notice` when it is not said. */
  readonly broadcastFrom?: Severity
  /** When targets are asked for standing access; only when somebody wants it, without it. */
  readonly standingAccess?: StandingSchedule
  /** Everything is kept without end when left out. */
  readonly retention?: Retention
  readonly targets: readonly Target[]
  readonly policies: readonly Policy[]
  readonly activitySources?: readonly ActivitySource[]
  /** Who gets the audit log as it is written. Nobody when left out. */
  readonly deliveries?: readonly Delivery[]
}

export function findTarget(catalog: Pick<Catalog, 'targets'>, id: string): Target | undefined {
  return catalog.targets.find((target) => target.id === id)
}

export function findRole(catalog: Catalog, target: string, role: string): Role | undefined {
  return findTarget(catalog, target)?.roles.find((one) => one.id === role)
}

/** Every policy that speaks of this entitlement, in the file's order. */
export function policiesFor(catalog: Catalog, target: string, role: string): readonly Policy[] {
  return catalog.policies.filter((policy) => policy.targets.includes(target) && policy.roles.includes(role))
}

/** How much of what was done under an entitlement is kept; of what nobody configured, no literals. */
export function redactionFor(catalog: Catalog, target: string, role: string): Redaction {
  const found = findTarget(catalog, target)
  return findRole(catalog, target, role)?.redact ?? found?.redact ?? 'literals'
}

export type AutoApproval = {
  /** What cards, receipts and the audit log call it. */
  readonly name: string
  /** Of the policy's roles; all of them when left out. */
  readonly roles?: readonly string[]
  /** Who asks. */
  readonly from?: readonly Who[]
  /** Seconds. */
  readonly maxDuration?: number
  /** When it is asked. */
  readonly hours?: WorkHours
  /** Must be found in the reason. */
  readonly reasonPattern?: Pattern
  /** Must match the whole of the ticket. */
  readonly ticketPattern?: Pattern
}

export type ApprovalStage = {
  readonly name?: string
  readonly from: readonly Who[]
  /** How many different people of these must approve. */
  readonly count: number
  /** Who may fill it as well, once the request has waited for long enough. */
  readonly fallback?: readonly Who[]
  /** Those of `from` who may decide and are never alerted. */
  readonly quiet?: readonly Who[]
  /** Whom a message about it alerts just now; everybody it names without it. */
  readonly alert?: Alert | undefined
}

export type Severity = (typeof SEVERITIES)[number]

/** From what is only on record to what somebody should look at now. */
export const SEVERITIES = ['info', 'notice', 'warning', 'alarm'] as const
