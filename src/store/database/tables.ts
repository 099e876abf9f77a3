/** Our tables as Kysely sees them. The words are those of `core`; `migrations/` holds the rules. */
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { EndOutcome, EndReason, GrantId } from '../../core/access/grant.ts'
import type { GrantState, RequestState, ReviewState } from '../../core/access/lifecycle.ts'
import type { QuestionId } from '../../core/access/question.ts'
import type { RequestId, Verdict } from '../../core/access/request.ts'
import type { Granted, JsonObject, Subject } from '../../core/connector.ts'
import type { AuditEventType } from '../../core/log/audit-event.ts'
import type { DigestPeriod, Lane, Notice } from '../../core/notice.ts'
import type { ChannelId, PersonId } from '../../core/people/person.ts'

/** The database's clock writes these; ours are only ever compared, as parameters of a search. */
type Time = ColumnType<Date, never, never>
type TimeOrNull = ColumnType<Date | null, never, never>
/** Goes in as text, because an array would become a PostgreSQL array. */
type JsonColumn<T> = ColumnType<T, string, string>

export type RequestTable = {
  id: Generated<RequestId>
  number: GeneratedAlways<number>
  requester: PersonId
  target: string
  role: string
  duration_s: number
  reason: string
  policy_name: string
  policy_hash: string
  state: Generated<RequestState>
  version: Generated<number>
  created_at: Time
  lapses_at: Time
  closed_at: TimeOrNull
  closed_by: PersonId | null
  cards: readonly Lane[]
  remind_every_s: number | null
  remind_at: TimeOrNull
  fallback_at: TimeOrNull
  widened: Generated<boolean>
  prolongs: GrantId | null
  ticket: string | null
  asked_by: PersonId | null
  bundle: RequestId | null
  starts_at: TimeOrNull
}

export type DecisionTable = {
  request_id: RequestId
  approver: PersonId
  verdict: Verdict
  self: boolean
  note: string
  at: Time
  duration_s: number | null
  starts_at: TimeOrNull
  pre_approval: string | null
}

export type QuestionTable = {
  id: Generated<QuestionId>
  request_id: RequestId
  asker: PersonId
  question: string
  asked_at: Time
  answer: string | null
  answered_by: PersonId | null
  answered_at: TimeOrNull
}

export type ReviewTable = {
  request_id: RequestId
  person: PersonId
  state: Generated<ReviewState>
  opened_at: Time
  closed_at: TimeOrNull
  reviewer: PersonId | null
  note: Generated<string>
}

export type GrantTable = {
  id: Generated<GrantId>
  number: GeneratedAlways<number>
  request_id: RequestId
  person: PersonId
  target: string
  role: string
  account: string | null
  entitlement: JsonColumn<JsonObject>
  subject: JsonColumn<Subject>
  duration_s: number
  state: Generated<GrantState>
  version: Generated<number>
  policy_hash: string
  created_at: Time
  starts_at: TimeOrNull
  provision_by: Time
  not_after: Time
  activated_at: TimeOrNull
  expires_at: TimeOrNull
  preexisting: Generated<boolean>
  how_to: JsonColumn<Granted['howTo']>
  end_reason: EndReason | null
  ended_by: PersonId | null
  end_note: Generated<string>
  due_at: TimeOrNull
  revoked_at: TimeOrNull
  late_by_ms: number | null
  end_outcome: EndOutcome | null
  sessions_ended: Generated<number>
  left_behind: Generated<readonly string[]>
  attempts: Generated<number>
  last_error: string | null
  stuck_since: TimeOrNull
  alarms: Generated<number>
  wake_at: TimeOrNull
  warn_at: TimeOrNull
  prolongs: GrantId | null
  account_for: GrantId | null
  goes_on_from: TimeOrNull
  held: GeneratedAlways<string | null>
}

export type BindingTable = {
  target: string
  role: string
  person: PersonId
  fence: Generated<number>
  lease_until: Time
}

export type OutboxTable = {
  id: GeneratedAlways<string>
  lane: Lane
  notice: JsonColumn<Notice>
  key: string | null
  created_at: Time
  send_after: Time
  taken_at: TimeOrNull
  attempts: Generated<number>
  last_error: string | null
}

export type OutboxLaneTable = { lane: Lane; next_at: Time }

export type PostedMessageTable = { request_id: RequestId; lane: Lane; channel: ChannelId; ts: string }

export type HomeViewerTable = { person: PersonId; seen_at: Time }

export type HeartbeatTable = { only_row: Generated<true>; awake_at: Time }

export type PersonCheckTable = { person: PersonId; checked_at: Time }

export type DigestTable = {
  period: Generated<DigestPeriod>
  covers_from: Time
  covers_to: Time
  claimed_at: Time
}

export type AuditLeafTable = { index: GeneratedAlways<number>; leaf_hash: GeneratedAlways<Buffer> }

/** Written by the function `audit.append` alone. */
export type AuditBodyTable = {
  index: GeneratedAlways<number>
  bytes: GeneratedAlways<string>
  time: Time
  type: GeneratedAlways<AuditEventType>
  actor: GeneratedAlways<string>
  subject: GeneratedAlways<string | null>
  target: GeneratedAlways<string | null>
  role: GeneratedAlways<string | null>
  request: GeneratedAlways<string | null>
  grant: GeneratedAlways<string | null>
}

export type AuditSecretTable = {
  index: GeneratedAlways<number>
  field: GeneratedAlways<string>
  salt: GeneratedAlways<Buffer>
  content: GeneratedAlways<string>
}

export type Tables = {
  'elevate.request': RequestTable
  'elevate.decision': DecisionTable
  'elevate.question': QuestionTable
  'elevate.review': ReviewTable
  'elevate.access_grant': GrantTable
  'elevate.binding': BindingTable
  'elevate.outbox': OutboxTable
  'elevate.outbox_lane': OutboxLaneTable
  'elevate.posted_message': PostedMessageTable
  'elevate.home_viewer': HomeViewerTable
  'elevate.heartbeat': HeartbeatTable
  'elevate.person_check': PersonCheckTable
  'elevate.digest': DigestTable
  'audit.leaf': AuditLeafTable
  'audit.body': AuditBodyTable
  'audit.secret': AuditSecretTable
}
