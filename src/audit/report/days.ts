/** Grants counted by the day on which they became active and by how they ended, in one time zone's calendar. */
import type { Grant } from '../../core/access/grant.ts'

/** How a grant ended, in the order in which a chart stacks them. `live`: it has not ended. */
export const OUTCOMES = ['full-time', 'given-back', 'ended-early', 'live', 'not-given'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** `label` is like `Mon 23`. */
export type Day = { readonly label: string; readonly counts: Readonly<Record<Outcome, number>> }

/** Every day from `from` to `to` (not included), oldest first, also those without a grant; at most the last `most`. */
export function daysOf(
  grants: readonly Pick<Grant, 'activatedAt' | 'createdAt' | 'endReason' | 'state'>[],
  {
    from,
    to,
    zone,
    most,
  }: { readonly from: Date; readonly to: Date; readonly zone: string; readonly most: number },
): readonly Day[] {
  const dateOf = (at: Date) => at.toTemporalInstant().toZonedDateTimeISO(zone).toPlainDate()
  const last = dateOf(new Date(Math.max(from.getTime(), to.getTime() - 1)))
  const days = Math.min(most, last.since(dateOf(from)).days + 1)
  const counts = new Map(
    Array.from({ length: days }, (_, i) => last.subtract({ days: days - 1 - i })).map((date) => [
      date.toString(),
      { label: labelOf(date), counts: { ...NONE } as Record<Outcome, number> },
    ]),
  )
  for (const grant of grants) {
    const day = counts.get(dateOf(grant.activatedAt ?? grant.createdAt).toString())
    if (day) day.counts[outcomeOf(grant)] += 1
  }
  return [...counts.values()]
}

const NONE: Readonly<Record<Outcome, number>> = {
  'full-time': 0,
  'given-back': 0,
  'ended-early': 0,
  live: 0,
  'not-given': 0,
}

/** A grant that never became active counts as `not-given`. */
export function outcomeOf(grant: Pick<Grant, 'activatedAt' | 'endReason' | 'state'>): Outcome {
  if (grant.endReason === undefined) return 'live'
  if (grant.endReason === 'not-given' || !grant.activatedAt) return 'not-given'
  if (grant.endReason === 'returned') return 'given-back'
  return grant.endReason === 'ended-early' ? 'ended-early' : 'full-time'
}

/** `Mon 23`: unambiguous within a week, and short enough for the axis of a chart. */
function labelOf(date: Temporal.PlainDate): string {
  return `${date.toLocaleString('en-GB', { weekday: 'short' })} ${date.day}`
}
