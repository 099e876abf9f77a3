/** The tables of requests and grants as Kysely sees them. `migrations/` holds their rules. */
import type { Generated, GeneratedAlways } from 'kysely'
import type { EndOutcome, EndReason } from '../../core/access/grant.ts'
import type { GrantState, RequestState, ReviewState } from '../../core/access/lifecycle.ts'
import type { Verdict } from '../../core/access/request.ts'
import type { Granted } from '../../core/connector.ts'
import type { GrantId, PreApprovalId, QuestionId, RequestId } from '../../core/ids.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Lane } from '../../core/notice.ts'
import type { ChannelId, PersonId, Subject } from '../../core/people/person.ts'
import type { GeneratedJson, JsonColumn } from '../database/column-types.ts'

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
  created_at: Date
  lapses_at: Date
  closed_at: Date | null
  closed_by: PersonId | null
  cards: readonly Lane[]
  prolongs: GrantId | null
  remind_every_s: number | null
  remind_at: Date | null
  fallback_at: Date | null
  widened: Generated<boolean>
  starts_at: Date | null
  ticket: string | null
  asked_by: PersonId | null
  bundle: RequestId | null
}

export type DecisionTable = {
  request_id: RequestId
  approver: PersonId
  verdict: Verdict
  self: boolean
  note: string
  at: Date
  duration_s: number | null
  starts_at: Date | null
  pre_approval: PreApprovalId | null
}

export type RuleApprovalTable = {
  request_id: RequestId
  policy_name: string
  rule: string
  at: Date
}

export type QuestionTable = {
  id: Generated<QuestionId>
  request_id: RequestId
  asker: PersonId
  question: string
  asked_at: Date
  answer: string | null
  answered_by: PersonId | null
  answered_at: Date | null
}

export type ReviewTable = {
  request_id: RequestId
  person: PersonId
  state: Generated<ReviewState>
  opened_at: Date
  closed_at: Date | null
  reviewer: PersonId | null
  note: Generated<string>
}

/** Copies of a request's card that individual people have, beside those in `request.cards`. */
export type DirectCardTable = {
  request_id: RequestId
  person: PersonId
}

export type PostedMessageTable = {
  request_id: RequestId
  lane: Lane
  channel: ChannelId
  ts: string
}

export type PreApprovalTable = {
  id: Generated<PreApprovalId>
  number: GeneratedAlways<number>
  giver: PersonId
  person: PersonId
  target: string
  role: string
  each_s: number
  reason: string
  policy_hash: string
  given_at: Date
  ends_at: Date
  ended_at: Date | null
  ended_by: PersonId | null
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
  created_at: Date
  provision_by: Date
  not_after: Date
  activated_at: Date | null
  expires_at: Date | null
  preexisting: Generated<boolean>
  how_to: GeneratedJson<Granted['howTo']>
  end_reason: EndReason | null
  ended_by: PersonId | null
  end_note: Generated<string>
  due_at: Date | null
  revoked_at: Date | null
  late_by_ms: number | null
  end_outcome: EndOutcome | null
  taken: Generated<boolean>
  target_ids: JsonColumn<JsonObject> | null
  sessions_ended: Generated<number>
  left_behind: Generated<readonly string[]>
  attempts: Generated<number>
  last_error: string | null
  stuck_since: Date | null
  alarms: Generated<number>
  wake_at: Date | null
  /** The stretch of time in which it held the access: `tstzrange(activated_at, revoked_at)`. */
  held: GeneratedAlways<string | null>
  warn_at: Date | null
  prolongs: GrantId | null
  account_for: GrantId | null
  goes_on_from: Date | null
  starts_at: Date | null
}

/** One row for each person on an entitlement: who works on their grants now. */
export type BindingTable = {
  target: string
  role: string
  person: PersonId
  fence: Generated<number>
  lease_until: Generated<Date>
}
