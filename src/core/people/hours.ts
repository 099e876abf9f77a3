/**
 * Hours of the day as a wall clock in some place shows them. Summer time is what makes this hard: a day there may have
 * 23 or 25 hours, and one hour of it is skipped or comes twice. The clock on the wall is what counts.
 */

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

const MINUTES_A_DAY = 24 * 60
const MINUTE_MS = 60_000

export function duringHours({ from, to, days, timezone }: WorkHours, at: Date): boolean {
  const now = wallClock(timezone, at)
  if (!now) return false
  const yesterday = WEEKDAYS[(WEEKDAYS.indexOf(now.weekday) + 6) % 7]
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  if (begin < end) return days.includes(now.weekday) && now.minutes >= begin && now.minutes < end
  const sinceToday = now.minutes >= begin && days.includes(now.weekday)
  const sinceYesterday = now.minutes < end && yesterday !== undefined && days.includes(yesterday)
  return sinceToday || sinceYesterday
}

/** When the hours that it is now in a place are over there; undefined when it is none of them, or nobody knows the place. */
export function endOfHours(hours: DayHours, timezone: string | undefined, at: Date): Date | undefined {
  if (timezone === undefined || !wallClock(timezone, at)) return undefined
  const every: WorkHours = { ...hours, days: WEEKDAYS, timezone }
  if (!duringHours(every, at)) return undefined
  const left = (minutesOf(hours.to) - (wallClock(timezone, at)?.minutes ?? 0) + MINUTES_A_DAY) % MINUTES_A_DAY
  // No clock is put forward by more than two hours: until then it cannot be over, and from there each minute is tried.
  const sure = Math.max(1, left - 121)
  const minute = Math.floor(at.getTime() / MINUTE_MS)
  for (let passed = sure; passed <= sure + 6 * 60; passed++) {
    const then = new Date((minute + passed) * MINUTE_MS)
    if (!duringHours(every, then)) return then
  }
  return undefined
}

/** `08:30` → 510. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':')
  return Number(hours) * 60 + Number(minutes)
}

/** Undefined for a place that nobody knows. */
function wallClock(timezone: string, at: Date): { weekday: Weekday; minutes: number } | undefined {
  const clock = clockOf(timezone)
  if (!clock) return undefined
  const parts = new Map(clock.formatToParts(at).map((part) => [part.type, part.value]))
  const weekday = WEEKDAYS.find((one) => one === parts.get('weekday')?.toLowerCase())
  if (!weekday) return undefined
  return { weekday, minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) }
}

/** Making one costs far more than reading it, and a workspace has few time zones. */
const clocks = new Map<string, Intl.DateTimeFormat | undefined>()

function clockOf(timezone: string): Intl.DateTimeFormat | undefined {
  if (!clocks.has(timezone)) clocks.set(timezone, makeClock(timezone))
  return clocks.get(timezone)
}

function makeClock(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
  } catch {
    return undefined
  }
}
