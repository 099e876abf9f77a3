/** A digest of a day on which nothing happened, and how it is looked at. */
import { secondsLater } from './rows.ts'

export const emptyDigest = {
  from: secondsLater(-86_400),
  to: secondsLater(0),
  grants: [],
  asked: 0,
  denied: [],
  lapsed: [],
  withdrawn: [],
  refused: [],
  stuck: [],
  openReviews: [],
  lateness: { count: 0, p50: 0, p99: 0, worst: 0 },
  period: 'daily',
  late: [],
  unused: [],
  overAsked: [],
  habits: { approvers: [], blinkers: [], lone: [] },
  standing: [],
  openStanding: 0,
  done: new Map(),
  days: [],
} as const

export const look = { zone: 'UTC', native: true, csv: '{}' }
