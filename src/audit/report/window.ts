/** The time that a question is about: a moment, a period around it or between two, or ever. */
import { DAY, HOUR, parseDuration } from '../../core/access/duration.ts'
import { type Refused, refuse } from '../../core/refusal.ts'

/** As typed. Nothing at all means now. */
export type WhenAsk = {
  readonly at?: string | undefined
  /** The middle of a period of the length `for`. */
  readonly around?: string | undefined
  readonly for?: string | undefined
  readonly from?: string | undefined
  /** Now when left out. */
  readonly to?: string | undefined
  /** Since the beginning. */
  readonly ever?: boolean | undefined
}

export type Window = {
  readonly kind: 'now' | 'moment' | 'stretch' | 'ever'
  readonly from: Date
  /** The same as `from` for a moment. */
  readonly to: Date
}

/** Around an incident: an hour before it and an hour after. Seconds. */
const DEFAULT_AROUND = 2 * HOUR
const MAX_AROUND = 366 * DAY
/** Before any grant of elevate. */
const BEGINNING = new Date('2020-01-01T00:00:00Z')

/** Refuses what cannot be read as a time, and two ways of saying when at once. */
export function windowOf(ask: WhenAsk, now: Date): Window | Refused {
  const ways = [ask.at, ask.around, ask.from ?? ask.to, ask.ever || undefined].filter(
    (one) => one !== undefined,
  )
  if (ways.length > 1 || (ask.for !== undefined && ask.around === undefined))
    return refuse('two-ways-of-saying-when')
  if (ask.ever) return { kind: 'ever', from: BEGINNING, to: now }
  if (ask.around !== undefined) return around(ask.around, ask.for)
  if (ask.from !== undefined || ask.to !== undefined) return between(ask.from, ask.to, now)
  if (ask.at === undefined) return { kind: 'now', from: now, to: now }
  const at = readMoment(ask.at)
  return at ? { kind: 'moment', from: at, to: at } : noMoment(ask.at)
}

function around(typed: string, length: string | undefined): Window | Refused {
  const middle = readMoment(typed)
  if (!middle) return noMoment(typed)
  const seconds = length === undefined ? DEFAULT_AROUND : parseDuration(length)
  if (seconds === undefined) return refuse('not-a-length', { typed: length ?? '' })
  if (seconds > MAX_AROUND) return refuse('too-long-to-look-at', { max: MAX_AROUND })
  const half = (seconds * 1000) / 2
  return {
    kind: 'stretch',
    from: new Date(middle.getTime() - half),
    to: new Date(middle.getTime() + half),
  }
}

function between(typedFrom: string | undefined, typedTo: string | undefined, now: Date): Window | Refused {
  const from = typedFrom === undefined ? BEGINNING : readMoment(typedFrom)
  if (!from) return noMoment(typedFrom ?? '')
  const to = typedTo === undefined ? now : readMoment(typedTo)
  if (!to) return noMoment(typedTo ?? '')
  if (to < from) return refuse('end-before-beginning')
  return { kind: 'stretch', from, to }
}

function noMoment(typed: string): Refused {
  return refuse('not-a-moment', { typed })
}

export const MOMENT_HELP = 'write 2026-11-20T03:00Z, or 2026-11-20 03:00 for UTC, or 2026-11-20'

const MOMENT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** A date and time in one strict format, UTC unless it says otherwise; undefined for anything else. `Date.parse` would accept `2` and 31 February. */
export function readMoment(typed: string): Date | undefined {
  const match = MOMENT.exec(typed.trim())
  if (!match) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const moment = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`)
  const calendar = new Date(`${year}-${month}-${day}T00:00:00Z`)
  const real = !Number.isNaN(calendar.getTime()) && calendar.getUTCDate() === Number(day)
  return real && !Number.isNaN(moment.getTime()) ? moment : undefined
}
