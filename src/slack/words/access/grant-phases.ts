/** What is said about a grant, phase by phase: the second half of the table, from its approval to its end. */
import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { requestName } from '../../../core/access/request.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { bullets, paragraph, quote, rich } from '../../blocks/layout.ts'
import type { Block } from '../../blocks/message.ts'
import {
  bold,
  code,
  moment,
  type RichText,
  type Sayable,
  say,
  second,
  together,
} from '../../blocks/rich-text.ts'
import { leftBehind, whatWasDone } from '../activity/activity.ts'
import {
  accessOf,
  approvedBy,
  boldFirst,
  calledOffBy,
  capital,
  checkedInTarget,
  endedHow,
  extensionLinks,
  groundsOf,
  isExtended,
  lateness,
  sessionsEnded,
  timeLeft,
  usedOf,
  whyEnded,
} from '../phrases.ts'
import {
  askAgainButton,
  callOffButton,
  doneButton,
  endButton,
  ownButtons,
  passwordButton,
} from './buttons.ts'
import {
  type About,
  approvedLine,
  approvedUpdate,
  inList,
  type PhaseWords,
  type RequesterUpdate,
  tries,
} from './request-phases.ts'
import { typedSentences } from './typed.ts'

/** `waiting` is approved for a later start, and `called-off` was ended before it. */
export type GrantPhase = 'waiting' | 'active' | 'ending' | 'undoing' | 'ended' | 'not-given' | 'called-off'

const notGivenLine = ({ grant, access, who, number }: About<Grant | undefined>) =>
  say`${bold('Not given')}: ${access} could not be given to ${who}${grant?.lastError ? `: ${clamp(grant.lastError, 200)}` : ''} (${number}). Nothing of it is left.`
const notGivenSpoken = ({ what, who, number }: About<unknown>) =>
  say`${what} could not be given to ${who} (${number}).`
const endingListed = (about: About<Grant>) =>
  about.grant.stuckSince
    ? say`${inList(about.grant)}: ending, and still there after ${tries(about.grant)}. Security knows.`
    : say`${inList(about.grant)}: ending now.`
const endedListed = (about: About<Grant>) => say`${inList(about.grant)}: ended.`

export const GRANT_PHASES: Record<GrantPhase, PhaseWords<Grant>> = {
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
    update: ({ request, grant }) => ({
      ...approvedUpdate(
        request,
        say`You are given ${accessOf(request)}${grant?.startsAt ? say` ${moment(grant.startsAt)}` : ''}, if you may still have it then; a message follows when it is there.`,
      ),
      buttons: grant ? [callOffButton(grant)] : [],
    }),
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
    update: (card) => (card.grant?.prolongs ? extended(card, card.grant) : given(card)),
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
    update: ended,
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
    update: ({ request, grant }) => ({
      line: () =>
        say`${accessOf(request)} could not be given to you (${requestName(request.number)}). Nothing of it is left. You can ask again; if it fails again, show this to whoever looks after ${request.target}.`,
      spoken: clamp(grant?.lastError ?? '', 300),
      more: lastAnswer(grant?.lastError),
      buttons: [askAgainButton(request)],
    }),
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
    // By its holder, by somebody else, or because today's policy says no.
    update: ({ request, grant }) => {
      const about = say`${accessOf(request)} (${grantName(grant?.number ?? 0)})`
      return {
        line: (who) =>
          grant?.endReason === 'returned'
            ? say`You called off your ${about} before it began. Nothing was given.`
            : say`Your ${about} was called off${grant ? calledOffBy(grant, who) : ''} before it began. Nothing was given.`,
        reason: grant?.endNote ?? '',
        buttons: [askAgainButton(request)],
      }
    },
  },
}

function given({ request, grant, capabilities, ticketUrl }: Card): RequesterUpdate {
  const password = capabilities?.credential === 'password'
  const until = grant?.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
  const how = grant?.howTo ?? []
  return {
    line: (who) =>
      together(
        say`You have ${accessOf(request)}${until}. ${groundsOf(request, who)}`,
        typedSentences(request, ticketUrl),
        request.review ? say`Everybody was told, and somebody else will review it.` : say``,
        password ? say`The password is made when you press Show password, and is shown once.` : say``,
        say`When you are done sooner, give it back with I’m done.`,
      ),
    more:
      how.length > 0
        ? [
            rich(
              paragraph(say`${bold('How to connect')}`),
              bullets(how.map((row) => say`${row.label}: ${code(row.value)}`)),
            ),
          ]
        : [],
    buttons: grant ? [...(password ? [passwordButton(grant)] : []), doneButton(grant)] : [],
  }
}

function extended({ request, extendedGrant, capabilities }: Card, grant: Grant): RequesterUpdate {
  const before = extendedGrant ? say`, which goes on from ${grantName(extendedGrant.number)}` : say``
  return {
    line: (who) =>
      together(
        say`Your ${accessOf(request)} is extended${grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : ''} (${grantName(grant.number)}${before}).`,
        say`${capital(approvedBy(request, who))}. Your account stays the same, and so do open sessions.`,
      ),
    buttons: ownButtons(grant, capabilities),
  }
}

function ended(card: Card): RequesterUpdate {
  const { request, grant, extension } = card
  if (!grant) return { line: () => say`Your ${accessOf(request)} has ended.` }
  if (grant.endOutcome === 'kept-by-other' && isExtended(card)) {
    const until = extension?.expiresAt ? say` until ${moment(extension.expiresAt)}` : say``
    const goesOn = say`your ${accessOf(request)} goes on${until} with ${grantName(extension?.number ?? 0)}`
    return { line: () => say`${grantName(grant.number)} is over, and ${goesOn}. Nothing changes for you.` }
  }
  const still = grant.endOutcome === 'kept-standing' || grant.endOutcome === 'kept-by-other'
  const why = (who: (id: string) => Sayable): RichText => {
    if (grant.endReason === 'returned') return say`has ended: you gave it back`
    if (grant.endReason === 'ended-early')
      return grant.endedBy ? say`was ended early by ${who(grant.endedBy)}` : say`was ended early`
    return say`has ended: its time was over`
  }
  const checked =
    still || !grant.revokedAt
      ? say``
      : say`Taken back and checked ${second(grant.revokedAt)}, ${lateness(grant)}.`
  return {
    line: (who) =>
      together(
        say`Your ${accessOf(request)} ${why(who)}. You used ${usedOf(grant)}.`,
        checked,
        sessionsEnded(grant),
        endedHow(grant, 'you'),
        grant.activatedAt ? say`What you did: ${whatWasDone(grant.target, card.activity)}` : say``,
      ),
    reason: grant.endNote,
    more: leftBehind(grant),
    buttons: [askAgainButton(request)],
  }
}

/** What the target said; it can hold anything, so it is shown as it is. */
export function lastAnswer(error: string | undefined): Block[] {
  return error ? [rich(paragraph(say`The last answer was:`), quote(error, 500))] : []
}
