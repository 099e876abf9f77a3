/** When access is to begin, as people say it: `14:00`, `tomorrow 09:00`, `2026-11-24T09:00`, on their own clock. */

import { type Refused, refuse } from '../refusal.ts'
import { DAY } from './duration.ts'

export const START_HELP = 'write 14:00, tomorrow 09:00 or 2026-11-24T09:00'

const CLOCK = /^([01]?[0-9]|2[0-3]):([0-5][0-9])$/
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/
const MOMENT = /^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{1,2}:[0-9]{2})(Z?)$/i
const DAYS: ReadonlyMap<string, number> = new Map([
  ['today', 0],
  ['tomorrow', 1],
])

/**
 * How many of these words (at most two) say a start. After `from` whatever looks like a time is meant as one, so
 * that a wrong one is refused and does not become a part of the reason.
 */
export function resemblesStart(words: readonly string[], afterFrom: boolean): 0 | 1 | 2 {
  const [first = '', second = ''] = words
  const clock = (word: string) => /^[0-9]{1,2}[:.h][0-9]{0,2}$/.test(word)
  if (DAYS.has(first.toLowerCase())) return clock(second) ? 2 : afterFrom ? 1 : 0
  if (!afterFrom) return 0
  if (/^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$/.test(first)) return clock(second) ? 2 : 1
  return /^[0-9]/.test(first) && /[:T-]/.test(first) ? 1 : 0
}

type Day = { readonly year: number; readonly month: number; readonly day: number }

/** The moment that was meant. A time of day that is over today is not moved to tomorrow: it is refused as over. */
export function readStart(typed: string, now: Date, timezone: string | undefined): Date | Refused {
  const zone = knownZone(timezone)
  const read = readWords(typed.trim(), now, zone)
  if (!read) return refuse('bad-start', `“${typed}” is not a time to begin at: ${START_HELP}.`, 'start')
  const start = read.utc ? momentOf(read, 'UTC') : momentOf(read, zone)
  if (!start)
    return refuse(
      'bad-start',
      `There is no ${typed} in ${zone}: the clocks are changed then. Choose another time.`,
      'start',
    )
  return start
}

function readWords(
  typed: string,
  now: Date,
  zone: string,
): (Day & { minutes: number; utc?: boolean }) | undefined {
  const clockOnly = minutesOf(typed)
  if (clockOnly !== undefined) return { ...dayIn(now, zone), minutes: clockOnly }
  const [word = '', time = ''] = typed.split(/\s+/)
  const ahead = DAYS.get(word.toLowerCase())
  if (ahead !== undefined) {
    const minutes = minutesOf(time)
    return minutes === undefined ? undefined : { ...later(dayIn(now, zone), ahead), minutes }
  }
  const match = MOMENT.exec(typed)
  const day = match?.[1] ? dayOf(match[1]) : undefined
  const minutes = match?.[2] ? minutesOf(match[2]) : undefined
  if (!day || minutes === undefined) return undefined
  return { ...day, minutes, utc: match?.[3] !== '' }
}

function minutesOf(typed: string): number | undefined {
  const match = CLOCK.exec(typed)
  return match ? Number(match[1]) * 60 + Number(match[2]) : undefined
}

/** Undefined for a day that no calendar has. */
function dayOf(typed: string): Day | undefined {
  const match = DATE.exec(typed)
  if (!match) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? { year, month, day } : undefined
}

function later({ year, month, day }: Day, days: number): Day {
  const date = new Date(Date.UTC(year, month - 1, day + days))
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** Which wall clock a moment is at. */
function wallOf(at: Date, zone: string): Day & { minutes: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    minutes: part('hour') * 60 + part('minute'),
  }
}

const dayIn = (at: Date, zone: string): Day => {
  const { year, month, day } = wallOf(at, zone)
  return { year, month, day }
}

/**
 * The moment at which a wall clock shows this. When clocks are set back it shows it twice, and the first is meant;
 * when they are set forward it may never show it, and then there is none.
 */
function momentOf({ year, month, day, minutes }: Day & { minutes: number }, zone: string): Date | undefined {
  const asUtc = Date.UTC(year, month - 1, day, 0, minutes)
  // No zone is farther from UTC than 14 hours, and none changes twice within a day.
  const offsets = [-DAY, 0, DAY].map((seconds) => {
    const near = new Date(asUtc + seconds * 1000)
    const wall = wallOf(near, zone)
    return Date.UTC(wall.year, wall.month - 1, wall.day, 0, wall.minutes) - near.getTime()
  })
  const found = offsets
    .map((offset) => new Date(asUtc - offset))
    .filter((moment) => {
      const wall = wallOf(moment, zone)
      return wall.year === year && wall.month === month && wall.day === day && wall.minutes === minutes
    })
  return found.sort((a, b) => a.getTime() - b.getTime())[0]
}

/** Somebody whose zone Slack does not tell, or tells in a way nobody knows, is taken to live by UTC. */
function knownZone(timezone: string | undefined): string {
  if (timezone === undefined) return 'UTC'
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone })
    return timezone
  } catch {
    return 'UTC'
  }
}
