/** Lengths of time. Always whole seconds, never calendar units: a day is 24 hours whatever the clocks do. */

export const MINUTE = 60
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const UNITS = { m: MINUTE, h: HOUR, d: DAY } as const

/** The one grammar: a whole number of 1 to 4 digits and a unit, ASCII only. `parseInt` would take `1.5h` for 1. */
const GRAMMAR = /^([1-9][0-9]{0,3})(m|h|d)$/

export const DURATION_HELP = 'write a whole number and m, h or d, for example 30m, 2h or 1d'

/** `30m` → 1800 seconds; undefined for anything that is not exactly one duration. */
export function parseDuration(text: string): number | undefined {
  const match = GRAMMAR.exec(text)
  if (!match) return undefined
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]
}

/** Looks as if somebody meant a duration (`1.5h`, `90`, `1h30m`), so that it is refused and not taken for a word. */
export function resemblesDuration(text: string): boolean {
  return (
    /^[-+.]?\p{Nd}[\p{Nd}.,_a-z]*$/iu.test(text) &&
    /^[-+.]?[\p{Nd}.,]+\s*(s|sec|m|min|h|hr|hour|d|day|w|week)?s?([\p{Nd}].*)?$/iu.test(text)
  )
}

/** 5400 → `1 h 30 min`. The two largest units, rounded to the nearest of the smaller. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < MINUTE) return `${whole} s`
  const parts: [number, string, number][] = [
    [DAY, 'd', HOUR],
    [HOUR, 'h', MINUTE],
    [MINUTE, 'min', 1],
  ]
  for (const [size, unit, smaller] of parts) {
    if (whole < size) continue
    const rounded = Math.round(whole / smaller) * smaller
    const big = Math.floor(rounded / size)
    const rest = Math.round((rounded - big * size) / smaller)
    const restUnit = smaller === HOUR ? 'h' : smaller === MINUTE ? 'min' : 's'
    return rest === 0 ? `${big} ${unit}` : `${big} ${unit} ${rest} ${restUnit}`
  }
  return `${whole} s`
}

/** 5400 → `90m`, 7200 → `2h`: the form that {@link parseDuration} reads; seconds are rounded up to a minute. */
export function writeDuration(seconds: number): string {
  if (seconds % DAY === 0) return `${seconds / DAY}d`
  if (seconds % HOUR === 0) return `${seconds / HOUR}h`
  return `${Math.ceil(seconds / MINUTE)}m`
}
