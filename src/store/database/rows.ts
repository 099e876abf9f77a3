/**
 * Rows as the words of `core`. A row comes straight from a query or, inside another one, as JSON: times are
 * read from both.
 */
import type { Selectable } from 'kysely'
import type { Grant } from '../../core/access/grant.ts'
import type { Decision, Request } from '../../core/access/request.ts'
import type { Review } from '../../core/access/review.ts'
import type { DecisionTable, GrantTable, RequestTable, ReviewTable } from '../access/tables.ts'

/** A row that may have travelled as JSON, where times are texts. */
type Travelled<Row> = {
  readonly [Column in keyof Row]: Date extends Row[Column] ? Row[Column] | string : Row[Column]
}

export type GrantColumns = Travelled<Selectable<GrantTable>>
export type RequestColumns = Travelled<Selectable<RequestTable>>
/** `pre_approval` is its number here, what people call it. */
export type DecisionColumns = Travelled<Omit<Selectable<DecisionTable>, 'request_id' | 'pre_approval'>> & {
  readonly pre_approval: number | null
}
export type ReviewColumns = Travelled<Selectable<ReviewTable>>

export function toGrant(row: GrantColumns): Grant {
  return {
    id: row.id,
    number: row.number,
    requestId: row.request_id,
    person: row.person,
    target: row.target,
    role: row.role,
    account: row.account ?? undefined,
    entitlement: row.entitlement,
    subject: row.subject,
    duration: row.duration_s,
    state: row.state,
    version: row.version,
    policyHash: row.policy_hash,
    createdAt: new Date(row.created_at),
    startsAt: timeOf(row.starts_at),
    provisionBy: new Date(row.provision_by),
    notAfter: new Date(row.not_after),
    activatedAt: timeOf(row.activated_at),
    expiresAt: timeOf(row.expires_at),
    prolongs: row.prolongs ?? undefined,
    accountFor: row.account_for ?? row.id,
    goesOnFrom: timeOf(row.goes_on_from),
    preexisting: row.preexisting,
    howTo: row.how_to,
    endReason: row.end_reason ?? undefined,
    endedBy: row.ended_by ?? undefined,
    endNote: row.end_note,
    dueAt: timeOf(row.due_at),
    revokedAt: timeOf(row.revoked_at),
    lateByMs: row.late_by_ms ?? undefined,
    endOutcome: row.end_outcome ?? undefined,
    sessionsEnded: row.sessions_ended,
    leftBehind: row.left_behind,
    attempts: row.attempts,
    lastError: row.last_error ?? undefined,
    stuckSince: timeOf(row.stuck_since),
    alarms: row.alarms,
  }
}

export function toRequest(
  row: RequestColumns,
  decisions: readonly DecisionColumns[],
  review: ReviewColumns | null = null,
  rule: string | null = null,
): Request {
  return {
    id: row.id,
    number: row.number,
    requester: row.requester,
    target: row.target,
    role: row.role,
    duration: row.duration_s,
    reason: row.reason,
    ticket: row.ticket ?? undefined,
    askedBy: row.asked_by ?? undefined,
    bundle: row.bundle ?? undefined,
    startsAt: timeOf(row.starts_at),
    prolongs: row.prolongs ?? undefined,
    widened: row.widened,
    state: row.state,
    version: row.version,
    policyName: row.policy_name,
    policyHash: row.policy_hash,
    createdAt: new Date(row.created_at),
    lapsesAt: new Date(row.lapses_at),
    closedAt: timeOf(row.closed_at),
    closedBy: row.closed_by ?? undefined,
    decisions: decisions.map(toDecision),
    ...(review ? { review: toReview(review) } : {}),
    ...(rule === null ? {} : { rule }),
  }
}

function toReview(row: ReviewColumns): Review {
  return {
    state: row.state,
    openedAt: new Date(row.opened_at),
    closedAt: timeOf(row.closed_at),
    reviewer: row.reviewer ?? undefined,
    note: row.note,
  }
}

function toDecision(row: DecisionColumns): Decision {
  return {
    approver: row.approver,
    verdict: row.verdict,
    self: row.self,
    note: row.note,
    ...(row.pre_approval === null ? {} : { preApproval: row.pre_approval }),
    at: new Date(row.at),
    duration: row.duration_s ?? undefined,
    startsAt: timeOf(row.starts_at),
  }
}

/** The row of a statement that always gives one. */
export function theRow<Row>(rows: readonly Row[]): Row {
  const row = rows[0]
  if (row === undefined) throw new Error('the database gave no row where there is always one')
  return row
}

export function timeOf(column: Date | string | null): Date | undefined {
  return column === null ? undefined : new Date(column)
}

/** Ids come from buttons and may be anything; what is no UUID is the id of nothing. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
}

/**
 * Text as PostgreSQL can keep it: no NUL, no lone surrogates. A failure's text must never be a failure
 * itself.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}
