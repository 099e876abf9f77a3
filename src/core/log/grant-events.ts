/** Events about grants, and about access that needs no request to be approved: pre-approvals and break-glass. */

import { type EndReason, type Grant, grantName, secondsHeld } from '../access/grant.ts'
import type { ReviewOutcome } from '../access/lifecycle.ts'
import { type PreApproval, type PreApprovalEnd, preApprovalName } from '../access/pre-approval.ts'
import type { Request } from '../access/request.ts'
import type { ActivitySummary } from '../activity/activity.ts'
import type { Granted } from '../connector.ts'
import type { PersonId } from '../people/person.ts'
import type { RefusalCode } from '../refusal.ts'
import { type Acting, type Actor, actorOf, type EventOf } from './audit-event.ts'
import { aboutRequest } from './request-events.ts'

type Named = Pick<Grant, 'person' | 'target' | 'role' | 'account' | 'number' | 'policyHash'>

const WORKER: Actor = { kind: 'system', id: 'worker' }
const SWEEPER: Actor = { kind: 'system', id: 'sweeper' }

/** What every event about a grant says of it; `request` is the name people use, `R-1042`. */
function aboutGrant(grant: Named, request: string) {
  return {
    subject: grant.person,
    target: grant.target,
    role: grant.role,
    account: grant.account || undefined,
    request,
    grant: grantName(grant.number),
    policy: grant.policyHash,
  }
}

export function grantProvisioning(
  request: Request,
  grant: Grant,
  acting: Acting,
): EventOf<'grant.provisioning'> {
  return {
    ...aboutRequest(request, acting),
    type: 'grant.provisioning',
    grant: grantName(grant.number),
    detail: {
      duration_s: grant.duration,
      starts_at: grant.startsAt?.toISOString(),
      not_after: grant.notAfter.toISOString(),
    },
  }
}

export function grantActivated(
  grant: Grant,
  request: string,
  was: Granted['was'],
): EventOf<'grant.activated'> {
  return {
    ...aboutGrant(grant, request),
    type: 'grant.activated',
    actor: WORKER,
    outcome: was,
    detail: { expires_at: grant.expiresAt?.toISOString() ?? '', stood_before: grant.preexisting },
  }
}

/** `grant` goes on as `by`, with the same account. */
export function grantExtended(grant: Grant, request: string, by: Grant): EventOf<'grant.extended'> {
  return {
    ...aboutGrant(grant, request),
    type: 'grant.extended',
    actor: WORKER,
    account: by.account ?? '',
    policy: by.policyHash,
    detail: { by: grantName(by.number), expires_at: by.expiresAt?.toISOString() ?? '' },
  }
}

/** It ends before its time: its holder, an approver, security or an operator says so. Without `policy`, the grant's own. */
export function grantEnded(
  grant: Grant,
  request: string,
  {
    actor,
    reason,
    policy = grant.policyHash,
    note,
  }: {
    readonly actor: Actor
    readonly reason: EndReason
    readonly policy?: string | undefined
    readonly note: string
  },
): EventOf<'grant.revoking'> {
  return {
    ...aboutGrant(grant, request),
    type: 'grant.revoking',
    actor,
    policy,
    outcome: reason,
    private: { note: note || undefined },
  }
}

/** Its time is over, or the access did not appear in time. */
export function grantExpired(
  grant: Grant,
  request: string,
  reason: 'expired' | 'not-given',
): EventOf<'grant.revoking'> {
  return { ...aboutGrant(grant, request), type: 'grant.revoking', actor: SWEEPER, outcome: reason }
}

/** It would begin now, and today's policy and people do not allow it. */
export function grantCalledOff(
  grant: Grant,
  request: string,
  { policy, code }: { readonly policy: string; readonly code: RefusalCode },
): EventOf<'grant.revoking'> {
  return {
    ...aboutGrant(grant, request),
    type: 'grant.revoking',
    actor: WORKER,
    policy,
    outcome: 'ended-early',
    detail: { refused: code, starts_at: grant.startsAt?.toISOString() ?? '' },
  }
}

/** `keptBy` is the number of the grant that still needs the access. */
export function grantRevoked(
  grant: Grant,
  request: string,
  keptBy: number | undefined,
): EventOf<'grant.revoked'> {
  return {
    ...aboutGrant(grant, request),
    type: 'grant.revoked',
    actor: WORKER,
    outcome: grant.endOutcome,
    detail: {
      why: grant.endReason ?? '',
      due_at: grant.dueAt?.toISOString() ?? '',
      late_by_ms: grant.lateByMs ?? 0,
      held_s: Math.round(secondsHeld(grant) ?? 0),
      sessions_ended: grant.sessionsEnded,
      left_behind: grant.leftBehind,
      kept_by: keptBy === undefined ? undefined : grantName(keptBy),
    },
  }
}

export function grantStuck(
  grant: Grant,
  request: string,
  stuck: {
    /** How many alarms this makes. */
    readonly alarm: number
    readonly overdueSeconds: number
    readonly attempts: number
    readonly error: string
  },
): EventOf<'grant.stuck'> {
  return {
    ...aboutGrant(grant, request),
    type: 'grant.stuck',
    actor: WORKER,
    detail: {
      alarm: stuck.alarm,
      overdue_s: Math.floor(stuck.overdueSeconds),
      attempts: stuck.attempts,
      error: stuck.error,
    },
  }
}

export function credentialShown(grant: Grant, request: string, by: PersonId): EventOf<'credential.shown'> {
  return { ...aboutGrant(grant, request), type: 'credential.shown', actor: actorOf(by) }
}

export function activityCollected(
  grant: Grant,
  request: string,
  known: ActivitySummary,
): EventOf<'activity.collected'> {
  const whole = known.gaps.length === 0 && known.cut === 0
  return {
    ...aboutGrant(grant, request),
    type: 'activity.collected',
    actor: { kind: 'system', id: 'collector' },
    outcome: known.unavailable === undefined ? (whole ? 'complete' : 'incomplete') : 'not-collected',
    detail: {
      entries: known.entries,
      kinds: { ...known.counts },
      refused: known.refused,
      failed: known.failed,
      first: known.first?.toISOString(),
      last: known.last?.toISOString(),
      not_kept: known.cut || undefined,
      gaps: known.gaps.length > 0 ? known.gaps : undefined,
      because: known.unavailable,
      record_sha256: known.hash ?? '',
    },
  }
}

export function breakGlassUsed(request: Request, through: readonly string[]): EventOf<'break_glass.used'> {
  return {
    ...aboutRequest(request, { by: request.requester, policy: request.policyHash }),
    type: 'break_glass.used',
    detail: { rule: request.policyName, through, duration_s: request.duration },
  }
}

export function breakGlassReviewed(
  request: Request,
  acting: Acting,
  { outcome, note }: { readonly outcome: ReviewOutcome; readonly note: string },
): EventOf<'break_glass.reviewed'> {
  return { ...aboutRequest(request, acting), type: 'break_glass.reviewed', outcome, private: { note } }
}

function aboutPreApproval({ person, target, role }: PreApproval, { by, policy }: Acting) {
  return { actor: actorOf(by), subject: person, target, role, policy }
}

/** `enough`: nobody else has to approve. */
export function preApprovalGiven(
  one: PreApproval,
  policy: string,
  enough: boolean,
): EventOf<'pre_approval.given'> {
  return {
    ...aboutPreApproval(one, { by: one.giver, policy }),
    type: 'pre_approval.given',
    detail: {
      pre_approval: preApprovalName(one.number),
      each_s: one.each,
      ends_at: one.endsAt.toISOString(),
      enough,
      self: one.giver === one.person,
    },
    private: { reason: one.reason },
  }
}

export function preApprovalUsed(
  request: Request,
  acting: Acting,
  { number, giver, endsAt }: PreApproval,
): EventOf<'pre_approval.used'> {
  return {
    ...aboutRequest(request, acting),
    type: 'pre_approval.used',
    detail: { pre_approval: preApprovalName(number), giver, ends_at: endsAt.toISOString() },
  }
}

export function preApprovalEnded(
  one: PreApproval,
  policy: string,
  how: PreApprovalEnd,
): EventOf<'pre_approval.ended'> {
  const by = typeof how === 'object' && 'by' in how ? how.by : SWEEPER
  return {
    ...aboutPreApproval(one, { by, policy }),
    type: 'pre_approval.ended',
    outcome: preApprovalOutcome(one, how),
    detail: { pre_approval: preApprovalName(one.number), giver: one.giver, uses: one.uses },
  }
}

function preApprovalOutcome(one: PreApproval, how: PreApprovalEnd): string {
  if (how === 'time-over') return 'lapsed'
  if ('by' in how) return 'ended'
  return how.left === one.person ? 'requester-gone' : 'giver-gone'
}
