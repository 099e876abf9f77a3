/** The tables of standing access as Kysely sees them. `migrations/` holds their rules. */
import type { Generated } from 'kysely'
import type { ReportId, StandingId } from '../../core/ids.ts'
import type { Lane } from '../../core/notice.ts'
import type { ChannelId, PersonId } from '../../core/people/person.ts'
import type { Standing } from '../../core/standing/standing.ts'

export type StandingAccessTable = {
  id: Generated<StandingId>
  target: string
  role: string
  account: string
  via: Standing['via']
  how: string
  beyond: string | null
  leftover: boolean
  state: Generated<Standing['state']>
  version: Generated<number>
  report_id: ReportId
  found_at: Date
  seen_at: Date
  accepted_by: PersonId | null
  accepted_at: Date | null
  accepted_until: Date | null
  accepted_why: Generated<string>
  taking_by: PersonId | null
  closed_at: Date | null
  closed_by: PersonId | null
}

/** One row for each target: who reads its holders now, and what came of it last. */
export type StandingLookTable = {
  target: string
  asked_at: Date | null
  lease_until: Generated<Date>
  tried_at: Date | null
  read_at: Date | null
  error: string | null
}

export type StandingReportTable = {
  id: Generated<ReportId>
  target: string
  at: Date
  first: boolean
  error: string | null
}

export type StandingCopyTable = {
  report_id: ReportId
  lane: Lane
  channel: ChannelId
  ts: string
}
