import { formatDuration } from '../../core/duration.ts'
import { secondsHeld } from '../../core/grant.ts'
import type { Held } from '../../core/reads.ts'
import { clamp } from '../../core/reason.ts'
import { asManyAsFit } from '../blocks/limits.ts'
import type { Block, Names } from '../blocks/message.ts'
import { formatLate } from './phrases.ts'

const HEADINGS = ['From', 'Who', 'Access', 'Why', 'Approved by', 'Used', 'Ended late by']

/** A table has at most 100 rows. */
const MOST_ROWS = 99

type Cell = { readonly type: 'raw_text'; readonly text: string }

/** Who had what, why and for how long. Cells are raw text: nothing that somebody typed is parsed. */
export function digestTable(
  held: readonly Held[],
  names: Names,
  zone: string,
  room: number,
): { readonly blocks: Block[]; readonly left: number } {
  if (held.length === 0) return { blocks: [], left: 0 }
  const clock = clockIn(zone)
  const rows = held.slice(0, MOST_ROWS).map((one) => row(one, names, clock))
  const shown = asManyAsFit(rows, room, MOST_ROWS)
  return {
    blocks: [
      {
        type: 'table',
        rows: [HEADINGS.map(cell), ...shown.map((one) => [...one])],
        column_settings: HEADINGS.map(() => ({ is_wrapped: true })),
      },
    ],
    left: held.length - shown.length,
  }
}

function row({ grant, reason, approvers, review }: Held, names: Names, clock: (at: Date) => string): Cell[] {
  const used = secondsHeld(grant)
  const asked = formatDuration(grant.duration)
  const rest = approvers.length - 3
  return [
    cell(grant.activatedAt ? clock(grant.activatedAt) : 'not given'),
    cell(clamp(names(grant.person), 30)),
    cell(clamp(`${grant.role} on ${grant.target}`, 50)),
    cell(clamp(reason.replace(/\s+/g, ' '), 70)),
    cell(
      clamp(
        [
          ...(review ? ['break-glass'] : []),
          ...approvers.slice(0, 3).map((id) => clamp(names(id), 20)),
          ...(rest > 0 ? [`${rest} more`] : []),
        ].join(', '),
        70,
      ),
    ),
    cell(used === undefined ? `${asked} asked` : `${formatDuration(used)} of ${asked}`),
    cell(grant.lateByMs === undefined ? '–' : formatLate(grant.lateByMs)),
  ]
}

function cell(text: string): Cell {
  return { type: 'raw_text', text: text || '–' }
}

function clockIn(zone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  return (at) => format.format(at)
}
