import { type Day, OUTCOMES, type Outcome } from '../../../audit/report/days.ts'
import { bullets, paragraph, rich } from '../../blocks/layout.ts'
import type { Block } from '../../blocks/message.ts'
import { bold, type Line, listed, say } from '../../blocks/say.ts'
import { counted } from '../phrases.ts'

const TITLE = 'Grants by day, and how they ended'

/** At most 20 letters each. */
const NAMES: Record<Outcome, string> = {
  'full-time': 'ran their time',
  'given-back': 'given back',
  'ended-early': 'ended early',
  live: 'still live',
  'not-given': 'not given',
}

/** Drawn by Slack itself. Nothing where there was nothing. */
export function nativeChart(days: readonly Day[]): Block[] {
  const shown = OUTCOMES.filter((outcome) => days.some((day) => day.counts[outcome] > 0))
  if (shown.length === 0) return []
  const series = shown.map((outcome) => ({
    name: NAMES[outcome],
    data: days.map((day) => ({ label: day.label, value: day.counts[outcome] })),
  }))
  const chart = {
    type: 'data_visualization',
    title: TITLE,
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
export function chartInWords(days: readonly Day[]): Block[] {
  const lines = dayLines(days)
  return lines.length === 0 ? [] : [rich(paragraph(say`${bold(TITLE)}`), bullets(lines))]
}

export function dayLines(days: readonly Day[]): readonly Line[] {
  return days.flatMap(({ label, counts }) => {
    const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
      (outcome) => [outcome, counts[outcome]] as const,
    )
    const all = parts.reduce((sum, [, count]) => sum + count, 0)
    if (all === 0) return []
    return [
      say`${label}: ${counted(all, 'grant')}, ${listed(parts.map(([outcome, count]) => `${count} ${NAMES[outcome]}`))}`,
    ]
  })
}
