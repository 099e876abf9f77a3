/** The timeline as SVG: by itself, in a page, or as the picture for Slack. Everything that people typed is escaped. */
import { grantName } from '../../core/access/grant.ts'
import { requestName } from '../../core/access/request.ts'
import type { Held } from '../../core/reads.ts'
import { type Bar, moment, type Timeline, type TimelineLane, ticksOf } from './timeline.ts'

const WIDTH = 1_200
const LEFT = 300
const RIGHT = 24
const TOP = 76
const LANE = 44
const BAR = 22
const BOTTOM = 52
/** The average width of a character at 13 pixels. Labels are cut by it, because SVG does not cut text. */
const CHARACTER = 7.4

const INK = '#1d1c1d'
const FAINT = '#616061'
const LINE = '#dddddd'
const COLOUR = { approved: '#1264a3', 'break-glass': '#b3261e', late: '#e8912d' } as const

/** A whole SVG document, 1,200 pixels wide. */
export function timelineSvg(timeline: Timeline): string {
  const height = TOP + Math.max(1, timeline.lanes.length) * LANE + BOTTOM
  const x = (at: Date) =>
    LEFT +
    ((at.getTime() - timeline.from.getTime()) / (timeline.to.getTime() - timeline.from.getTime())) *
      (WIDTH - LEFT - RIGHT)
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="13" role="img" aria-labelledby="title">`,
    `<title id="title">${xml(timeline.title)}</title>`,
    // Stripes too, for people who do not see the colour.
    `<defs><pattern id="stripes" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" fill="${COLOUR['break-glass']}"/><rect width="3" height="8" fill="#ffffff" fill-opacity="0.35"/></pattern></defs>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 30, timeline.title, { size: 17, weight: 'bold', room: WIDTH - 32 }),
    ...ticks(timeline, x, height),
    ...timeline.lanes.flatMap((lane, at) => laneParts(lane, TOP + at * LANE, x)),
    ...(timeline.lanes.length === 0
      ? [text(LEFT, TOP + 28, 'Nobody had elevated access.', { colour: FAINT })]
      : []),
    ...nowLine(timeline, x, height),
    ...legend(timeline, height),
    '</svg>',
  ]
  return `${parts.join('\n')}\n`
}

function ticks(timeline: Timeline, x: (at: Date) => number, height: number): string[] {
  const bottom = height - BOTTOM
  return [
    text(16, TOP - 12, 'UTC', { colour: FAINT }),
    ...ticksOf(timeline, 12).flatMap(({ at, label }) => [
      `<line x1="${round(x(at))}" y1="${TOP - 6}" x2="${round(x(at))}" y2="${bottom}" stroke="${LINE}"/>`,
      `<text x="${round(x(at))}" y="${TOP - 12}" text-anchor="middle" fill="${FAINT}">${label}</text>`,
    ]),
  ]
}

function laneParts(lane: TimelineLane, top: number, x: (at: Date) => number): string[] {
  return [
    `<line x1="16" y1="${top}" x2="${WIDTH - RIGHT}" y2="${top}" stroke="${LINE}"/>`,
    text(16, top + 19, lane.person, { weight: 'bold', room: LEFT - 32 }),
    text(16, top + 36, lane.access, { colour: FAINT, room: LEFT - 32 }),
    ...lane.bars.map((bar) => barPart(bar, top + (LANE - BAR) / 2, x)),
  ]
}

function barPart(bar: Bar, top: number, x: (at: Date) => number): string {
  const left = x(bar.from)
  // So that a grant of a minute in a year is still visible.
  const width = Math.max(3, x(bar.to) - left)
  const fill = bar.kind === 'break-glass' ? 'url(#stripes)' : COLOUR.approved
  const late = bar.lateFrom && x(bar.lateFrom)
  const fits = (late ?? left + width) - left > bar.name.length * CHARACTER + 12
  return [
    `<g><title>${xml(bar.title)}</title>`,
    `<rect x="${round(left)}" y="${top}" width="${round(width)}" height="${BAR}" rx="4" fill="${fill}"/>`,
    late === undefined
      ? ''
      : `<rect x="${round(late)}" y="${top}" width="${round(Math.max(3, left + width - late))}" height="${BAR}" rx="4" fill="${COLOUR.late}"/>`,
    bar.open
      ? `<path d="M ${round(left + width)} ${top} l 9 ${BAR / 2} l -9 ${BAR / 2} z" fill="${bar.kind === 'break-glass' ? COLOUR['break-glass'] : COLOUR.approved}"/>`
      : '',
    fits
      ? `<text x="${round(left + 6)}" y="${top + 15}" fill="#ffffff" font-size="12">${xml(bar.name)}</text>`
      : '',
    '</g>',
  ].join('')
}

function nowLine({ now }: Timeline, x: (at: Date) => number, height: number): string[] {
  if (!now) return []
  const at = round(x(now))
  return [
    `<line x1="${at}" y1="${TOP - 6}" x2="${at}" y2="${height - BOTTOM}" stroke="${INK}" stroke-dasharray="4 3"/>`,
    `<text x="${at}" y="${height - BOTTOM + 15}" text-anchor="middle" fill="${INK}">now</text>`,
  ]
}

function legend({ lanes, left }: Timeline, height: number): string[] {
  const bars = lanes.flatMap((lane) => lane.bars)
  const entries: [string, string][] = [
    ...(bars.some((bar) => bar.kind === 'approved')
      ? [[COLOUR.approved, 'approved'] as [string, string]]
      : []),
    ...(bars.some((bar) => bar.kind === 'break-glass')
      ? [['url(#stripes)', 'break-glass'] as [string, string]]
      : []),
    ...(bars.some((bar) => bar.lateFrom) ? [[COLOUR.late, 'should have been gone'] as [string, string]] : []),
  ]
  const parts: string[] = []
  let at = 16
  for (const [fill, label] of entries) {
    parts.push(
      `<rect x="${at}" y="${height - 26}" width="14" height="14" rx="3" fill="${fill}"/>`,
      text(at + 20, height - 14, label, { colour: FAINT }),
    )
    at += 44 + label.length * CHARACTER
  }
  if (bars.some((bar) => bar.open)) {
    parts.push(
      `<path d="M ${at} ${height - 26} l 9 7 l -9 7 z" fill="${COLOUR.approved}"/>`,
      text(at + 20, height - 14, 'still there', { colour: FAINT }),
    )
    at += 44 + 11 * CHARACTER
  }
  if (left > 0)
    parts.push(text(at, height - 14, `and ${left} more grants that are not drawn`, { colour: FAINT }))
  return parts
}

function text(
  x: number,
  y: number,
  words: string,
  {
    size = 13,
    weight = 'normal',
    colour = INK,
    room,
  }: { size?: number; weight?: string; colour?: string; room?: number } = {},
): string {
  const most = room === undefined ? Number.POSITIVE_INFINITY : Math.floor(room / (CHARACTER * (size / 13)))
  const whole = [...words]
  const shown = whole.length > most ? `${whole.slice(0, most - 1).join('')}…` : words
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${colour}">${xml(shown)}</text>`
}

const round = (value: number) => Math.round(value * 10) / 10

/** What XML 1.0 cannot contain at all: one control character makes the whole picture unreadable. */
const UNFIT = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu

/** Text, safe in XML and HTML. */
function xml(typed: string): string {
  return typed
    .toWellFormed()
    .replace(UNFIT, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const COLUMNS = [
  'grant',
  'request',
  'person',
  'entitlement',
  'account',
  'from',
  'to',
  'approved by',
  'reason',
]

/** The timeline as one file that any browser opens: the picture, and the same as a table. No script, nothing is fetched. */
export function timelineHtml(timeline: Timeline, held: readonly Held[]): string {
  const rows = held.map(
    (one) =>
      `<tr>${cellsOf(one)
        .map((cell) => `<td>${xml(cell)}</td>`)
        .join('')}</tr>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${xml(timeline.title)}</title>
<style>
body { font: 15px/1.4 sans-serif; color: #1d1c1d; max-width: 1240px; margin: 1.5em auto; padding: 0 1em }
svg { max-width: 100%; height: auto; border: 1px solid #ddd; border-radius: 6px }
table { border-collapse: collapse; width: 100%; margin-top: 1.5em; font-size: 14px }
th, td { text-align: left; vertical-align: top; padding: 4px 10px 4px 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere }
th { white-space: nowrap }
</style>
</head>
<body>
${timelineSvg(timeline)}
<table>
<thead><tr>${COLUMNS.map((column) => `<th scope="col">${column}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<p>Times are UTC. This is what elevate gave; standing access is not in it.</p>
</body>
</html>
`
}

function cellsOf({ grant, request, approvers, review, reason }: Held): string[] {
  return [
    grantName(grant.number),
    requestName(request),
    `${grant.subject.name} (${grant.person})`,
    `${grant.target} ${grant.role}`,
    grant.account ?? '',
    moment(grant.activatedAt),
    grant.revokedAt ? moment(grant.revokedAt) : `until ${moment(grant.expiresAt)}`,
    review ? 'break-glass' : approvers.join(', '),
    reason,
  ]
}
