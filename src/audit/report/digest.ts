import { type Grant, grantName, secondsHeld, secondsPlanned } from '../../core/access/grant.ts'
import type { Request } from '../../core/access/request.ts'
import type { ActivitySummary } from '../../core/activity/activity.ts'
import type { LoggedEvent } from '../../core/log/audit-event.ts'
import type { DigestPeriod } from '../../core/notice.ts'
import type { GrantRow, Held } from '../../core/reads.ts'
import { isAttempt } from '../../core/refusal.ts'
import { openAccounts } from '../../core/standing/standing.ts'
import type { Store } from '../../store/database/open-store.ts'
import { type Habits, habitsOf } from './approver-habits.ts'
import { type Day, daysOf } from './days.ts'

/** Longest list of each kind that a digest reads; beyond it the digest says that there is more. */
const MOST = 1000
const MOST_PASSWORDS = 5000
const WEEK_MS = 7 * 24 * 60 * 60 * 1000
/** Days of a chart: those of a week, which begins and ends within a day. Slack would draw 20. */
const MOST_DAYS = 8
/** Access that came back this long after its time is named. Milliseconds. */
const LATE = 30_000

/** Who had what between two moments, what was refused, what is stuck, and how punctual elevate was. */
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
  /** Refused attempts, newest first; not the late clicks and the typing mistakes. */
  readonly refused: readonly LoggedEvent[]
  readonly stuck: readonly GrantRow[]
  /** Break-glass that waits for its review now, however long ago it was used. */
  readonly openReviews: readonly Request[]
  readonly lateness: Lateness
  /** Ended in this stretch, later than they should have; the latest first. */
  readonly late: readonly Held[]
  /** Ended in this stretch, and nobody did anything with it or could have. */
  readonly unused: readonly Unused[]
  /** Ended in this stretch, and less than half of the time would have done; the greatest waste first. */
  readonly overAsked: readonly OverAsked[]
  readonly habits: Habits
  /** What was done with each grant, by its id, as far as the records say. */
  readonly done: ReadonlyMap<string, ActivitySummary>
  /** Access that a target had and elevate had not given, newest first. */
  readonly standing: readonly LoggedEvent[]
  /** Accounts with standing access that nobody has settled now, however long ago it was found. */
  readonly openStanding: number
  /** Grants of the last days, at least of a week, by how they came out. */
  readonly days: readonly Day[]
}

/** Milliseconds between the moment access was due to end and the moment the target confirmed that it was gone. */
export type Lateness = {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

/** `no-password`: nobody asked for it, and without it nobody gets in. `nothing-done`: the target's record is empty. */
export type Unused = Held & { readonly why: 'no-password' | 'nothing-done' }

/** Seconds of what was given that were needed: until the last thing that was done, or until it was given back. */
export type OverAsked = Held & { readonly needed: number; readonly by: 'record' | 'return' }

export type DigestAsk = {
  readonly from: Date
  readonly to: Date
  readonly period: DigestPeriod
  /** Its days are the calendar's. */
  readonly zone: string
  /** Does nobody get into this target without a password that elevate shows, and so writes down? */
  readonly needsPassword: (target: string) => boolean
}

export async function readDigest(
  store: Pick<Store, 'reads' | 'audit' | 'activity' | 'standing'>,
  ask: DigestAsk,
): Promise<Digest> {
  const { from, to, period, zone } = ask
  const week = new Date(Math.min(from.getTime(), to.getTime() - WEEK_MS))
  const { reads, audit } = store
  const [grants, closed, created, refused, stuck, openReviews, standing, present, recent] = await Promise.all(
    [
      reads.held({ from, to, limit: MOST }),
      reads.closedRequests(from, to),
      audit.events({ types: ['request.created'], from, to, limit: MOST }),
      audit.events({ types: ['request.refused', 'decision.refused'], from, to, limit: MOST }),
      reads.stuck(),
      reads.openReviews(MOST),
      audit.events({ types: ['standing_access.found'], from, to, limit: MOST }),
      store.standing.present(),
      reads.grantsOf(week, to, MOST),
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
    late: over.filter(({ grant }) => lateBy(grant) > LATE).sort((a, b) => lateBy(b.grant) - lateBy(a.grant)),
    unused,
    overAsked: overAsked(used, records),
    habits: habitsOf(closed),
    done: new Map(summaries.map((one) => [one.grant, one])),
    standing,
    openStanding: openAccounts(present),
    days: daysOf(recent, { from: week, to, zone, most: MOST_DAYS }),
  }
}

/** Extensions and what they extend share a login, so of those nobody can tell. */
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
    limit: MOST_PASSWORDS,
  })
  // Half of an answer would accuse people who did use what they had.
  if (shown.length === MOST_PASSWORDS) return []
  const used = new Set(shown.map(({ bytes }) => (JSON.parse(bytes) as { grant?: unknown }).grant))
  return candidates.filter(({ grant }) => !used.has(grantName(grant.number)))
}

/** Only what is known to the end: a record with a gap says nothing about what is not in it. */
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

export function latenessOf(grants: readonly Pick<Grant, 'lateByMs'>[]): Lateness {
  const sorted = grants.flatMap((grant) => grant.lateByMs ?? []).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), worst: sorted.at(-1) ?? 0 }
}

/** Milliseconds; the worst of the grants that ended in the last `seconds`. */
export async function worstLatenessOf(store: Pick<Store, 'reads'>, seconds: number): Promise<number> {
  const to = await store.reads.now()
  const from = new Date(to.getTime() - seconds * 1000)
  const held = await store.reads.held({ from, to, limit: MOST })
  return latenessOf(held.map((one) => one.grant).filter((grant) => ended(grant, from, to))).worst
}
