const day = 86_400_000

type Style = Intl.DateTimeFormatOptions

const dateStyles: Readonly<Record<string, Style>> = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date_slash: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  day_divider_pretty: { weekday: 'long', month: 'long', day: 'numeric' },
}

function written(at: number, zone: string, style: Style): string {
  try {
    return new Intl.DateTimeFormat('en-US', { ...style, timeZone: zone }).format(at)
  } catch {
    return new Intl.DateTimeFormat('en-US', { ...style, timeZone: 'UTC' }).format(at)
  }
}

function dayNumber(at: number, zone: string): number {
  const [month, date, year] = written(at, zone, { year: 'numeric', month: 'numeric', day: 'numeric' }).split(
    '/',
  )
  return Math.round(Date.UTC(Number(year), Number(month) - 1, Number(date)) / day)
}

/** 'Today', 'Yesterday', 'Tomorrow', or undefined for other days. */
function relativeDay(at: number, now: number, zone: string): string | undefined {
  const difference = dayNumber(at, zone) - dayNumber(now, zone)
  return difference === 0
    ? 'Today'
    : difference === -1
      ? 'Yesterday'
      : difference === 1
        ? 'Tomorrow'
        : undefined
}

function ordinal(date: string): string {
  return date.replace(/(\d+),/, (_, digits: string) => {
    const number = Number(digits)
    const teen = number % 100 > 10 && number % 100 < 14
    return `${digits}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')},`
  })
}

function ago(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000)
  const units = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const
  const [size, unit] = units.find(([length]) => Math.abs(seconds) >= length) ?? [1, 'second']
  return new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' }).format(Math.trunc(seconds / size), unit)
}

function oneToken(token: string, at: number, now: number, zone: string): string | undefined {
  if (token === 'time') return written(at, zone, { hour: 'numeric', minute: '2-digit' })
  if (token === 'time_secs') {
    return written(at, zone, { hour: 'numeric', minute: '2-digit', second: '2-digit' })
  }
  if (token === 'ago') return ago(at, now)
  const relative = token.endsWith('_pretty') ? relativeDay(at, now, zone) : undefined
  const style = dateStyles[token] ?? dateStyles[token.replace('_pretty', '')]
  if (!style) return undefined
  const plain = written(at, zone, style)
  if (token === 'date_num') {
    const [month, date, year] = plain.split('/')
    return `${year}-${month}-${date}`
  }
  return relative ?? (/^date(_long)?(_pretty)?$/.test(token) ? ordinal(plain) : plain)
}

/**
 * Fills a Slack date format such as `{date_short} at {time}`; undefined where the format has no token that
 * Slack knows (it shows the fallback then).
 */
export function slackDate(
  seconds: number,
  format: string,
  zone: string,
  now: number = Date.now(),
): string | undefined {
  let known = false
  const text = format.replaceAll(/\{(\w+)\}/g, (whole, token: string, position: number) => {
    const filled = oneToken(token, seconds * 1000, now, zone)
    if (filled === undefined) return whole
    known = true
    return position > 0 && /^(Today|Yesterday|Tomorrow)$/.test(filled) ? filled.toLowerCase() : filled
  })
  return known ? text : undefined
}

/** The time of day next to a message, as in '2:05 PM'. */
export function clock(ts: string, zone: string): string {
  return slackDate(Number(ts), '{time}', zone) ?? ''
}

/** The words on the line between two days of a channel. */
export function dayLine(ts: string, zone: string, now: number): string {
  return slackDate(Number(ts), '{day_divider_pretty}', zone, now) ?? ''
}

/** `YYYY-MM-DDTHH:MM` in a person's time zone, as date and time fields want it. */
export function localMinute(seconds: number, zone: string): string {
  const parts: Style = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }
  const [date = '', time = ''] = written(seconds * 1000, zone, parts).split(', ')
  const [month, number, year] = date.split('/')
  return `${year}-${month}-${number}T${time}`
}
