import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, secondsHeld, secondsPlanned } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import type { ActivitySummary } from '../../../core/activity/activity.ts'
import type { Held } from '../../../core/reads.ts'
import { bullets, linesThatFit, paragraph, rich } from '../../blocks/layout.ts'
import { asManyAsFit } from '../../blocks/limits.ts'
import type { Block, Names } from '../../blocks/message.ts'
import { bold, type RichText, say } from '../../blocks/rich-text.ts'
import { doneInBrief } from '../activity/activity.ts'
import { accessName, formatLate, heldBy, usedOf } from '../phrases.ts'

const HEADINGS = ['From', 'Who', 'Access', 'Why', 'Approved by', 'Used', 'Done', 'Late by']
const WHO = 1

/** One page of Slack holds 100 rows at most, another 200. */
const MAX_ROWS = 100
const ROWS_PER_PAGE = 10

type Cell =
  | { readonly type: 'raw_text'; readonly text: string }
  | { readonly type: 'raw_number'; readonly value: number; readonly text: string }

/** What was done with each grant, by its id. */
type Done = ReadonlyMap<string, ActivitySummary>

const isOver = (grant: Grant) => grant.activatedAt !== undefined && grant.state === 'revoked'

type Shown = { readonly blocks: Block[]; readonly left: number }

/** Who had what, why and for how long; people sort it by any column. Cells are raw: nothing that was typed is parsed. */
export function nativeTable(
  held: readonly Held[],
  done: Done,
  names: Names,
  zone: string,
  maxChars: number,
): Shown {
  const clock = clockIn(zone)
  const rows = held.slice(0, MAX_ROWS).map((one) => row(one, done, names, clock))
  const shown = asManyAsFit(rows, maxChars - 400, MAX_ROWS)
  if (shown.length === 0) return { blocks: [], left: held.length }
  const table = {
    type: 'data_table',
    caption: `Who had access, times in ${zone}`,
    page_size: ROWS_PER_PAGE,
    row_header_column_index: WHO,
    rows: [HEADINGS.map(text), ...shown.map((one) => [...one])],
  }
  return { blocks: [table as unknown as Block], left: held.length - shown.length }
}

/** The same as sentences. */
export function grantsInWords(held: readonly Held[], done: Done, names: Names, maxChars: number): Shown {
  const lines = held.slice(0, MAX_ROWS).map((one) => heldLine(one, done, names))
  const shown = linesThatFit(lines, maxChars - 200, MAX_ROWS)
  if (shown.length === 0) return { blocks: [], left: held.length }
  return {
    blocks: [rich(paragraph(say`${bold('Who had access')}`), bullets(shown))],
    left: held.length - shown.length,
  }
}

/** One grant in a sentence, for those who hear the digest. */
export function heldLine(one: Held, done: Done, names: Names): RichText {
  const { grant } = one
  const used =
    secondsHeld(grant) === undefined
      ? say`asked for ${formatDuration(grant.duration)}`
      : say`used ${usedOf(grant)}`
  const did = isOver(grant) ? say` Done with it: ${doneInBrief(done.get(grant.id))}.` : say``
  return say`${names(grant.person)}: ${accessName(grant)}, ${used}, ${heldBy(one, names)}.${did}`
}

function row(
  { grant, reason, approvers, review, rule }: Held,
  done: Done,
  names: Names,
  clock: (at: Date) => string,
): Cell[] {
  const held = secondsHeld(grant)
  const rest = approvers.length - 3
  return [
    text(grant.activatedAt ? clock(grant.activatedAt) : 'not given'),
    text(clamp(names(grant.person), 30)),
    text(clamp(`${grant.role} on ${grant.target}`, 50)),
    text(clamp(reason.replace(/\s+/g, ' '), 70)),
    text(
      clamp(
        [
          ...(review ? ['break-glass'] : []),
          ...(rule === undefined ? [] : [`rule ${clamp(rule, 40)}`]),
          ...approvers.slice(0, 3).map((id) => clamp(names(id), 20)),
          ...(rest > 0 ? [`${rest} more`] : []),
        ].join(', '),
        70,
      ),
    ),
    number(held ?? 0, held === undefined ? `live, ${formatDuration(secondsPlanned(grant))}` : usedOf(grant)),
    text(isOver(grant) ? clamp(doneInBrief(done.get(grant.id)), 70) : '–'),
    number(grant.lateByMs ?? 0, grant.lateByMs === undefined ? '–' : formatLate(grant.lateByMs)),
  ]
}

function text(words: string): Cell {
  return { type: 'raw_text', text: words || '–' }
}

/** A column of numbers alone is sorted as numbers, whatever it says. */
function number(value: number, words: string): Cell {
  return { type: 'raw_number', value: Math.round(value), text: words }
}

/** `2026-11-23 13:01`: sorted as text it is in order. */
function clockIn(zone: string): (at: Date) => string {
  return (at) =>
    at
      .toTemporalInstant()
      .toZonedDateTimeISO(zone)
      .toPlainDateTime()
      .toString({ smallestUnit: 'minute' })
      .replace('T', ' ')
}
