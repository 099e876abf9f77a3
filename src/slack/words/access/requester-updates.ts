import { type Grant, grantName, isWaiting, neverBegan } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import { stillMissing } from '../../../core/access/stages.ts'
import type { Step } from '../../../core/notice.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { actions, bullets, message, paragraph, quoted, rich, section } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import {
  bold,
  code,
  moment,
  person,
  type RichText,
  type Sayable,
  say,
  second,
  together,
} from '../../blocks/rich-text.ts'
import { whatWasDone } from '../activity/activity.ts'
import {
  accessOf,
  approvalsIn,
  approvedBy,
  calledOffBy,
  capital,
  denialOf,
  endedHow,
  groundsOf,
  isExtended,
  lateness,
  sessionsEnded,
  ticketLine,
  usedOf,
} from '../phrases.ts'
import { approvalsThatCame, moreApprovals, OUTCOMES } from './approvals.ts'
import {
  askAgainButton,
  callOffButton,
  doneButton,
  extendButton,
  ownButtons,
  passwordButton,
} from './buttons.ts'
import { forOther, offered } from './for-another.ts'
import { lastAnswer } from './phases.ts'
import type { RequesterUpdate } from './request-phases.ts'

type Who = (id: string) => Sayable

/** A step of a request, told to the person who asked. */
export function requesterUpdate(step: Step, card: Card, names: Names): Message {
  const { line, spoken, more } = steps[step](card)
  return message(together(line(names), spoken ?? ''), [section(line(person)), ...more])
}

/** True when a later step has made this one untrue or idle; the later one tells it all. */
export function isStale(step: Step, card: Card): boolean {
  const { request, grant } = card
  if (step === 'offered') return request.state !== 'offered'
  if (step === 'counted') return request.state !== 'pending'
  if (step === 'approved') return grant !== undefined && grant.state !== 'provisioning'
  if (step === 'ending' && isExtended(card)) return true
  if (step === 'given' || step === 'ending') return grant?.state !== 'active'
  return false
}

const steps: Record<Step, (card: Card) => RequesterUpdate> = {
  offered,
  'for-other': forOther,
  approved: ({ request, grant }) => {
    const later = grant && isWaiting(grant) ? grant : undefined
    const notes = notesOf(request)
    return {
      line: (who) =>
        together(
          say`${requestName(request.number)} was ${approvedBy(request, who)}.`,
          later
            ? say`You are given ${accessOf(request)} ${moment(later.startsAt)}, if you may still have it then; a message follows when it is there.`
            : say`You are being given ${accessOf(request)} now; a message follows when it is there.`,
          notes ? say`The reason given:` : say``,
        ),
      spoken: notes,
      more: [...quoted(notes), ...(later ? [actions(callOffButton(later))] : [])],
    }
  },

  counted: ({ request, stages }) => ({
    line: (who) => {
      const missing = moreApprovals(stillMissing(stages), stages.length > 1)
      const last = approvalsIn(request).at(-1)
      return say`${last ? who(last.approver) : 'Somebody'} approved ${requestName(request.number)}: ${accessOf(request)}. It needs ${missing}.`
    },
    more: [],
  }),

  denied: ({ request }) => {
    const no = denialOf(request)
    return {
      line: (who) =>
        together(
          say`${requestName(request.number)} was denied${no ? say` by ${who(no.approver)}` : ''}: ${accessOf(request)}.`,
          no?.note ? say`The reason given:` : say`No reason was given; you can ask them.`,
        ),
      spoken: no?.note ?? '',
      more: [...quoted(no?.note ?? ''), actions(askAgainButton(request))],
    }
  },

  withdrawn: ({ request }) => ({
    line: (who) =>
      say`${request.closedBy ? say`${who(request.closedBy)} withdrew` : 'An operator withdrew'} your ${requestName(request.number)}, ${accessOf(request)}. Nothing was given.`,
    more: [],
  }),

  lapsed: ({ request, needed }) => ({
    line: () =>
      say`${requestName(request.number)} lapsed: ${approvalsThatCame(request, needed)} before ${moment(request.lapsesAt)}. Nothing was given. If you still need ${accessOf(request)}, ask again, and tell an approver that you wait.`,
    more: [actions(askAgainButton(request))],
  }),

  given: (card) => (card.grant?.prolongs ? extensionGiven(card, card.grant) : given(card)),
  ending: (card) => ({
    line: () => {
      const at = card.grant?.expiresAt
      return say`Your ${accessOf(card.request)} ends${at ? say` ${moment(at)}` : ' soon'}. Save your work; it is taken back at that moment. If you need longer, ask now: somebody has to approve it.`
    },
    more: card.grant ? [actions(extendButton(card.grant), doneButton(card.grant))] : [],
  }),
  ended,

  reviewed: ({ request: { review, ...request } }) => ({
    line: (who) =>
      say`${review?.reviewer ? who(review.reviewer) : 'Somebody'} reviewed your break-glass ${requestName(request.number)}, ${accessOf(request)}: ${review && review.state !== 'open' ? OUTCOMES[review.state] : 'open'}.`,
    spoken: review?.note ?? '',
    more: quoted(review?.note ?? ''),
  }),

  'not-given': (card) =>
    card.grant && neverBegan(card.grant) ? calledOff(card, card.grant) : notGiven(card),
}

/** What approvers wrote who allowed less than was asked. */
function notesOf(request: Request): string {
  return approvalsIn(request)
    .filter((one) => one.note !== '')
    .map((one) => one.note)
    .join('\n')
}

/** Ended before it began: by its holder, by somebody else, or because today's policy says no. */
function calledOff({ request }: Card, grant: Grant): RequesterUpdate {
  const own = grant.endReason === 'returned'
  return {
    line: (who) =>
      together(
        own
          ? say`You called off your ${accessOf(request)} (${grantName(grant.number)}) before it began. Nothing was given.`
          : say`Your ${accessOf(request)} (${grantName(grant.number)}) was called off${calledOffBy(grant, who)} before it began. Nothing was given.`,
        grant.endNote ? say`The reason given:` : say``,
      ),
    spoken: grant.endNote,
    more: [...quoted(grant.endNote), actions(askAgainButton(request))],
  }
}

function notGiven(card: Card): RequesterUpdate {
  return {
    line: () =>
      say`${accessOf(card.request)} could not be given to you (${requestName(card.request.number)}). Nothing of it is left. You can ask again; if it fails again, show this to whoever looks after ${card.request.target}.`,
    spoken: clamp(card.grant?.lastError ?? '', 300),
    more: [...lastAnswer(card.grant?.lastError), actions(askAgainButton(card.request))],
  }
}

function given({ request, grant, capabilities, ticketUrl }: Card): RequesterUpdate {
  const password = capabilities?.credential === 'password'
  const until = grant?.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
  const how = grant?.howTo ?? []
  return {
    line: (who) =>
      together(
        say`You have ${accessOf(request)}${until}. ${groundsOf(request, who)}`,
        request.ticket ? say`Ticket ${ticketLine(request, ticketUrl)}.` : say``,
        request.review ? say`Everybody was told, and somebody else will review it.` : say``,
        password ? say`The password is made when you press Show password, and is shown once.` : say``,
        say`When you are done sooner, give it back with I’m done.`,
      ),
    more: [
      ...(how.length > 0
        ? [
            rich(
              paragraph(say`${bold('How to connect')}`),
              bullets(how.map((row) => say`${row.label}: ${code(row.value)}`)),
            ),
          ]
        : []),
      ...(grant ? [actions(...(password ? [passwordButton(grant)] : []), doneButton(grant))] : []),
    ],
  }
}

/** To the holder, when it was given. */
function extensionGiven({ request, prolongs, capabilities }: Card, grant: Grant): RequesterUpdate {
  const before = prolongs ? say`, which goes on from ${grantName(prolongs.number)}` : say``
  return {
    line: (who) =>
      together(
        say`Your ${accessOf(request)} is extended${grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : ''} (${grantName(grant.number)}${before}).`,
        say`${capital(approvedBy(request, who))}. Your account stays the same, and so do open sessions.`,
      ),
    more: [actions(...ownButtons(grant, capabilities))],
  }
}

/** To the holder, when the grant before is over. */
function extendedGrantEnded({ request, prolongedBy }: Card, grant: Grant): RequesterUpdate {
  const until = prolongedBy?.expiresAt ? say` until ${moment(prolongedBy.expiresAt)}` : say``
  return {
    line: () =>
      say`${grantName(grant.number)} is over, and your ${accessOf(request)} goes on${until} with ${grantName(prolongedBy?.number ?? 0)}. Nothing changes for you.`,
    more: [],
  }
}

function ended(card: Card): RequesterUpdate {
  const { request, grant } = card
  if (!grant) return { line: () => say`Your ${accessOf(request)} has ended.`, more: [] }
  if (grant.endOutcome === 'kept-by-other' && isExtended(card)) return extendedGrantEnded(card, grant)
  const still = grant.endOutcome === 'kept-standing' || grant.endOutcome === 'kept-by-other'
  const why = (who: Who): RichText => {
    if (grant.endReason === 'returned') return say`has ended: you gave it back`
    if (grant.endReason === 'ended-early')
      return grant.endedBy ? say`was ended early by ${who(grant.endedBy)}` : say`was ended early`
    return say`has ended: its time was over`
  }
  const checked =
    still || !grant.revokedAt
      ? say``
      : say`Taken back and checked ${second(grant.revokedAt)}, ${lateness(grant)}.`
  const left =
    grant.leftBehind.length > 0
      ? [
          rich(
            paragraph(say`${bold('Left behind')}, because it could not be removed safely:`),
            leftBehind(grant.leftBehind),
          ),
        ]
      : []
  return {
    line: (who) =>
      together(
        say`Your ${accessOf(request)} ${why(who)}. You used ${usedOf(grant)}.`,
        checked,
        sessionsEnded(grant),
        endedHow(grant, 'you'),
        grant.activatedAt ? say`What you did: ${whatWasDone(grant.target, card.activity)}` : say``,
        grant.endNote ? say`The reason given:` : say``,
      ),
    spoken: grant.endNote,
    more: [...quoted(grant.endNote), ...left, actions(askAgainButton(request))],
  }
}

const MAX_LEFT_BEHIND = 20

/** Things the person made in the target, as the target names them. */
export function leftBehind(things: readonly string[]) {
  const rest = things.length - MAX_LEFT_BEHIND
  const shown = things.slice(0, MAX_LEFT_BEHIND).map((thing) => say`${code(clamp(thing, 120))}`)
  return bullets(rest > 0 ? [...shown, say`and ${rest} more`] : shown)
}
