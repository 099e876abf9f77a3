import { type Day, OUTCOMES, type Outcome } from '../../../audit/report/days.ts'
import type { Digest } from '../../../audit/report/digest.ts'
import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, secondsHeld, secondsPlanned } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import type { ActivitySummary } from '../../../core/activity/activity.ts'
import { counted } from '../../../core/plural.ts'
import type { Held } from '../../../core/reads.ts'
import {
  actions,
  bullets,
  context,
  header,
  linesThatFit,
  message,
  messageOf,
  paragraph,
  rich,
  section,
  spokenLine,
} from '../../blocks/layout.ts'
import { asManyAsFit, type Block, type Message, type Names, sizeOf } from '../../blocks/message.ts'
import { between, bold, listed, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { doneInBrief } from '../activity/activity.ts'
import { csvButton } from '../log/audit-answer.ts'
import { heldBy } from '../log/who-answer.ts'
import { accessName, formatLate, usedOf } from '../phrases.ts'
import { openStandingLine } from '../standing/standing.ts'
import { listBlock, otherLists, unusedInWords, urgentLists } from './digest-lists.ts'

const MAX_SPOKEN_GRANTS = 15
/** Characters of JSON for the lists and the table; the words around them need the rest. */
const LISTS_AND_TABLE_CHARS = 10_900

type DigestLook = {
  /** The time zone of the table's clock times. */
  readonly zone: string
  /** Slack's own chart and table; else the same in blocks that every workspace takes. */
  readonly native: boolean
  /** Value of the button that sends every event of the stretch. */
  readonly csv: string
}

/** The summary of one stretch of time for security. */
export function digestMessage(digest: Digest, names: Names, { zone, native, csv }: DigestLook): Message {
  const title = digest.period === 'weekly' ? 'Weekly access digest' : 'Access digest'
  const span = say`${moment(digest.from)} to ${moment(digest.to)}`
  if (isEmpty(digest)) {
    const quiet = say`Nothing happened from ${span}: nobody asked, had or was refused access, and nothing waits to end.`
    return messageOf(header(title), spokenLine(quiet))
  }
  const urgent = urgentLists(digest, names)
  const others = otherLists(digest, names)
  const chart = native ? nativeChart(digest.days) : chartInWords(digest.days)
  const lists = [...urgent, ...others].map(listBlock)
  const maxChars = LISTS_AND_TABLE_CHARS - sizeOf([...lists, ...chart])
  const table = native
    ? nativeTable(digest.grants, digest.done, names, zone, maxChars)
    : grantsInWords(digest.grants, digest.done, names, maxChars)
  const spoken = [
    say`${title}, ${span}.`,
    totals(digest),
    punctual(digest),
    unusedInWords(digest),
    openStandingLine(digest.openStanding),
    ...[...urgent, ...others].flatMap((list) => [say`${list.title}:`, ...list.lines]),
    ...dayLines(digest.days).map((line) => say`${line}.`),
    ...digest.grants.slice(0, MAX_SPOKEN_GRANTS).map((one) => heldLine(one, digest.done, names)),
    more(digest.grants.length - MAX_SPOKEN_GRANTS),
  ]
  return message(between(spoken, ' '), [
    header(title),
    context(span),
    ...urgent.map(listBlock),
    section(
      together(
        totals(digest),
        punctual(digest),
        unusedInWords(digest),
        openStandingLine(digest.openStanding),
      ),
    ),
    ...chart,
    ...table.blocks,
    table.left > 0 ? context(more(table.left)) : undefined,
    ...others.map(listBlock),
    actions(csvButton(csv, 'Send me every event', 'Send me every event of this digest as a CSV file')),
  ])
}

function isEmpty(digest: Digest): boolean {
  const { grants, asked, denied, lapsed, withdrawn, refused, stuck, openReviews, standing } = digest
  const lists = [grants, denied, lapsed, withdrawn, refused, stuck, openReviews, standing]
  return asked === 0 && digest.openStanding === 0 && lists.every((list) => list.length === 0)
}

function totals(digest: Digest): RichText {
  const { asked, grants, denied, lapsed, withdrawn, refused } = digest
  const people = new Set(grants.map((one) => one.grant.person)).size
  const glass = grants.filter((one) => one.review).length
  const others = [
    ...(glass > 0 ? [`${glass} by break-glass`] : []),
    ...(denied.length > 0 ? [`${denied.length} denied`] : []),
    ...(lapsed.length > 0 ? [`${lapsed.length} lapsed`] : []),
    ...(withdrawn.length > 0 ? [`${withdrawn.length} withdrawn`] : []),
    ...(refused.length > 0 ? [counted(refused.length, 'refused attempt')] : []),
  ]
  return together(
    say`${bold(counted(asked, 'request'))}, ${bold(counted(grants.length, 'grant'))}${people > 0 ? ` to ${counted(people, 'person', 'people')}` : ''}.`,
    others.length > 0 ? say`Also: ${listed(others)}.` : say``,
  )
}

function punctual({ lateness }: Digest): RichText {
  if (lateness.count === 0) return say``
  if (lateness.count === 1) return say`One grant ended, ${formatLate(lateness.worst)} after its time.`
  return say`${counted(lateness.count, 'grant')} ended: half of them within ${formatLate(lateness.p50)} of their time, 99 of 100 within ${formatLate(lateness.p99)}, the latest after ${formatLate(lateness.worst)}.`
}

function more(count: number): RichText {
  return count > 0 ? say`And ${counted(count, 'more grant')}.` : say``
}

const CHART_TITLE = 'Grants by day, and how they ended'

/** At most 20 letters each. */
const OUTCOME_NAMES: Record<Outcome, string> = {
  'full-time': 'ran their time',
  'given-back': 'given back',
  'ended-early': 'ended early',
  live: 'still live',
  'not-given': 'not given',
}

/** Drawn by Slack itself. Nothing where there was nothing. */
function nativeChart(days: readonly Day[]): Block[] {
  const shown = OUTCOMES.filter((outcome) => days.some((day) => day.counts[outcome] > 0))
  if (shown.length === 0) return []
  const series = shown.map((outcome) => ({
    name: OUTCOME_NAMES[outcome],
    data: days.map((day) => ({ label: day.label, value: day.counts[outcome] })),
  }))
  const chart = {
    type: 'data_visualization',
    title: CHART_TITLE,
    chart: {
      type: 'bar',
      series,
      axis_config: { categories: days.map((day) => day.label), y_label: 'Grants' },
    },
  }
  // Younger than the types of Slack's own library.
  return [chart as unknown as Block]
}

/** The same in words. */
function chartInWords(days: readonly Day[]): Block[] {
  const lines = dayLines(days)
  return lines.length === 0 ? [] : [rich(paragraph(say`${bold(CHART_TITLE)}`), bullets(lines))]
}

function dayLines(days: readonly Day[]): readonly RichText[] {
  return days.flatMap(({ label, counts }) => {
    const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
      (outcome) => [outcome, counts[outcome]] as const,
    )
    const all = parts.reduce((sum, [, count]) => sum + count, 0)
    if (all === 0) return []
    return [
      say`${label}: ${counted(all, 'grant')}, ${listed(parts.map(([outcome, count]) => `${count} ${OUTCOME_NAMES[outcome]}`))}`,
    ]
  })
}

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
function nativeTable(held: readonly Held[], done: Done, names: Names, zone: string, maxChars: number): Shown {
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
function grantsInWords(held: readonly Held[], done: Done, names: Names, maxChars: number): Shown {
  const lines = held.slice(0, MAX_ROWS).map((one) => heldLine(one, done, names))
  const shown = linesThatFit(lines, maxChars - 200, MAX_ROWS)
  if (shown.length === 0) return { blocks: [], left: held.length }
  return {
    blocks: [rich(paragraph(say`${bold('Who had access')}`), bullets(shown))],
    left: held.length - shown.length,
  }
}

/** One grant in a sentence, for those who hear the digest. */
function heldLine(one: Held, done: Done, names: Names): RichText {
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
