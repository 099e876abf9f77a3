/** The lists of the digest: what is not as it should be, and what could be better. */
import type { Digest } from '../../../audit/report/digest.ts'
import { formatDuration } from '../../../core/access/duration.ts'
import { grantName, secondsPlanned } from '../../../core/access/grant.ts'
import { counted } from '../../../core/plural.ts'
import type { RefusalCode } from '../../../core/refusal.ts'
import { WHOLE } from '../../../core/standing/standing.ts'
import { bullets, linesThatFit, paragraph, rich } from '../../blocks/layout.ts'
import type { Block, Names } from '../../blocks/message.ts'
import { bold, listed, moment, type RichText, say } from '../../blocks/rich-text.ts'
import { BREAK_GLASS, openReviewLine } from '../access/approvals.ts'
import { WHY_REFUSED } from '../access/feed.ts'
import { readEvent } from '../log/audit-answer.ts'
import { accessName, accessOf, capital, formatLate } from '../phrases.ts'

/** A list under its title: lines that fit, and how many more there are. */
type DigestList = { readonly title: string; readonly lines: readonly RichText[] }

type Wanted = {
  readonly title: string
  readonly all: readonly RichText[]
  /** Of all that there are: `all` may be the first of them. */
  readonly count: number
  readonly what: readonly [one: string, many: string]
  /** Characters of JSON. */
  readonly maxChars: number
  readonly maxLines: number
}

/** Above everything else. */
export function urgentLists(digest: Digest, names: Names): readonly DigestList[] {
  return shown([
    {
      title: 'Still there after its time',
      all: digest.stuck.slice(0, 8).map(({ grant }) => {
        const due = grant.dueAt ? say`, due ${moment(grant.dueAt)}` : say``
        return say`${names(grant.person)} still has ${accessOf(grant)}${due}, ${counted(grant.attempts, 'try', 'tries')} so far.`
      }),
      count: digest.stuck.length,
      what: ['grant', 'grants'],
      maxChars: 1_350,
      maxLines: 8,
    },
    {
      // In every digest until somebody writes them, however long ago it was.
      title: `${BREAK_GLASS} without a review`,
      all: digest.openReviews.slice(0, 8).map((request) => openReviewLine(request, names)),
      count: digest.openReviews.length,
      what: ['open review', 'open reviews'],
      maxChars: 1_200,
      maxLines: 8,
    },
    {
      title: 'Standing access found',
      all: digest.standing.slice(0, 8).map((event) => standingLine(event, names)),
      count: digest.standing.length,
      what: ['finding', 'findings'],
      maxChars: 800,
      maxLines: 8,
    },
  ])
}

/** Below the grants. */
export function otherLists(digest: Digest, names: Names): readonly DigestList[] {
  const { habits } = digest
  const habitLines = [
    ...habits.blinkers.map(
      (one) =>
        say`${names(one.person)} said yes to ${percent(one.approves)} of ${counted(one.decisions, 'request')}, half of them within ${seconds(one.median)}.`,
    ),
    ...habits.lone.map(
      (one) =>
        say`${names(one.person)} decided ${one.decided} of ${counted(one.of, 'request')} for ${accessOf(one)}.`,
    ),
    ...paceLines(digest, names),
  ]
  return shown([
    {
      title: 'Taken back late',
      all: digest.late
        .slice(0, 5)
        .map(
          ({ grant }) =>
            say`${names(grant.person)}: ${accessName(grant)} (${grantName(grant.number)}), ${formatLate(grant.lateByMs ?? 0)} after its time.`,
        ),
      count: digest.late.length,
      what: ['grant', 'grants'],
      maxChars: 700,
      maxLines: 5,
    },
    {
      title: 'Less would have done',
      all: [
        ...digest.unused
          .slice(0, 5)
          .map(
            ({ grant, why }) =>
              say`${names(grant.person)}: ${accessName(grant)} (${grantName(grant.number)}), never used: ${why === 'no-password' ? 'nobody asked for its password' : 'the target saw nothing done with it'}.`,
          ),
        ...digest.overAsked
          .slice(0, 5)
          .map(
            ({ grant, needed, by }) =>
              say`${names(grant.person)}: ${accessName(grant)} (${grantName(grant.number)}), asked ${formatDuration(secondsPlanned(grant))}, ${by === 'return' ? 'given back' : 'nothing more was done'} after ${formatDuration(needed)}.`,
          ),
      ],
      count: digest.unused.length + digest.overAsked.length,
      what: ['grant', 'grants'],
      maxChars: 1_300,
      maxLines: 10,
    },
    {
      title: 'How approvers decide',
      all: habitLines.slice(0, 8),
      count: habitLines.length,
      what: ['finding', 'findings'],
      maxChars: 1_100,
      maxLines: 8,
    },
    {
      title: 'Refused attempts',
      all: digest.refused.slice(0, 8).map((event) => refusedLine(event, names)),
      count: digest.refused.length,
      what: ['attempt', 'attempts'],
      maxChars: 1_350,
      maxLines: 8,
    },
  ])
}

export function listBlock({ title, lines }: DigestList): Block {
  return rich(paragraph(say`${bold(title)}`), bullets(lines))
}

function shown(wanted: readonly Wanted[]): readonly DigestList[] {
  return wanted.flatMap(({ title, all, count, what: [one, many], maxChars, maxLines }) => {
    if (count === 0) return []
    const lines = linesThatFit(all, maxChars, maxLines)
    const rest = count - lines.length
    return [
      {
        title,
        lines: rest > 0 ? [...lines, say`And ${counted(rest, `more ${one}`, `more ${many}`)}.`] : lines,
      },
    ]
  })
}

/** Fastest and slowest, where there are several to compare. */
function paceLines({ habits: { approvers } }: Digest, names: Names): readonly RichText[] {
  const [fastest] = approvers
  const slowest = approvers.at(-1)
  if (!fastest || !slowest) return []
  const shown = (one: typeof fastest) =>
    say`${names(one.person)}, half of ${counted(one.decisions, 'decision')} within ${seconds(one.median)}`
  if (fastest === slowest) return [say`Decided most often: ${shown(fastest)}.`]
  return [say`Fastest: ${shown(fastest)}. Slowest: ${shown(slowest)}.`]
}

function standingLine(event: Digest['standing'][number], names: Names): RichText {
  const { target, role, subject, account } = readEvent(event)
  const who = subject ? names(subject) : account ? `the account ${account}` : 'somebody'
  const what = target
    ? accessName({ target, role: role === WHOLE ? 'everything' : (role ?? 'access') })
    : 'access'
  return say`${capital(say`${who}`)} has ${what} without a grant, seen ${moment(event.time)}.`
}

function refusedLine(event: Digest['refused'][number], names: Names): RichText {
  const { actor, target, role, outcome } = readEvent(event)
  const what = target
    ? say` ${accessName({ target, role: role ?? 'a role' })}`
    : say` ${outcome === 'not-security' ? 'what is for security' : 'something that is not offered'}`
  return say`${names(actor?.id ?? '') || 'Somebody'}:${what} (${WHY_REFUSED[outcome as RefusalCode] ?? outcome ?? 'refused'}), ${moment(event.time)}.`
}

function seconds(length: number): string {
  return length < 60 ? `${Math.max(1, Math.round(length))} s` : formatDuration(length)
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}

export function unusedInWords({ unused, overAsked }: Digest): RichText {
  const parts = [
    ...(unused.length > 0 ? [`${counted(unused.length, 'grant was', 'grants were')} never used`] : []),
    ...(overAsked.length > 0
      ? [
          `${counted(overAsked.length, 'grant was', 'grants were')} needed for less than half of the time asked for`,
        ]
      : []),
  ]
  return parts.length > 0 ? say`${listed(parts)}.` : say``
}
