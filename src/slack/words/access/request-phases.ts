/**
 * What is said about a request and its grant, phase by phase: the table's columns, and the phases before there is
 * access. What is not true in the target yet is never said to be.
 */
import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { askerOf, type Request, requestName } from '../../../core/access/request.ts'
import { stillMissing } from '../../../core/access/stages.ts'
import { counted } from '../../../core/plural.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import type { Block, Button, Names } from '../../blocks/message.ts'
import { bold, moment, type RichText, type Sayable, say, together } from '../../blocks/rich-text.ts'
import {
  accessOf,
  approvalsIn,
  approvedBy,
  asks,
  boldFirst,
  denialOf,
  forHowLong,
  groundsOf,
  listedAccess,
  withdrawnBy,
} from '../phrases.ts'
import { approvalsSoFar, approvalsThatCame, moreApprovals } from './approvals.ts'
import { acceptButtons, askAgainButton, decisionButtons } from './buttons.ts'
import { typedSentences, withTyped } from './typed.ts'

export type RequestPhase = 'offered' | 'pending' | 'declined' | 'denied' | 'withdrawn' | 'lapsed' | 'giving'

export type Row = { readonly request: Request; readonly grant?: Grant | undefined }

/** The row of which it is said, and what every sentence about it needs. */
export type About<G> = {
  readonly request: Request
  readonly grant: G
  readonly names: Names
  readonly who: string
  /** `read on orders-db`, for where nothing can be emphasised. */
  readonly what: string
  readonly access: RichText
  readonly number: string
}

/** What the card says of the phase, the one part of it that changes with every step. */
type Status = {
  readonly line: RichText
  readonly note?: string | undefined
  readonly alarm?: RichText
  /** The target's last answer. */
  readonly error?: string | undefined
}

export type PhaseWords<G> = {
  /** Of the card; a word where `: read on orders-db for Ada` follows. */
  readonly title: string | ((about: About<G>) => string)
  /** The same of break-glass, where it says another thing. */
  readonly glassTitle?: (about: About<G>) => string
  /** On the card of several roles, for those who hear it. */
  readonly brief: string
  readonly status: (about: About<G>, card: Card) => Status
  /** The card in a sentence, for notifications and screen readers. */
  readonly spoken: (about: About<G>) => RichText
  /** What the step that led here is called in the feed. */
  readonly feed: (about: About<Grant | undefined>, ticketUrl: string | undefined) => RichText
  /** In a person's own lists; `now` is the database's. */
  readonly listed: (about: About<G>, now: Date) => RichText
  /** What can be done about it on the card. */
  readonly buttons?: (about: About<G>, card: Card, brief: boolean) => readonly Button[]
  /** To the person who asked, when it came to this. */
  readonly update?: (card: Card) => RequesterUpdate
}

type NameOf = (id: string) => Sayable

export type RequesterUpdate = {
  /** With mentions where it is seen, and with names where it is heard. */
  readonly line: (who: NameOf) => RichText
  /** What somebody typed, quoted below the line; a reason is announced as one. */
  readonly reason?: string
  readonly typed?: string
  /** For those who hear it, where nothing was typed. */
  readonly spoken?: string
  readonly more?: readonly Block[]
  readonly buttons?: readonly Button[]
}

/** A request may be for somebody else than who asked for it. */
type RequestWords = PhaseWords<Grant | undefined> & {
  /** To the person who asked for somebody else. */
  readonly asker: (about: Offered) => RichText
}

type Offered = {
  readonly request: Request
  readonly grant: Grant | undefined
  readonly receiver: Sayable
  readonly who: NameOf
  /** `R-12, which you asked for Ada (read on orders-db),` */
  readonly which: RichText
  readonly what: RichText
}

const closedAt = ({ request }: About<unknown>) =>
  request.closedAt ? say` ${moment(request.closedAt)}` : say``
const aboutWhom = ({ access, who, number }: About<unknown>) => say`${access} for ${who} (${number})`
export const inList = (grant: Grant) => say`${accessOf(grant)} (${grantName(grant.number)})`
export const approvedLine = (about: About<unknown>) =>
  say`${boldFirst(approvedBy(about.request, about.names))}: ${aboutWhom(about)}.`
export const tries = (grant: Grant) => counted(grant.attempts, 'try', 'tries')

/** With what approvers wrote who allowed less than was asked. */
export function approvedUpdate(request: Request, next: RichText): RequesterUpdate {
  const notes = approvalsIn(request)
    .filter((one) => one.note !== '')
    .map((one) => one.note)
    .join('\n')
  return {
    line: (who) => together(say`${requestName(request.number)} was ${approvedBy(request, who)}.`, next),
    reason: notes,
  }
}

/** For a request that ended without a grant. */
function closed(how: string) {
  const spoken = ({ number, what, who }: About<unknown>) =>
    say`${number} was ${how}: ${what} for ${who}. Nothing was given.`
  return { spoken, listed: spoken }
}

export const REQUEST_PHASES: Record<RequestPhase, RequestWords> = {
  offered: {
    title: ({ request, names, what, who }) => `${names(askerOf(request))} asks for ${what} for ${who}`,
    brief: 'offered',
    status: ({ who }) => ({ line: say`${bold('Waiting')} for ${who} to accept it.` }),
    spoken: closed('offered').spoken,
    feed: (about) => say`${bold('Offered')}: ${aboutWhom(about)}; it waits for them to accept it.`,
    listed: ({ request, access, who, number }) =>
      say`${access} for ${who} (${number}): waits for them to accept it, lapses ${moment(request.lapsesAt)}.`,
    asker: ({ which, receiver }) => say`${which} waits for ${receiver} to accept it.`,
    // To the person who would have it. Nobody else is asked before they accept.
    update: ({ request, role, together: others = [] }) => {
      const all = [request, ...others]
      return {
        line: (who) =>
          together(
            say`${request.askedBy ? who(request.askedBy) : 'Somebody'} asks for ${listedAccess(all)} for you,${forHowLong(request)} (${requestName(request.number)}).`,
            all.length === 1 && role ? say`It allows: ${role.description}.` : say``,
            say`If you accept, the approvers are asked, and the access would be yours: you answer for what is done with it. Otherwise it lapses ${moment(request.lapsesAt)}. The reason given:`,
          ),
        typed: request.reason,
        buttons: acceptButtons(request),
      }
    },
  },
  pending: {
    title: ({ request, names, what, who }) =>
      request.prolongs
        ? `${who} asks to extend ${what}`
        : `${names(askerOf(request))} asks for ${what}${request.askedBy ? ` for ${who}` : ''}`,
    brief: 'waits',
    status: ({ names }, card) => ({ line: approvalsSoFar(card, names) }),
    spoken: ({ request, names, what, who, number }) =>
      together(
        request.prolongs
          ? say`${who} asks to extend ${what} by ${formatDuration(request.duration)} (${number}).`
          : say`${asks(request, names)} ${what}${forHowLong(request)} (${number}).`,
        typedSentences(request),
        say`Reason: ${clamp(request.reason, 400)}`,
      ),
    feed: ({ request, names, access, who, number }, ticketUrl) =>
      request.prolongs
        ? say`${bold('Asked')}: ${who} asks to extend ${access} by ${formatDuration(request.duration)} (${number}).`
        : say`${bold('Asked')}: ${asks(request, names)} ${access}${forHowLong(request)} (${number}${withTyped(request, ticketUrl)}).${request.state === 'offered' ? ` It waits for ${who} to accept it.` : ''}`,
    listed: ({ request, names, access, number }) => {
      const { askedBy, requester, lapsesAt } = request
      const who = askedBy ? say`, asked for by ${names(askedBy)} for ${names(requester)}` : say``
      const came = approvalsIn(request).length
      const soFar = came > 0 ? `, ${counted(came, 'approval')} so far` : ''
      return say`${access}${forHowLong(request)} (${number})${who}${soFar}: waits for an answer, lapses ${moment(lapsesAt)}.`
    },
    buttons: ({ names }, card, brief) => decisionButtons(card, names, { brief }),
    asker: ({ what, receiver }) => say`${receiver} accepted ${what}. The approvers are asked now.`,
    update: ({ request, stages }) => ({
      line: (who) => {
        const missing = moreApprovals(stillMissing(stages), stages.length > 1)
        const last = approvalsIn(request).at(-1)
        return say`${last ? who(last.approver) : 'Somebody'} approved ${requestName(request.number)}: ${accessOf(request)}. It needs ${missing}.`
      },
    }),
  },
  declined: {
    title: 'Declined',
    brief: 'declined',
    status: (about) => ({
      line: say`${bold('Declined')} by ${about.who}${closedAt(about)}. Nothing was given.`,
    }),
    ...closed('declined'),
    feed: (about) => say`${bold('Declined')} by ${about.who}: ${aboutWhom(about)}.`,
    asker: ({ what, receiver }) =>
      say`${receiver} declined ${what}. Nothing was given, and nobody was asked.`,
  },
  denied: {
    title: 'Denied',
    brief: 'denied',
    status: (about) => {
      const denial = denialOf(about.request)
      const by = about.names(denial?.approver ?? about.request.closedBy ?? '')
      return {
        line: say`${bold('Denied')} by ${by}${closedAt(about)}. Nothing was given.`,
        note: denial?.note,
      }
    },
    ...closed('denied'),
    feed: (about) => {
      const denial = denialOf(about.request)
      return say`${bold('Denied')}${denial ? ` by ${about.names(denial.approver)}` : ''}: ${aboutWhom(about)}.`
    },
    asker: ({ request, which, who }) => {
      const denial = denialOf(request)
      return say`${which} was denied${denial ? say` by ${who(denial.approver)}` : ''}.`
    },
    update: ({ request }) => {
      const denial = denialOf(request)
      return {
        line: (who) =>
          together(
            say`${requestName(request.number)} was denied${denial ? say` by ${who(denial.approver)}` : ''}: ${accessOf(request)}.`,
            denial?.note ? say`` : say`No reason was given; you can ask them.`,
          ),
        reason: denial?.note ?? '',
        buttons: [askAgainButton(request)],
      }
    },
  },
  withdrawn: {
    title: 'Withdrawn',
    brief: 'withdrawn',
    status: (about) => ({
      line: say`${bold('Withdrawn')} ${withdrawnBy(about.request, about.names)}${closedAt(about)}. Nothing was given.`,
    }),
    ...closed('withdrawn'),
    feed: (about) =>
      say`${bold('Withdrawn')} ${withdrawnBy(about.request, about.names)}: ${aboutWhom(about)}.`,
    asker: ({ request, which, who }) =>
      say`${which} was withdrawn${request.closedBy ? say` by ${who(request.closedBy)}` : ''}. Nothing was given.`,
    update: ({ request }) => ({
      line: (who) =>
        say`${request.closedBy ? say`${who(request.closedBy)} withdrew` : 'An operator withdrew'} your ${requestName(request.number)}, ${accessOf(request)}. Nothing was given.`,
    }),
  },
  lapsed: {
    title: 'Lapsed',
    brief: 'lapsed',
    status: ({ request }, { needed }) => ({
      line: say`${bold('Lapsed')}: ${approvalsThatCame(request, needed)} before ${moment(request.lapsesAt)}. Nothing was given.`,
    }),
    ...closed('not answered in time and lapsed'),
    feed: (about) => say`${bold('Lapsed')} without enough answers: ${aboutWhom(about)}.`,
    asker: ({ which }) => say`${which} lapsed before it was answered. Nothing was given.`,
    update: ({ request, needed }) => ({
      line: () =>
        say`${requestName(request.number)} lapsed: ${approvalsThatCame(request, needed)} before ${moment(request.lapsesAt)}. Nothing was given. If you still need ${accessOf(request)}, ask again, and tell an approver that you wait.`,
      buttons: [askAgainButton(request)],
    }),
  },
  giving: {
    title: 'Approved',
    glassTitle: ({ who, what }) => `${who} takes ${what}`,
    brief: 'approved',
    status: ({ request, grant, names }) => {
      const grounds = request.review
        ? groundsOf(request, names)
        : say`${boldFirst(approvedBy(request, names))}.`
      const line = say`${grounds} Giving access…`
      if (!grant?.lastError) return { line }
      const trying = say`It is not there yet after ${tries(grant)}; elevate tries until ${moment(grant.provisionBy)}.`
      return { line: together(line, trying), error: grant.lastError }
    },
    spoken: ({ request, names, what, who, number }) =>
      request.review
        ? say`${who} takes ${what} for ${formatDuration(request.duration)} without approval (${number}). Reason: ${clamp(request.reason, 400)}`
        : say`${number} was ${approvedBy(request, names)}: ${what} for ${who}. Giving access…`,
    feed: approvedLine,
    listed: (about) => {
      const { grant } = about
      if (!grant?.lastError)
        return say`${grant ? inList(grant) : aboutWhom(about)}: approved, being given now.`
      return say`${inList(grant)}: approved, but not there yet after ${tries(grant)}. elevate tries until ${moment(grant.provisionBy)}.`
    },
    asker: ({ request, grant, which, who }) =>
      say`${which} was ${approvedBy(request, who)}${grant?.expiresAt ? say`, until ${moment(grant.expiresAt)}` : ''}.`,
    update: ({ request }) =>
      approvedUpdate(
        request,
        say`You are being given ${accessOf(request)} now; a message follows when it is there.`,
      ),
  },
}
