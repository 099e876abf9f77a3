/**
 * Every table of ours as Kysely sees it; test/store/tables.test.ts holds this against a migrated database. The
 * words are those of `core`; `migrations/` holds the rules.
 */

import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { JsonObject } from '../../core/json.ts'
import type { AuditEventType } from '../../core/log/audit-event.ts'
import type { Quarantine } from '../../core/log/quarantine.ts'
import type { DigestPeriod, Lane, Notice } from '../../core/notice.ts'
import type { PersonId } from '../../core/people/person.ts'
import type { RetentionKind } from '../../core/people/privacy.ts'
import type {
  BindingTable,
  DecisionTable,
  DirectCardTable,
  GrantTable,
  PostedMessageTable,
  PreApprovalTable,
  QuestionTable,
  RequestTable,
  ReviewTable,
  RuleApprovalTable,
} from '../access/tables.ts'
import type {
  ActivityEntryTable,
  ActivityTable,
  ActivityToldTable,
  ActivityUnmatchedTable,
  PostedEndingTable,
} from '../activity/tables.ts'
import type {
  StandingAccessTable,
  StandingCopyTable,
  StandingLookTable,
  StandingReportTable,
} from '../standing/tables.ts'
import type { JsonColumn } from './column-types.ts'

/** Written by functions of the database alone. */
type ByFunction<T> = ColumnType<T, never, never>

export type OutboxTable = {
  id: GeneratedAlways<number>
  lane: Lane
  notice: JsonColumn<Notice>
  key: string | null
  created_at: Date
  send_after: Date
  taken_at: Date | null
  attempts: Generated<number>
  last_error: string | null
}

type OutboxLaneTable = {
  lane: Lane
  next_at: Generated<Date>
}

/** People who opened their Home. */
type HomeViewerTable = {
  person: PersonId
  seen_at: Date
}

type HeartbeatTable = {
  only_row: Generated<boolean>
  awake_at: Date
}

/** When Slack was last asked whether this person's account is still active. */
type PersonCheckTable = {
  person: PersonId
  checked_at: Date
}

type RetentionRunTable = {
  kind: RetentionKind
  ran_at: Date
}

type DigestTable = {
  covers_from: Date
  covers_to: Date
  claimed_at: Date
  period: Generated<DigestPeriod>
}

/** Configurations that were in force, by their hash. */
type PolicyTextTable = {
  hash: string
  content: string
  first_loaded_at: Date
}

type DeliveryTable = {
  name: string
  next_index: Generated<number>
  batch_until: number | null
  fence: Generated<number>
  lease_until: Generated<Date>
  retry_at: Generated<Date>
  attempts: Generated<number>
  last_error: string | null
  alarms: Generated<number>
  claimed_at: Date
  watched_since: Date
  delivered_at: Date | null
}

export type QuarantineTable = {
  id: GeneratedAlways<number>
  why: Quarantine['why']
  said: string
  began_at: Date
  ended_at: Date | null
  ended_by: string | null
  reason: Generated<string>
}

type QuarantineEvidenceTable = {
  quarantine: number
  size: number
  root: Buffer
  note: string | null
  host: string
  seen_at: Date
}

type AuditLeafTable = {
  index: ByFunction<number>
  leaf_hash: ByFunction<Buffer>
}

type AuditBodyTable = {
  index: ByFunction<number>
  bytes: ByFunction<string>
  time: ByFunction<Date>
  type: ByFunction<AuditEventType>
  actor: ByFunction<string>
  subject: ByFunction<string | null>
  target: ByFunction<string | null>
  role: ByFunction<string | null>
  request: ByFunction<string | null>
  grant: ByFunction<string | null>
}

type AuditSecretTable = {
  index: ByFunction<number>
  field: ByFunction<string>
  salt: ByFunction<Buffer>
  content: ByFunction<string>
}

type AuditCheckpointTable = {
  size: ByFunction<number>
  note: ByFunction<string>
  posted: ByFunction<readonly JsonObject[]>
  line: ByFunction<number>
}

type AuditCosignatureTable = {
  line: ByFunction<number>
  size: ByFunction<number>
  witness: ByFunction<string>
  signature: ByFunction<string>
  kept_at: ByFunction<Date>
}

export type Tables = {
  'elevate.request': RequestTable
  'elevate.decision': DecisionTable
  'elevate.rule_approval': RuleApprovalTable
  'elevate.question': QuestionTable
  'elevate.review': ReviewTable
  'elevate.direct_card': DirectCardTable
  'elevate.posted_message': PostedMessageTable
  'elevate.pre_approval': PreApprovalTable
  'elevate.access_grant': GrantTable
  'elevate.binding': BindingTable
  'elevate.outbox': OutboxTable
  'elevate.outbox_lane': OutboxLaneTable
  'elevate.home_viewer': HomeViewerTable
  'elevate.heartbeat': HeartbeatTable
  'elevate.person_check': PersonCheckTable
  'elevate.retention_run': RetentionRunTable
  'elevate.digest': DigestTable
  'elevate.policy_text': PolicyTextTable
  'elevate.delivery': DeliveryTable
  'elevate.quarantine': QuarantineTable
  'elevate.quarantine_evidence': QuarantineEvidenceTable
  'elevate.standing_access': StandingAccessTable
  'elevate.standing_look': StandingLookTable
  'elevate.standing_report': StandingReportTable
  'elevate.standing_copy': StandingCopyTable
  'elevate.activity': ActivityTable
  'elevate.activity_entry': ActivityEntryTable
  'elevate.activity_unmatched': ActivityUnmatchedTable
  'elevate.activity_told': ActivityToldTable
  'elevate.posted_ending': PostedEndingTable
  'audit.leaf': AuditLeafTable
  'audit.body': AuditBodyTable
  'audit.secret': AuditSecretTable
  'audit.checkpoint': AuditCheckpointTable
  'audit.cosignature': AuditCosignatureTable
}
