import type { Digest } from '../../audit/digest.ts'
import { formatDuration } from '../../core/duration.ts'
import { secondsHeld } from '../../core/grant.ts'
import type { GrantRow, Held } from '../../core/reads.ts'
import type { RefusalCode } from '../../core/refusal.ts'
import type { Request } from '../../core/request.ts'
import { message } from '../blocks/compose.ts'
import { bullets, context, header, linesThatFit, paragraph, rich, section } from '../blocks/layout.ts'
import { sizeOf } from '../blocks/limits.ts'
import type { Block, Message, Names } from '../blocks/message.ts'
import { between, bold, type Line, listed, moment, say, together } from '../blocks/say.ts'
import { digestTable } from './digest-table.ts'
import { WHY_REFUSED } from './feed-line.ts'
import { accessName, accessOf, counted, formatLate, heldBy } from './phrases.ts'
import { readEvent } from './read-event.ts'
import { BREAK_GLASS, openReviewLine } from './review.ts'

const MOST_STUCK = 8
const MOST_REFUSED = 8
const MOST_REVIEWS = 8
const MOST_SPOKEN = 15
/** Characters of JSON for the lists and the table; the words around them need the rest. */
const ROOM = 11_000

/** The summary of one stretch of time for security. `zone` is the time zone of the table's clock times. */
export function digestMessage(digest: Digest, names: Names, zone: string): Message {
  const span = say`${moment(digest.from)} to ${moment(digest.to)}`
  if (isEmpty(digest)) {
    const quiet = say`Nothing happened from ${span}: nobody asked, had or was refused access, and nothing waits to end.`
    return message(quiet, [header('Access digest'), section(quiet)])
  }
  const stuck = stuckOf(digest.stuck, names)
  const still = stillThere(digest, stuck)
  const refused = refusedOf(digest, names)
  const owed = reviewsOwed(digest.openReviews, names)
  const table = digestTable(digest.grants, names, zone, ROOM - sizeOf([...still, ...owed.blocks, ...refused]))
  const spoken = [
    say`Access digest, ${span}.`,
    totals(digest),
    punctual(digest),
    ...stuck,
    ...owed.lines,
    ...digest.grants.slice(0, MOST_SPOKEN).map((one) => heldLine(one, names)),
    more(digest.grants.length - MOST_SPOKEN, 'grant'),
  ]
  return message(between(spoken, ' '), [
    header('Access digest'),
    context(span),
    ...still,
    ...owed.blocks,
    section(together(totals(digest), punctual(digest), unused(digest))),
    ...table.blocks,
    table.left > 0
      ? context(say`And ${counted(table.left, 'more grant')}; \`/elevate audit\` shows them all.`)
      : undefined,
    ...refused,
  ])
}

function isEmpty(digest: Digest): boolean {
  const { grants, asked, denied, lapsed, withdrawn, refused, stuck, openReviews } = digest
  const closed = denied.length + lapsed.length + withdrawn.length
  return grants.length + asked + closed + refused.length + stuck.length + openReviews.length === 0
}

function totals(digest: Digest): Line {
  const { asked, grants, denied, lapsed, withdrawn, refused } = digest
  const people = new Set(grants.map((one) => one.grant.person)).size
  const others = [
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

function punctual({ lateness }: Digest): Line {
  if (lateness.count === 0) return say``
  if (lateness.count === 1) return say`One grant ended, ${formatLate(lateness.worst)} after its time.`
  return say`${counted(lateness.count, 'grant')} ended: half of them within ${formatLate(lateness.p50)} of their time, 99 of 100 within ${formatLate(lateness.p99)}, the latest after ${formatLate(lateness.worst)}.`
}

/** Where far less time was used than asked for, a shorter default would do. */
function unused({ grants }: Digest): Line {
  const over = grants.filter(({ grant }) => {
    const held = secondsHeld(grant)
    return grant.endReason === 'returned' && held !== undefined && held < grant.duration / 2
  })
  if (over.length === 0) return say``
  return say`${counted(over.length, 'grant was', 'grants were')} given back in less than half of the time asked for.`
}

function stillThere({ stuck }: Digest, lines: readonly Line[]): Block[] {
  if (lines.length === 0) return []
  const all = bullets([...lines, ...rest(stuck.length - lines.length, 'grant')])
  return [rich(paragraph(say`${bold('Still there after its time')}`), all)]
}

function stuckOf(rows: readonly GrantRow[], names: Names): readonly Line[] {
  const lines = rows.slice(0, MOST_STUCK).map(({ grant }) => {
    const due = grant.dueAt ? say`, due ${moment(grant.dueAt)}` : say``
    return say`${names(grant.person)} still has ${accessOf(grant)}${due}, ${counted(grant.attempts, 'try', 'tries')} so far.`
  })
  return linesThatFit(lines, 2_500, MOST_STUCK)
}

/** In every digest until somebody writes them, however long ago it was. */
function reviewsOwed(
  open: readonly Request[],
  names: Names,
): { readonly lines: readonly Line[]; readonly blocks: Block[] } {
  if (open.length === 0) return { lines: [], blocks: [] }
  const shown = linesThatFit(
    open.slice(0, MOST_REVIEWS).map((request) => openReviewLine(request, names)),
    2_000,
    MOST_REVIEWS,
  )
  const lines = [...shown, ...rest(open.length - shown.length, 'open review')]
  return { lines, blocks: [rich(paragraph(say`${bold(`${BREAK_GLASS} without a review`)}`), bullets(lines))] }
}

function refusedOf({ refused }: Digest, names: Names): Block[] {
  if (refused.length === 0) return []
  const lines = refused.slice(0, MOST_REFUSED).map((event) => {
    const { actor, target, role, outcome } = readEvent(event)
    const what = target
      ? say` ${accessName({ target, role: role ?? 'a role' })}`
      : say` something that is not offered`
    return say`${names(actor?.id ?? '') || 'Somebody'}:${what} (${WHY_REFUSED[outcome as RefusalCode] ?? outcome ?? 'refused'}), ${moment(event.time)}`
  })
  const shown = linesThatFit(lines, 2_500, MOST_REFUSED)
  return [
    rich(
      paragraph(say`${bold('Refused attempts')}`),
      bullets([...shown, ...rest(refused.length - shown.length, 'attempt')]),
    ),
  ]
}

function rest(count: number, what: string): Line[] {
  return count > 0 ? [more(count, what)] : []
}

function more(count: number, what: string): Line {
  return count > 0 ? say`And ${counted(count, `more ${what}`)}.` : say``
}

/** One grant in a sentence, for those who hear the digest. */
export function heldLine(one: Held, names: Names): Line {
  const { grant } = one
  const held = secondsHeld(grant)
  const used =
    held === undefined
      ? say`asked for ${formatDuration(grant.duration)}`
      : say`used ${formatDuration(held)} of ${formatDuration(grant.duration)}`
  return say`${names(grant.person)}: ${accessName(grant)}, ${used}, ${heldBy(one, names)}.`
}
