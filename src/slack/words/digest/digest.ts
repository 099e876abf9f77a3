import { type Day, OUTCOMES, type Outcome } from '../../../audit/report/days.ts'
import type { Digest } from '../../../audit/report/digest.ts'
import { counted } from '../../../core/plural.ts'
import { message } from '../../blocks/compose.ts'
import { actions, bullets, context, header, paragraph, rich, section } from '../../blocks/layout.ts'
import { sizeOf } from '../../blocks/limits.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, bold, listed, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { csvButton } from '../log/audit-answer.ts'
import { formatLate } from '../phrases.ts'
import { openStandingLine } from '../standing/standing-access.ts'
import { listBlock, otherLists, unusedInWords, urgentLists } from './digest-lists.ts'
import { grantsInWords, heldLine, nativeTable } from './digest-table.ts'

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
    return message(quiet, [header(title), section(quiet)])
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
