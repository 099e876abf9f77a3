/** Rows of standing access as the words of `core`. */
import { sql } from 'kysely'
import type { Standing } from '../../core/standing/standing.ts'
import { timeOf } from '../database/rows.ts'

export type StandingColumns = {
  readonly [column in 'id' | 'target' | 'role' | 'account' | 'how' | 'report_id' | 'accepted_why']: string
} & {
  readonly [column in 'beyond' | 'accepted_by' | 'taking_by' | 'closed_by']: string | null
} & {
  readonly [column in 'accepted_at' | 'accepted_until' | 'closed_at']: Date | string | null
} & {
  readonly via: Standing['via']
  readonly leftover: boolean
  readonly state: Standing['state']
  readonly version: number
  readonly found_at: Date | string
  readonly seen_at: Date | string
}

export function toStanding(row: StandingColumns): Standing {
  return {
    id: row.id,
    target: row.target,
    role: row.role,
    account: row.account,
    via: row.via,
    how: row.how,
    beyond: row.beyond ?? undefined,
    leftover: row.leftover,
    state: row.state,
    version: row.version,
    report: row.report_id,
    foundAt: new Date(row.found_at),
    seenAt: new Date(row.seen_at),
    acceptedBy: row.accepted_by ?? undefined,
    acceptedAt: timeOf(row.accepted_at),
    acceptedUntil: timeOf(row.accepted_until),
    acceptedWhy: row.accepted_why,
    takingBy: row.taking_by ?? undefined,
    closedAt: timeOf(row.closed_at),
    closedBy: row.closed_by ?? undefined,
  }
}

/** What is there according to the last look, accepted or not. */
export const PRESENT = sql`state in ('open', 'accepted')`
