/** Grants by the day on which they were given and by how they ended, as a calendar in one time zone has the days. */
import type { Grant } from '../../core/access/grant.ts'

/** How a grant came out; the order is the one in which a chart stacks them. */
export const OUTCOMES = ['full-time', 'given-back', 'ended-early', 'live', 'not-given'] as const
export type Outcome = (typeof OUTCOMES)[number]

export type Day = { readonly label: string; readonly counts: Readonly<Record<Outcome, number>> }

const DAY_MS = 24 * 60 * 60 * 1000

/** The days that `from` (included) to `to` touch, oldest first; of many, the last `most`. */
export function daysOf(
  grants: readonly Pick<Grant, 'activatedAt' | 'createdAt' | 'endReason' | 'state'>[],
  {
    from,
    to,
    zone,
    most,
  }: { readonly from: Date; readonly to: Date; readonly zone: string; readonly most: number },
): readonly Day[] {
  const dayOf = calendar(zone)
  const labels: string[] = []
  // Steps of half a day meet every day, those of 23 and 25 hours too.
  for (let at = from.getTime(); at < to.getTime(); at += DAY_MS / 2) labels.push(dayOf(new Date(at)))
  labels.push(dayOf(new Date(Math.max(from.getTime(), to.getTime() - 1))))
  const days = new Map(
    [...new Set(labels)].slice(-most).map((label) => [label, { ...NONE } as Record<Outcome, number>]),
  )
  for (const grant of grants) {
    const counts = days.get(dayOf(grant.activatedAt ?? grant.createdAt))
    if (counts) counts[outcomeOf(grant)] += 1
  }
  return [...days].map(([label, counts]) => ({ label, counts }))
}

const NONE: Readonly<Record<Outcome, number>> = {
  'full-time': 0,
  'given-back': 0,
  'ended-early': 0,
  live: 0,
  'not-given': 0,
}

export function outcomeOf(grant: Pick<Grant, 'activatedAt' | 'endReason' | 'state'>): Outcome {
  if (grant.endReason === undefined) return 'live'
  if (grant.endReason === 'not-given' || !grant.activatedAt) return 'not-given'
  if (grant.endReason === 'returned') return 'given-back'
  return grant.endReason === 'ended-early' ? 'ended-early' : 'full-time'
}

/** `Mon 23`: enough for the days of one week, and short enough to stand below a chart. */
function calendar(zone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', day: 'numeric' })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map((part) => [part.type, part.value]))
    return `${parts.get('weekday')} ${parts.get('day')}`
  }
}
