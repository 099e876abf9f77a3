/** What the digest says: who had what between two moments, what was refused, what is stuck, and how punctual elevate was. */
import { type Grant, grantName, secondsHeld, secondsPlanned } from '../../core/access/grant.ts'
import type { Request } from '../../core/access/request.ts'
import type { ActivitySummary } from '../../core/activity/activity.ts'
import type { LoggedEvent } from '../../core/log/audit-event.ts'
import { isAttempt } from '../../core/log/audit-event.ts'
import type { DigestPeriod } from '../../core/notice.ts'
import type { GrantRow, Held } from '../../core/reads.ts'
import { openAccounts } from '../../core/standing/standing.ts'
import type { Store } from '../../store/database/open-store.ts'
import { type Habits, habitsOf } from './approver-habits.ts'
import { type Day, daysOf } from './days.ts'

/** Rows of each kind that a digest reads at most; beyond that it says that there is more. */
const MAX_ROWS = 1_000
const MAX_PASSWORDS_SHOWN = 5_000
const WEEK_MS = 7 * 24 * 60 * 60 * 1000
/** Days in a chart: a week that begins and ends within a day touches eight. Slack would draw 20. */
const MAX_DAYS = 8
/** A grant whose access was removed this much later than it was due is named. */
const LATE_MS = 30_000

export type Digest = {
  readonly from: Date
  readonly to: Date
  readonly period: DigestPeriod
  readonly grants: readonly Held[]
  readonly asked: number
  /** Requests that were closed without access, by how. */
  readonly denied: readonly Request[]
  readonly lapsed: readonly Request[]
  readonly withdrawn: readonly Request[]
  /** Refused attempts, newest first, without late clicks and typing mistakes. */
  readonly refused: readonly LoggedEvent[]
  readonly stuck: readonly GrantRow[]
  /** Break-glass that waits for its review now, also from before `from`. */
  readonly openReviews: readonly Request[]
  readonly lateness: Lateness
  /** Ended between `from` and `to`, later than they should have; the latest first. */
  readonly late: readonly Held[]
  /** Ended between `from` and `to`, and nobody did anything with it or could have. */
  readonly unused: readonly Unused[]
  /** Ended between `from` and `to`, and less than half of the time was needed; the greatest waste first. */
  readonly overAsked: readonly OverAsked[]
  readonly habits: Habits
  /** What was done with each grant, by its id, as far as there are records. */
  readonly done: ReadonlyMap<string, ActivitySummary>
  /** Standing access that was found in a target, newest first. */
  readonly standing: readonly LoggedEvent[]
  /** Accounts with standing access that nobody has decided about, also from before `from`. */
  readonly openStanding: number
  /** Grants of the last days, at least of a week, by how they ended. */
  readonly days: readonly Day[]
}

/** Milliseconds between the time access was due to end and the time the target confirmed that it was gone. */
type Lateness = {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

/** `no-password`: it was never shown, and nobody can log in without it. `nothing-done`: the record of what was done is empty. */
type Unused = Held & { readonly why: 'no-password' | 'nothing-done' }

/** `needed`: seconds until the last thing that was done (`record`), or until the access was returned (`return`). */
type OverAsked = Held & { readonly needed: number; readonly by: 'record' | 'return' }

type DigestAsk = {
  readonly from: Date
  readonly to: Date
  readonly period: DigestPeriod
  /** IANA time zone for the days of the chart. */
  readonly zone: string
  /** Whether nobody can log in to this target without a password that elevate shows, which is on record. */
  readonly needsPassword: (target: string) => boolean
}

/** Reads the figures of a digest from the database and the audit log. */
export async function readDigest(
  store: Pick<Store, 'reads' | 'audit' | 'activity' | 'standing'>,
  ask: DigestAsk,
): Promise<Digest> {
  const { from, to, period, zone } = ask
  const week = new Date(Math.min(from.getTime(), to.getTime() - WEEK_MS))
  const { reads, audit } = store
  const [grants, closed, created, refused, stuck, openReviews, standing, present, recent] = await Promise.all(
    [
      reads.held({ from, to, limit: MAX_ROWS }),
      reads.closedRequests(from, to),
      audit.events({ types: ['request.created'], from, to, limit: MAX_ROWS }),
      audit.events({ types: ['request.refused', 'decision.refused'], from, to, limit: MAX_ROWS }),
      reads.stuck(),
      reads.openReviews(MAX_ROWS),
      audit.events({ types: ['standing_access.found'], from, to, limit: MAX_ROWS }),
      store.standing.present(),
      reads.grantsOf(week, to, MAX_ROWS),
    ],
  )
  const state = (wanted: Request['state']) => closed.filter((request) => request.state === wanted)
  const over = grants.filter(({ grant }) => ended(grant, from, to))
  const summaries = await store.activity.summaries(from, to)
  const records = completeRecords(summaries)
  const idle = over.filter(({ grant }) => records.get(grant.id)?.entries === 0)
  const locked = await neverUsed(
    store,
    over.filter((one) => !idle.includes(one)),
    ask,
  )
  const unused: readonly Unused[] = [
    ...idle.map((one) => ({ ...one, why: 'nothing-done' as const })),
    ...locked.map((one) => ({ ...one, why: 'no-password' as const })),
  ]
  const used = over.filter((one) => !idle.includes(one) && !locked.includes(one))
  return {
    from,
    to,
    period,
    grants,
    asked: created.length,
    denied: state('denied'),
    lapsed: state('lapsed'),
    withdrawn: state('withdrawn'),
    refused: refused.filter(wasAttempt),
    stuck,
    openReviews,
    lateness: latenessOf(over.map((one) => one.grant)),
    late: over
      .filter(({ grant }) => lateBy(grant) > LATE_MS)
      .sort((a, b) => lateBy(b.grant) - lateBy(a.grant)),
    unused,
    overAsked: overAsked(used, records),
    habits: habitsOf(closed),
    done: new Map(summaries.map((one) => [one.grant, one])),
    standing,
    openStanding: openAccounts(present),
    days: daysOf(recent, { from: week, to, zone, most: MAX_DAYS }),
  }
}

/** Extensions share a login with what they extend, so for those it is not known. */
async function neverUsed(
  { audit }: Pick<Store, 'audit'>,
  over: readonly Held[],
  { needsPassword, to }: DigestAsk,
): Promise<readonly Held[]> {
  const prolonged = new Set(over.map(({ grant }) => grant.prolongs))
  const candidates = over.filter(
    ({ grant }) => needsPassword(grant.target) && !grant.prolongs && !prolonged.has(grant.id),
  )
  if (candidates.length === 0) return []
  const oldest = Math.min(...candidates.map(({ grant }) => grant.createdAt.getTime()))
  const shown = await audit.events({
    types: ['credential.shown'],
    from: new Date(oldest),
    to,
    limit: MAX_PASSWORDS_SHOWN,
  })
  // An incomplete answer would accuse people who did use their access.
  if (shown.length === MAX_PASSWORDS_SHOWN) return []
  const used = new Set(shown.map(({ bytes }) => (JSON.parse(bytes) as { grant?: unknown }).grant))
  return candidates.filter(({ grant }) => !used.has(grantName(grant.number)))
}

/** A record with a gap says nothing about what is not in it, so only complete ones count. */
function completeRecords(
  summaries: readonly ActivitySummary[],
): ReadonlyMap<string, { readonly entries: number; readonly last: Date | undefined }> {
  const complete = summaries.filter(
    (one) => one.state === 'closed' && one.unavailable === undefined && one.gaps.length === 0,
  )
  return new Map(complete.map((one) => [one.grant, { entries: one.entries + one.cut, last: one.last }]))
}

function overAsked(
  used: readonly Held[],
  records: ReadonlyMap<string, { readonly last: Date | undefined }>,
): readonly OverAsked[] {
  const waste = ({ grant, needed }: OverAsked) => secondsPlanned(grant) - needed
  return used
    .flatMap((one): OverAsked[] => {
      const { grant } = one
      const last = records.get(grant.id)?.last
      const held = secondsHeld(grant) ?? 0
      if (last && grant.activatedAt)
        return [{ ...one, needed: (last.getTime() - grant.activatedAt.getTime()) / 1000, by: 'record' }]
      return grant.endReason === 'returned' ? [{ ...one, needed: held, by: 'return' }] : []
    })
    .filter((one) => one.needed < secondsPlanned(one.grant) / 2)
    .sort((a, b) => waste(b) - waste(a))
}

function lateBy(grant: Grant): number {
  return grant.lateByMs ?? 0
}

function wasAttempt({ bytes }: LoggedEvent): boolean {
  const { outcome } = JSON.parse(bytes) as { outcome?: unknown }
  return typeof outcome === 'string' && isAttempt(outcome)
}

function ended(grant: Grant, from: Date, to: Date): boolean {
  return grant.revokedAt !== undefined && grant.revokedAt >= from && grant.revokedAt < to
}

/** Percentiles by the nearest-rank method; zeros for no grants. */
export function latenessOf(grants: readonly Pick<Grant, 'lateByMs'>[]): Lateness {
  const sorted = grants.flatMap((grant) => grant.lateByMs ?? []).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), worst: sorted.at(-1) ?? 0 }
}

/** The greatest lateness of grants that ended in the last `seconds`, in milliseconds. */
export async function worstLatenessOf(store: Pick<Store, 'reads'>, seconds: number): Promise<number> {
  const to = await store.reads.now()
  const from = new Date(to.getTime() - seconds * 1000)
  const held = await store.reads.held({ from, to, limit: MAX_ROWS })
  return latenessOf(held.map((one) => one.grant).filter((grant) => ended(grant, from, to))).worst
}
