/** The timeline as one file that any browser opens: the picture, and the same as a table. No script, nothing fetched. */
import { grantName } from '../../core/access/grant.ts'
import { requestName } from '../../core/access/request.ts'
import type { Held } from '../../core/reads.ts'
import type { Timeline } from './timeline.ts'
import { timelineSvg, xml } from './timeline-svg.ts'

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
    stamp(grant.activatedAt),
    grant.revokedAt ? stamp(grant.revokedAt) : `until ${stamp(grant.expiresAt)}`,
    review ? 'break-glass' : approvers.join(', '),
    reason,
  ]
}

const stamp = (at: Date | undefined) => (at ? `${at.toISOString().slice(0, 19).replace('T', ' ')}Z` : '')
