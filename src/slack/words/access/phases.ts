/** What is said about a grant, phase by phase, and which phase a request and its grant are in. */
import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName, isWaiting, neverBegan } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { requestName } from '../../../core/access/request.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { paragraph, quote, quoted, rich, section } from '../../blocks/layout.ts'
import type { Block, Button, Names } from '../../blocks/message.ts'
import { bold, moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import {
  accessName,
  accessOf,
  approvedBy,
  boldFirst,
  calledOffBy,
  checkedInTarget,
  endedHow,
  extensionLinks,
  groundsOf,
  lateness,
  sessionsEnded,
  timeLeft,
  usedOf,
  whyEnded,
} from '../phrases.ts'
import { endButton } from './buttons.ts'
import {
  type About,
  approvedLine,
  inList,
  type PhaseWords,
  REQUEST_PHASES,
  type RequestPhase,
  type Row,
  tries,
} from './request-phases.ts'

/** `waiting` is approved for a later start, and `called-off` was ended before it. */
type GrantPhase = 'waiting' | 'active' | 'ending' | 'undoing' | 'ended' | 'not-given' | 'called-off'

const notGivenLine = ({ grant, access, who, number }: About<Grant | undefined>) =>
  say`${bold('Not given')}: ${access} could not be given to ${who}${grant?.lastError ? `: ${clamp(grant.lastError, 200)}` : ''} (${number}). Nothing of it is left.`
const notGivenSpoken = ({ what, who, number }: About<unknown>) =>
  say`${what} could not be given to ${who} (${number}).`
const endingListed = (about: About<Grant>) =>
  about.grant.stuckSince
    ? say`${inList(about.grant)}: ending, and still there after ${tries(about.grant)}. Security knows.`
    : say`${inList(about.grant)}: ending now.`
const endedListed = (about: About<Grant>) => say`${inList(about.grant)}: ended.`

const GRANT_PHASES: Record<GrantPhase, PhaseWords<Grant>> = {
  waiting: {
    title: 'Approved for later',
    brief: 'approved',
    status: ({ request, grant, names }) => {
      const starts = grant.startsAt ? say`It starts ${moment(grant.startsAt)}` : say`It starts later`
      return { line: say`${boldFirst(approvedBy(request, names))}. ${starts}; until then nothing is given.` }
    },
    spoken: ({ request, grant, names, what, who, number }) =>
      say`${number} was ${approvedBy(request, names)}: ${what} for ${who}.${grant.startsAt ? say` It starts ${moment(grant.startsAt)}.` : ''}`,
    feed: approvedLine,
    listed: (about) => {
      const { duration, startsAt } = about.grant
      return say`${inList(about.grant)}: approved for ${formatDuration(duration)}${startsAt ? say`, starts ${moment(startsAt)}` : ''}.`
    },
    buttons: ({ grant, who }) => [endButton(grant, who, 'Call off…')],
  },
  active: {
    title: ({ what, who }) => `${who} has ${what}`,
    brief: 'given',
    status: ({ request, grant, names }, card) => {
      const until = grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
      const before = grant.preexisting
        ? say`${names(grant.person)} had this access before elevate gave it, so it will stay at the end.`
        : say``
      const grounds = groundsOf(request, names)
      return { line: together(say`${bold('Active')}${until}. ${grounds}`, extensionLinks(card), before) }
    },
    spoken: ({ grant, what, who, number }) =>
      say`${who} has ${what}${grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : ''} (${number}).`,
    feed: ({ grant, access, who, number }) => {
      const live = grant?.state === 'active'
      const until = live && grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
      return say`${bold(grant?.prolongs ? 'Extended' : 'Given')}: ${who} ${live ? 'has' : 'got'} ${access}${until} (${number}).`
    },
    listed: (about, now) => {
      const { expiresAt } = about.grant
      const until = expiresAt
        ? say`until ${moment(expiresAt)}, ${timeLeft(expiresAt, now)}`
        : say`until it is ended`
      return say`${inList(about.grant)}: ${until}.`
    },
    buttons: ({ grant, who }) => [endButton(grant, who)],
  },
  ending: {
    title: 'Ending',
    brief: 'ending',
    status: ({ grant, names }) => {
      const line = say`${bold('Ending…')} elevate is taking the access back: ${whyEnded(grant, names)}.`
      const { endNote: note, lastError: error } = grant
      if (!grant.stuckSince && !error) return { line, note }
      const due = grant.dueAt ? say` It was due to end ${moment(grant.dueAt)}.` : say``
      const alarm = say`${bold('The access is still there')} after ${tries(grant)}.${due} elevate keeps trying until the target says that it is gone.`
      return { line, note, alarm, error }
    },
    spoken: ({ what, who, number }) => say`The access of ${who} is ending: ${what} (${number}).`,
    feed: ({ grant, access, who }) =>
      grant?.stuckSince
        ? say`${bold('Still there after its time')}: ${access} for ${who}. elevate keeps trying to take it back.`
        : say`${bold('Ending')}: ${access} for ${who}.`,
    listed: endingListed,
  },
  undoing: {
    title: 'Not given',
    brief: 'not given',
    status: ({ grant }) => ({
      line: say`${bold('Not given.')} The access did not appear; elevate makes sure that nothing of it is left.`,
      error: grant.lastError,
    }),
    spoken: notGivenSpoken,
    feed: notGivenLine,
    listed: endingListed,
  },
  ended: {
    title: 'Ended',
    brief: 'ended',
    status: ({ grant, names }) => ({
      line: together(
        say`${bold('Ended')}: ${whyEnded(grant, names)}. Used ${usedOf(grant)}.`,
        grant.endOutcome === 'kept-by-other' ? say`` : checkedInTarget(grant),
        sessionsEnded(grant),
        endedHow(grant, names(grant.person)),
      ),
      note: grant.endNote,
    }),
    spoken: ({ grant, what, who, number }) =>
      together(say`The access of ${who} has ended: ${what} (${number}).`, say`Used ${usedOf(grant)}.`),
    feed: ({ grant, names, access, who, number }) => {
      if (!grant) return say`${bold('Ended')}: ${access} for ${who} (${number}).`
      const kept = grant.endOutcome === 'kept-by-other' || grant.endOutcome === 'kept-standing'
      const late = lateness(grant)
      const how = kept ? ', and stays for another reason' : late && `, taken back ${late}`
      // Nobody of this workspace did it, so security is told why.
      const note =
        grant.endReason === 'ended-early' && !grant.endedBy ? ` (“${clamp(grant.endNote, 200)}”)` : ''
      return say`${bold('Ended')}: ${access} for ${who}; ${whyEnded(grant, names)}${note}. Used ${usedOf(grant)}${how} (${grantName(grant.number)}).`
    },
    listed: endedListed,
  },
  'not-given': {
    title: 'Not given',
    brief: 'not given',
    status: ({ grant }) => ({
      line: say`${bold('Not given.')} The access did not appear, and nothing is left of it.`,
      error: grant.lastError,
    }),
    spoken: notGivenSpoken,
    feed: notGivenLine,
    listed: endedListed,
  },
  'called-off': {
    title: 'Called off',
    brief: 'approved',
    status: ({ grant, names }) => {
      const at = grant.dueAt ? say` ${moment(grant.dueAt)}` : say``
      return {
        line: say`${bold('Called off')}${calledOffBy(grant, names)}${at}, before it began. Nothing was given.`,
        note: grant.endNote,
      }
    },
    spoken: ({ what, who, number }) =>
      say`${what} for ${who} was called off before it began (${number}). Nothing was given.`,
    feed: ({ grant, names, access, who, number }) =>
      say`${bold('Called off')}${grant ? calledOffBy(grant, names) : ''}: ${access} for ${who}, before it began (${number}). Nothing was given.`,
    listed: (about) => say`${inList(about.grant)}: called off before it began.`,
  },
}

type At =
  | { readonly of: 'request'; readonly phase: RequestPhase; readonly grant: Grant | undefined }
  | { readonly of: 'grant'; readonly phase: GrantPhase; readonly grant: Grant }

type CardPhase = At['phase']

function whereIs({ request, grant }: Row): At {
  if (request.state !== 'approved') return { of: 'request', phase: request.state, grant }
  if (grant && isWaiting(grant)) return { of: 'grant', phase: 'waiting', grant }
  if (!grant || grant.state === 'provisioning') return { of: 'request', phase: 'giving', grant }
  if (grant.state === 'active') return { of: 'grant', phase: 'active', grant }
  if (neverBegan(grant)) return { of: 'grant', phase: 'called-off', grant }
  const given = grant.activatedAt !== undefined
  if (grant.state === 'revoking') return { of: 'grant', phase: given ? 'ending' : 'undoing', grant }
  return { of: 'grant', phase: given ? 'ended' : 'not-given', grant }
}

const ANY_PHASE: Record<CardPhase, Pick<PhaseWords<never>, 'brief' | 'feed'>> = {
  ...REQUEST_PHASES,
  ...GRANT_PHASES,
}

/** Where a request is on its way, as people see it. */
export const phaseOf = (row: Row): CardPhase => whereIs(row).phase

function aboutOf<G>({ request }: Row, grant: G, names: Names): About<G> {
  const who = names(request.requester)
  const number = requestName(request.number)
  return { request, grant, names, who, what: accessName(request), access: accessOf(request), number }
}

function inPhase<T>(row: Row, names: Names, read: <G>(words: PhaseWords<G>, about: About<G>) => T): T {
  const at = whereIs(row)
  return at.of === 'grant'
    ? read(GRANT_PHASES[at.phase], aboutOf(row, at.grant, names))
    : read(REQUEST_PHASES[at.phase], aboutOf(row, at.grant, names))
}

export function titleOf(row: Row, names: Names): string {
  return inPhase(row, names, ({ title }, about) =>
    typeof title === 'string' ? `${title}: ${about.what} for ${about.who}` : title(about),
  )
}

export function briefly(row: Row): string {
  return ANY_PHASE[phaseOf(row)].brief
}

export function spokenOf(row: Row, names: Names): RichText {
  return inPhase(row, names, (words, about) => words.spoken(about))
}

/** One line of a person's own list; `now` is the database's. */
export function listLine(row: Row, now: Date, names: Names): RichText {
  return inPhase(row, names, (words, about) => words.listed(about, now))
}

/** What led to the phase, by default the one that the rows are in. Pings nobody. */
export function stepLine(
  row: Row & { readonly ticketUrl?: string | undefined },
  names: Names,
  phase: CardPhase = phaseOf(row),
): RichText {
  return ANY_PHASE[phase].feed(aboutOf(row, row.grant, names), row.ticketUrl)
}

export function statusBlocks(card: Card, names: Names): Block[] {
  const { line, note, alarm, error } = inPhase(card, names, (words, about) => words.status(about, card))
  return [section(line), ...quoted(note), ...(alarm ? [section(alarm)] : []), ...lastAnswer(error)]
}

export function phaseButtons(card: Card, names: Names, brief = false): readonly Button[] {
  return inPhase(card, names, (words, about) => words.buttons?.(about, card, brief) ?? [])
}

/** What the target said; it can hold anything, so it is shown as it is. */
export function lastAnswer(error: string | undefined): Block[] {
  return error ? [rich(paragraph(say`The last answer was:`), quote(error, 500))] : []
}
