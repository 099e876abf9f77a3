/** What was done with an access, in a sentence or two: the same words on receipts, in messages and in answers. */

import { type Grant, grantName } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import {
  type ActivityKind,
  type ActivitySummary,
  doings,
  type KeptEntry,
  type Unmatched,
} from '../../../core/activity/activity.ts'
import { erasedWords, isErased } from '../../../core/activity/activity-record.ts'
import type { Who } from '../../../core/people/person.ts'
import { counted, plural } from '../../../core/plural.ts'
import type { ActivityRead } from '../../../operations/activity/read-activity.ts'
import {
  actions,
  bullets,
  button,
  context,
  header,
  linesThatFit,
  message,
  paragraph,
  rich,
  section,
} from '../../blocks/layout.ts'
import type { Block, Message, Names } from '../../blocks/message.ts'
import { between, bold, code, listed, type RichText, say, second, together } from '../../blocks/rich-text.ts'
import { ACTION } from '../../platform/ids.ts'
import { accessOf, pleaseLook } from '../phrases.ts'

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

const MAX_GAPS = 3

/** Undefined when the record has not been closed yet: then it says so. */
export function whatWasDone(target: string, activity: ActivitySummary | undefined): RichText {
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

function nothing({ counts, gaps }: ActivitySummary): RichText {
  const came = counts.connect ? say`, though somebody connected ${timesOf(counts.connect)}` : say``
  return gaps.length > 0 ? say`Nothing was seen${came}.` : say`Nothing was done${came}.`
}

function something(activity: ActivitySummary, total: number): RichText {
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

function gapsOf({ gaps }: ActivitySummary): RichText {
  if (gaps.length === 0) return say``
  const rest = gaps.length - MAX_GAPS
  return together(
    say`The record is not whole.`,
    ...gaps.slice(0, MAX_GAPS).map((gap) => say`${sentence(gap)}`),
    rest > 0 ? say`${counted(rest, 'more gap')} of this kind.` : say``,
  )
}

const timesOf = (count: number) => plural(count, 'once', `${count.toLocaleString('en')} times`)

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`

const PAGE_CHARS = 8_000
const MAX_ENTRY_CHARS = 300

/** For `/elevate activity G-12`: one page of what was done, oldest first. `next` is the value of the button. */
export function activityAnswer(read: ActivityRead, names: Names, next: (after: number) => string): Message {
  const { grant, summary, entries, after, judged } = read
  const live = summary?.state === 'open' && grant.state !== 'revoked'
  const sum = !summary
    ? say`Nothing was collected for it.`
    : live
      ? say`The access lives; this is what was read from the log of ${grant.target} so far.`
      : whatWasDone(grant.target, summary)
  const head = together(
    say`What was done with ${bold(grantName(grant.number))}, ${accessOf(grant)} for ${names(grant.person)}:`,
    sum,
  )
  const shown = linesThatFit(entries.map(entryLine), PAGE_CHARS, entries.length)
  const more = read.more || shown.length < entries.length
  const faults = judged?.faults ?? []
  const hash = faults.length === 0 && summary?.state === 'closed' && summary.hash
  const erased = judged?.erasedOnPurpose ? say`${erasedWords(judged.erasedOnPurpose)}` : undefined
  const changed =
    faults.length > 0
      ? say`${bold('This record was changed.')} ${faults.join(' ')} Tell whoever runs elevate.`
      : undefined
  const known = [erased, changed].filter((line) => line !== undefined)
  return message(between([head, ...known, ...shown], ' '), [
    section(head),
    changed ? section(changed) : undefined,
    erased ? context(erased) : undefined,
    shown.length > 0 ? rich(bullets(shown)) : undefined,
    more
      ? actions(
          button({
            action: ACTION.activity_page,
            text: 'More',
            label: `Show more of what was done with ${grantName(grant.number)}`,
            value: next(after + shown.length),
          }),
        )
      : undefined,
    hash
      ? context(
          say`SHA-256 of the record: ${hash.slice(0, 16)}…, as the audit log has it (activity.collected). To check: elevate activity ${grantName(grant.number)}`,
        )
      : undefined,
  ])
}

const KIND_WORDS: Readonly<Record<KeptEntry['kind'], string>> = {
  connect: 'connected',
  disconnect: 'disconnected',
  'failed-login': 'failed login',
  select: 'read',
  insert: 'insert',
  update: 'update',
  delete: 'delete',
  ddl: 'schema',
  grant: 'rights',
  other: 'other',
}

function entryLine(entry: KeptEntry): RichText {
  const { outcome, kind } = entry
  const bad =
    outcome === 'done' || kind === 'failed-login' ? '' : `, ${outcome}${entry.code ? ` (${entry.code})` : ''}`
  return together(
    say`${second(entry.at)} ${bold(`${KIND_WORDS[kind]}${bad}`)}`,
    isErased(entry)
      ? say`(text erased)`
      : entry.text
        ? say`${code(clamp(entry.text, MAX_ENTRY_CHARS))}`
        : say``,
    entry.source === 'target' ? say`` : say`[${entry.source}]`,
  )
}

/** Somebody worked in a target with an account that had no grant. After the end of one it is an alarm. */
export function unmatchedNotice(
  one: Unmatched,
  source: string,
  security: readonly Who[],
  names: Names,
): Message {
  const { target, account, after } = one
  const when =
    one.first.getTime() === one.last.getTime()
      ? say`${second(one.first)}`
      : say`from ${second(one.first)} to ${second(one.last)}`
  const fact = say`The account ${code(account)} was used on ${bold(target)} without a grant: ${counted(one.count, 'thing')}, ${when}, as ${source} reports.`
  const over = after
    ? say`${grantName(after.number)}, by which ${names(after.person)} had this account, was over by then.`
    : say``
  const title = after ? 'Used after its end' : 'Access without a grant'
  return message(together(say`${title}.`, fact, over), [
    header(`${title}: ${account} on ${target}`),
    section(together(fact, over, pleaseLook(after ? security : []))),
    context(
      say`Every report is in the audit log (activity.unmatched). Of this account nothing more is said here for ten minutes. Accounts that work without grants can be named in known_accounts of the source.`,
    ),
  ])
}

const MAX_LEFT_BEHIND = 20

/** Things the person made in the target, as the target names them; empty where there are none. */
export function leftBehind({ leftBehind: things }: Grant): Block[] {
  if (things.length === 0) return []
  const rest = things.length - MAX_LEFT_BEHIND
  const shown = things.slice(0, MAX_LEFT_BEHIND).map((thing) => say`${code(clamp(thing, 120))}`)
  return [
    rich(
      paragraph(say`${bold('Left behind')}, because it could not be removed safely:`),
      bullets(rest > 0 ? [...shown, say`and ${rest} more`] : shown),
    ),
  ]
}
