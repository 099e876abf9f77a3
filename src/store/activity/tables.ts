/** The tables of activity as Kysely sees them. `migrations/` holds their rules. */
import type { Generated } from 'kysely'
import type { ActivityKind, ActivityOutcome, ActivitySummary } from '../../core/activity/activity.ts'
import type { GrantId } from '../../core/ids.ts'
import type { Json } from '../../core/json.ts'
import type { ChannelId } from '../../core/people/person.ts'
import type { GeneratedJson, JsonColumn } from '../database/column-types.ts'

/** The record of what was done under a grant. */
export type ActivityTable = {
  grant_id: GrantId
  state: Generated<ActivitySummary['state']>
  wake_at: Date | null
  ended_at: Date | null
  fence: Generated<number>
  lease_until: Generated<Date>
  cursor: JsonColumn<Json> | null
  attempts: Generated<number>
  target_done: Generated<boolean>
  entries: Generated<number>
  beyond: GeneratedJson<Readonly<Record<string, number>>>
  gaps: Generated<readonly string[]>
  unavailable: string | null
  record_hash: Buffer | null
}

export type ActivityEntryTable = {
  grant_id: GrantId
  number: number
  source: string
  key: string
  at: Date
  kind: ActivityKind
  outcome: ActivityOutcome
  code: Generated<string>
  session: Generated<string>
  text: Generated<string>
  salt: Buffer | null
  commitment: Buffer | null
}

/** Entries that another source reported of accounts without a grant. */
export type ActivityUnmatchedTable = {
  source: string
  key: string
  target: string
  account: string
  at: Date
  kind: ActivityKind
  outcome: ActivityOutcome
  session: string
  text: string
  after_grant: GrantId | null
  received_at: Date
}

/** When security was last notified of an account without a grant. */
export type ActivityToldTable = {
  target: string
  account: string
  told_at: Date
}

/** Messages that close a grant. */
export type PostedEndingTable = {
  grant_id: GrantId
  lane: string
  channel: ChannelId
  ts: string
}
