/** What was done with an access, in a sentence or two: the same words on receipts, in messages and in answers. */
import { type ActivityKind, type ActivitySummary, doings } from '../../../core/activity/activity.ts'
import { type Line, listed, say, second, together } from '../../blocks/say.ts'
import { counted } from '../phrases.ts'

const KINDS: readonly (readonly [ActivityKind, one: string, many?: string])[] = [
  ['select', 'read'],
  ['insert', 'insert'],
  ['update', 'update'],
  ['delete', 'delete'],
  ['ddl', 'change of the schema', 'changes of the schema'],
  ['grant', 'change of rights', 'changes of rights'],
  ['other', 'other'],
  ['failed-login', 'failed login'],
]

const MOST_GAPS = 3

/** Undefined when the record has not been closed yet: then it says so. */
export function whatWasDone(target: string, activity: ActivitySummary | undefined): Line {
  if (!activity || activity.state === 'open') return say`It is still being read from the log of ${target}.`
  const { counts, unavailable } = activity
  const total = doings(counts)
  const silent =
    unavailable === undefined
      ? say``
      : say`elevate cannot see what was done on ${target}, because ${unavailable}.`
  if (unavailable !== undefined && total === 0) return silent
  return together(total === 0 ? nothing(activity) : something(activity, total), silent, gapsOf(activity))
}

/** The same for a cell of a table: `2 reads, 1 update; 1 refused`, `nothing`, `cannot be seen`. */
export function doneInBrief(activity: ActivitySummary | undefined): string {
  if (!activity || activity.state === 'open') return 'still being read'
  const { counts, refused, unavailable, gaps } = activity
  const total = doings(counts)
  if (total === 0 && unavailable !== undefined) return 'cannot be seen'
  const whole = unavailable === undefined && gaps.length === 0
  const words = total === 0 ? (whole ? 'nothing' : 'nothing was seen') : kindsOf(counts).join(', ')
  return [
    words,
    ...(refused > 0 ? [`${refused.toLocaleString('en')} refused`] : []),
    ...(whole ? [] : ['not whole']),
  ].join('; ')
}

function kindsOf(counts: ActivitySummary['counts']): string[] {
  return KINDS.flatMap(([kind, one, many]) => {
    const count = counts[kind]
    return count ? [counted(count, one, many)] : []
  })
}

function nothing({ counts, gaps }: ActivitySummary): Line {
  const came = counts.connect ? say`, though somebody connected ${timesOf(counts.connect)}` : say``
  return gaps.length > 0 ? say`Nothing was seen${came}.` : say`Nothing was done${came}.`
}

function something(activity: ActivitySummary, total: number): Line {
  const { counts, refused, failed, first, last, cut } = activity
  const kinds = kindsOf(counts)
  const bad = [
    ...(refused > 0 ? [`${refused.toLocaleString('en')} refused`] : []),
    ...(failed > 0 ? [`${failed.toLocaleString('en')} failed`] : []),
  ]
  const when =
    first && last && first.getTime() !== last.getTime()
      ? say`, from ${second(first)} to ${second(last)}`
      : first
        ? say`, ${second(first)}`
        : say``
  return together(
    say`${kinds.length > 1 ? `${counted(total, 'thing')}: ` : ''}${listed(kinds)}${bad.length > 0 ? say`; ${listed(bad)}` : ''}${when}.`,
    cut > 0 ? say`The last ${cut.toLocaleString('en')} were counted and not kept.` : say``,
  )
}

function gapsOf({ gaps }: ActivitySummary): Line {
  if (gaps.length === 0) return say``
  const rest = gaps.length - MOST_GAPS
  return together(
    say`The record is not whole.`,
    ...gaps.slice(0, MOST_GAPS).map((gap) => say`${sentence(gap)}`),
    rest > 0 ? say`${counted(rest, 'more gap')} of this kind.` : say``,
  )
}

const timesOf = (count: number) => (count === 1 ? 'once' : `${count.toLocaleString('en')} times`)

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`
