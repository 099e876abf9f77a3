/** When access is to begin, as people say it: `14:00`, `tomorrow 09:00`, `2026-11-24T09:00`, on their own clock. */

import { isTimezone, wallClock } from '../people/hours.ts'
import { type Refused, refuse } from '../refusal.ts'

const CLOCK = '([01]?[0-9]|2[0-3]):([0-5][0-9])'
const ON_DAY = new RegExp(`^(?:(today|tomorrow)\\s+)?${CLOCK}$`, 'i')
const ON_DATE = new RegExp(`^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]${CLOCK}(Z?)$`, 'i')

/**
 * How many of these words (at most two) say a start. After `from` whatever looks like a time is meant as one, so
 * that a wrong one is refused and does not become a part of the reason.
 */
export function resemblesStart(words: readonly string[], afterFrom: boolean): 0 | 1 | 2 {
  const [first = '', second = ''] = words
  const clock = (word: string) => /^[0-9]{1,2}[:.h][0-9]{0,2}$/.test(word)
  if (/^(today|tomorrow)$/i.test(first)) return clock(second) ? 2 : afterFrom ? 1 : 0
  if (!afterFrom) return 0
  if (/^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$/.test(first)) return clock(second) ? 2 : 1
  return /^[0-9]/.test(first) && /[:T-]/.test(first) ? 1 : 0
}

/**
 * The moment that was meant, on the clock of this time zone; UTC when Slack does not know the person's zone. When clocks
 * are set back and show it twice, the first. A time of day that is over today is not moved to tomorrow: callers refuse it.
 */
export function readStart(typed: string, now: Date, timezone: string | undefined): Date | Refused {
  const zone = timezone !== undefined && isTimezone(timezone) ? timezone : 'UTC'
  const read = readWords(typed.trim(), now, zone)
  if (!read) return refuse('not-a-start', { typed })
  const start = read.wall.toZonedDateTime(read.zone, { disambiguation: 'earlier' })
  if (!start.toPlainDateTime().equals(read.wall)) return refuse('no-such-hour', { typed, zone })
  return new Date(start.epochMilliseconds)
}

function readWords(
  typed: string,
  now: Date,
  zone: string,
): { readonly wall: Temporal.PlainDateTime; readonly zone: string } | undefined {
  const onDate = ON_DATE.exec(typed)
  const [, day = 'today', hour, minute, utc] = onDate ?? ON_DAY.exec(typed) ?? []
  const ahead = { days: day.toLowerCase() === 'tomorrow' ? 1 : 0 }
  const date = onDate ? dateOf(day) : wallClock(now, zone)?.toPlainDate().add(ahead)
  if (!date || hour === undefined) return undefined
  return {
    wall: date.toPlainDateTime({ hour: Number(hour), minute: Number(minute) }),
    zone: utc ? 'UTC' : zone,
  }
}

/** Undefined for a date that is in no calendar, such as 2026-02-31. */
function dateOf(typed: string): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from(typed)
  } catch {
    return undefined
  }
}
