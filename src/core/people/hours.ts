/** Hours of the day by the clock of a time zone, where an hour is skipped or comes twice when the clocks change. */

/** `22:00` to `06:00` goes on past midnight. The beginning belongs to it, the end does not; `24:00` ends the day. */
export type DayHours = { readonly from: string; readonly to: string }

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export type WorkHours = DayHours & {
  /** On which it begins: `fri`, 22:00 to 06:00, goes on into Saturday. */
  readonly days: readonly Weekday[]
  /** IANA name. */
  readonly timezone: string
}

export function duringHours({ from, to, days, timezone }: WorkHours, at: Date): boolean {
  const now = wallClock(at, timezone)
  if (!now) return false
  const beginsOn = (dayOfWeek: number) => days.some((day) => day === WEEKDAYS[(dayOfWeek + 6) % 7])
  const [time, today, yesterday] = [timeOf(now), beginsOn(now.dayOfWeek), beginsOn(now.dayOfWeek - 1)]
  if (from < to) return today && time >= from && time < to
  return (today && time >= from) || (yesterday && time < to)
}

/** When the hours that contain `at` end in this time zone; undefined outside them, or when the zone is unknown. */
export function endOfHours(hours: DayHours, timezone: string | undefined, at: Date): Date | undefined {
  const now = timezone === undefined ? undefined : wallClock(at, timezone)
  if (timezone === undefined || !now) return undefined
  const during = (moment: Date) => duringHours({ ...hours, days: WEEKDAYS, timezone }, moment)
  if (!during(at)) return undefined
  const [hour = 0, minute = 0] = hours.to.split(':').map(Number)
  const lastDay = now.toPlainDate().add({ days: timeOf(now) < hours.to ? 0 : 1 })
  const end = lastDay.toPlainDateTime().add({ hours: hour, minutes: minute })
  // A change of the clocks can skip the end, show it twice, or put the clock back before the beginning.
  return [
    end.toZonedDateTime(timezone, { disambiguation: 'earlier' }),
    end.toZonedDateTime(timezone, { disambiguation: 'later' }),
    at.toTemporalInstant().toZonedDateTimeISO(timezone).getTimeZoneTransition('next'),
  ]
    .flatMap((moment) => (moment ? new Date(moment.epochMilliseconds) : []))
    .filter((moment) => moment > at && !during(moment))
    .sort((a, b) => a.getTime() - b.getTime())[0]
}

/** What clocks in a time zone show at a moment; undefined when the zone is unknown. */
export function wallClock(at: Date, timezone: string): Temporal.PlainDateTime | undefined {
  if (!isTimezone(timezone)) return undefined
  return at.toTemporalInstant().toZonedDateTimeISO(timezone).toPlainDateTime()
}

/** Is this an IANA time zone, such as `Europe/Berlin`, or an offset, such as `+02:00`? */
export function isTimezone(name: string): boolean {
  try {
    return new Temporal.ZonedDateTime(0n, name) !== undefined
  } catch {
    return false
  }
}

function timeOf(wall: Temporal.PlainDateTime): string {
  return wall.toPlainTime().toString({ smallestUnit: 'minute' })
}
