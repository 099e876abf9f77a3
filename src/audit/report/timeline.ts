/**
 * Who had what when, as lanes and bars: the picture before it is drawn. Pure; what is drawn from it is SVG, in a
 * page or by itself, and from that the picture for Slack.
 */
import { type Grant, grantName } from '../../core/access/grant.ts'
import type { Held } from '../../core/reads.ts'

export type Bar = {
  readonly name: string
  readonly from: Date
  readonly to: Date
  /** Still there: the bar goes on to the right of the picture's last moment. */
  readonly open: boolean
  readonly kind: 'approved' | 'break-glass'
  /** From here on it should have been gone. */
  readonly lateFrom?: Date
  /** For whoever points at it, and for screen readers. */
  readonly title: string
}

export type TimelineLane = {
  readonly person: string
  readonly access: string
  readonly bars: readonly Bar[]
}

export type Timeline = {
  readonly from: Date
  readonly to: Date
  readonly title: string
  /** The moment of asking, when the picture reaches it. */
  readonly now: Date | undefined
  readonly lanes: readonly TimelineLane[]
  /** Grants that did not fit. */
  readonly left: number
}

const MINUTE = 60_000
/** More lanes than this are not read any more, and the picture for Slack has an end. */
const MOST_LANES = 40

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
  const shown = sorted.slice(0, MOST_LANES)
  return {
    ...stretch,
    title: span.title,
    now: span.now >= stretch.from && span.now <= stretch.to ? span.now : undefined,
    lanes: shown,
    left: sorted.slice(MOST_LANES).reduce((sum, lane) => sum + lane.bars.length, 0),
  }
}

/** A stretch that was not bounded by the question begins with the first grant; a moment gets some room around it. */
function fitted(
  held: readonly Held[],
  { from, to, now }: { readonly from: Date; readonly to: Date; readonly now: Date },
): { readonly from: Date; readonly to: Date } {
  const begun = held.flatMap(({ grant }) => (grant.activatedAt ? [grant.activatedAt.getTime()] : []))
  const first = Math.max(from.getTime(), Math.min(to.getTime(), ...begun))
  if (from.getTime() !== to.getTime()) return room(first, to.getTime())
  const ends = held.map(({ grant }) => endOf(grant, now).getTime())
  return room(Math.min(from.getTime(), ...begun), Math.max(to.getTime(), ...ends))
}

/** A twentieth on both sides, so that nothing begins or ends in the frame. */
function room(from: number, to: number): { readonly from: Date; readonly to: Date } {
  const length = Math.max(to - from, 10 * MINUTE)
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
  const late = grant.dueAt && end.getTime() - grant.dueAt.getTime() > MINUTE ? grant.dueAt : undefined
  const until = grant.revokedAt ? `to ${stamp(grant.revokedAt)}` : `until ${stamp(grant.expiresAt ?? now)}`
  const by = review ? 'by break-glass' : `approved by ${approvers.join(', ') || 'nobody on record'}`
  return {
    name: grantName(grant.number),
    from: later(grant.activatedAt, stretch.from),
    to: earlier(end, stretch.to),
    open: grant.revokedAt === undefined,
    kind: review ? 'break-glass' : 'approved',
    ...(late && late < stretch.to ? { lateFrom: later(late, stretch.from) } : {}),
    title: `${grantName(grant.number)}: ${grant.subject.name} had ${grant.role} on ${grant.target} from ${stamp(grant.activatedAt)} ${until}, ${by}. ${reason.replace(/\s+/g, ' ')}`,
  }
}

const stamp = (at: Date) => `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`

export type Tick = { readonly at: Date; readonly label: string }

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 20_160, 43_200, 129_600, 525_600,
].map((minutes) => minutes * MINUTE)

/** Round moments, in UTC; at most `most` of them. */
export function ticksOf({ from, to }: Pick<Timeline, 'from' | 'to'>, most: number): Tick[] {
  const length = to.getTime() - from.getTime()
  const step = STEPS.find((one) => length / one <= most) ?? length / most
  const first = Math.ceil(from.getTime() / step) * step
  const count = Math.max(0, Math.floor((to.getTime() - first) / step) + 1)
  return Array.from({ length: count }, (_, at) => {
    const moment = new Date(first + at * step)
    return { at: moment, label: labelOf(moment, step) }
  })
}

function labelOf(at: Date, step: number): string {
  const iso = at.toISOString()
  const date = iso.slice(5, 10)
  if (step >= 1_440 * MINUTE) return step >= 43_200 * MINUTE ? iso.slice(0, 10) : date
  const time = iso.slice(11, 16)
  return time === '00:00' ? date : time
}
