/** Who had what when, as lanes and bars: the picture before it is drawn. */
import { type Grant, grantName } from '../../core/access/grant.ts'
import type { Held } from '../../core/reads.ts'

export type Bar = {
  readonly name: string
  readonly from: Date
  readonly to: Date
  /** The access is still there: the bar has an arrow at its right end. */
  readonly open: boolean
  readonly kind: 'approved' | 'break-glass'
  /** Start of the overdue part (`dueAt`). */
  readonly lateFrom?: Date
  /** Shown on hover and read by screen readers. */
  readonly title: string
}

/** One row of the picture: one person's grants of one entitlement. */
export type TimelineLane = {
  readonly person: string
  readonly access: string
  readonly bars: readonly Bar[]
}

export type Timeline = {
  readonly from: Date
  readonly to: Date
  readonly title: string
  /** The time of the question, when it is within the picture. */
  readonly now: Date | undefined
  readonly lanes: readonly TimelineLane[]
  /** How many grants did not fit. */
  readonly left: number
}

const MINUTE_MS = 60_000
/** Nobody reads more, and a picture for Slack has a size limit. */
const MAX_LANES = 40

/** Lanes sorted by entitlement, then person. A grant that never became active has no bar. */
export function timelineOf(
  held: readonly Held[],
  span: { readonly from: Date; readonly to: Date; readonly now: Date; readonly title: string },
): Timeline {
  const stretch = fitted(held, span)
  const lanes = new Map<string, { person: string; access: string; bars: Bar[] }>()
  for (const one of held) {
    const bar = barOf(one, stretch, span.now)
    if (!bar) continue
    const { person, target, role, subject } = one.grant
    const key = `${person} ${target} ${role}`
    const lane = lanes.get(key) ?? { person: subject.name, access: `${target} ${role}`, bars: [] }
    lane.bars.push(bar)
    lanes.set(key, lane)
  }
  const sorted = [...lanes.values()].sort(
    (a, b) => a.access.localeCompare(b.access) || a.person.localeCompare(b.person),
  )
  const shown = sorted.slice(0, MAX_LANES)
  return {
    ...stretch,
    title: span.title,
    now: span.now >= stretch.from && span.now <= stretch.to ? span.now : undefined,
    lanes: shown,
    left: sorted.slice(MAX_LANES).reduce((sum, lane) => sum + lane.bars.length, 0),
  }
}

/** Without a start in the question the picture begins with the first grant; a single moment gets some room around it. */
function fitted(
  held: readonly Held[],
  { from, to, now }: { readonly from: Date; readonly to: Date; readonly now: Date },
): { readonly from: Date; readonly to: Date } {
  const begun = held.flatMap(({ grant }) => (grant.activatedAt ? [grant.activatedAt.getTime()] : []))
  const first = Math.max(from.getTime(), Math.min(to.getTime(), ...begun))
  if (from.getTime() !== to.getTime()) return withMargins(first, to.getTime())
  const ends = held.map(({ grant }) => endOf(grant, now).getTime())
  return withMargins(Math.min(from.getTime(), ...begun), Math.max(to.getTime(), ...ends))
}

/** A margin of a twentieth on both sides, and at least ten minutes between. */
function withMargins(from: number, to: number): { readonly from: Date; readonly to: Date } {
  const length = Math.max(to - from, 10 * MINUTE_MS)
  return { from: new Date(from - length / 20), to: new Date(to + length / 20) }
}

function endOf(grant: Grant, now: Date): Date {
  return grant.revokedAt ?? later(grant.expiresAt ?? now, now)
}

const later = (a: Date, b: Date) => (a > b ? a : b)
const earlier = (a: Date, b: Date) => (a < b ? a : b)

function barOf(
  { grant, approvers, review, reason }: Held,
  stretch: { readonly from: Date; readonly to: Date },
  now: Date,
): Bar | undefined {
  if (!grant.activatedAt) return undefined
  const end = grant.revokedAt ?? earlier(later(now, grant.activatedAt), stretch.to)
  if (end < stretch.from || grant.activatedAt > stretch.to) return undefined
  const late = grant.dueAt && end.getTime() - grant.dueAt.getTime() > MINUTE_MS ? grant.dueAt : undefined
  const until = grant.revokedAt ? `to ${moment(grant.revokedAt)}` : `until ${moment(grant.expiresAt ?? now)}`
  const by = review ? 'by break-glass' : `approved by ${approvers.join(', ') || 'nobody on record'}`
  return {
    name: grantName(grant.number),
    from: later(grant.activatedAt, stretch.from),
    to: earlier(end, stretch.to),
    open: grant.revokedAt === undefined,
    kind: review ? 'break-glass' : 'approved',
    ...(late && late < stretch.to ? { lateFrom: later(late, stretch.from) } : {}),
    title: `${grantName(grant.number)}: ${grant.subject.name} had ${grant.role} on ${grant.target} from ${moment(grant.activatedAt)} ${until}, ${by}. ${reason.replace(/\s+/g, ' ')}`,
  }
}

/** `2026-11-20 03:00:00Z`; empty for undefined. */
export function moment(at: Date | undefined): string {
  return at ? `${at.toISOString().slice(0, 19).replace('T', ' ')}Z` : ''
}

type Tick = { readonly at: Date; readonly label: string }

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 20_160, 43_200, 129_600, 525_600,
].map((minutes) => minutes * MINUTE_MS)

/** Round times in UTC, at most `most` of them. */
export function ticksOf({ from, to }: Pick<Timeline, 'from' | 'to'>, most: number): Tick[] {
  const length = to.getTime() - from.getTime()
  const step = STEPS.find((one) => length / one <= most) ?? length / most
  const first = Math.ceil(from.getTime() / step) * step
  const count = Math.max(0, Math.floor((to.getTime() - first) / step) + 1)
  return Array.from({ length: count }, (_, at) => {
    const tick = new Date(first + at * step)
    return { at: tick, label: labelOf(tick, step) }
  })
}

function labelOf(at: Date, step: number): string {
  const iso = at.toISOString()
  const date = iso.slice(5, 10)
  if (step >= 1_440 * MINUTE_MS) return step >= 43_200 * MINUTE_MS ? iso.slice(0, 10) : date
  const time = iso.slice(11, 16)
  return time === '00:00' ? date : time
}
