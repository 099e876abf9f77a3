/**
 * What is said about a request and its grant, phase by phase: the table's columns, and the phases before there is
 * access. What is not true in the target yet is never said to be.
 */
import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { askerOf, type Request } from '../../../core/access/request.ts'
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
  withdrawnBy,
  withTicket,
} from '../phrases.ts'
import { approvalsSoFar, approvalsThatCame } from './approvals.ts'
import { decisionButtons } from './buttons.ts'

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
  /** Typed by the person who ended it. */
  readonly note?: string | undefined
  readonly alarm?: RichText
  /** The target's last answer; it can hold anything, so it is shown as it is. */
  readonly error?: string | undefined
}

export type PhaseWords<G> = {
  /** Of the card; a word where `: read on orders-db for Ada` follows. */
  readonly title: string | ((about: About<G>) => string)
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
}

const closedAt = ({ request }: About<unknown>) =>
  request.closedAt ? say` ${moment(request.closedAt)}` : say``
const aboutWhom = ({ access, who, number }: About<unknown>) => say`${access} for ${who} (${number})`
export const inList = (grant: Grant) => say`${accessOf(grant)} (${grantName(grant.number)})`
export const approvedLine = (about: About<unknown>) =>
  say`${boldFirst(approvedBy(about.request, about.names))}: ${aboutWhom(about)}.`
export const tries = (grant: Grant) => counted(grant.attempts, 'try', 'tries')

/** For a request that ended without a grant. */
function closed(how: string) {
  const spoken = ({ number, what, who }: About<unknown>) =>
    say`${number} was ${how}: ${what} for ${who}. Nothing was given.`
  return { spoken, listed: spoken }
}

export const REQUEST_PHASES: Record<RequestPhase, PhaseWords<Grant | undefined>> = {
  offered: {
    title: ({ request, names, what, who }) => `${names(askerOf(request))} asks for ${what} for ${who}`,
    brief: 'offered',
    status: ({ who }) => ({ line: say`${bold('Waiting')} for ${who} to accept it.` }),
    spoken: closed('offered').spoken,
    feed: (about) => say`${bold('Offered')}: ${aboutWhom(about)}; it waits for them to accept it.`,
    listed: ({ request, access, who, number }) =>
      say`${access} for ${who} (${number}): waits for them to accept it, lapses ${moment(request.lapsesAt)}.`,
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
        request.ticket ? say`Ticket ${request.ticket}.` : say``,
        say`Reason: ${clamp(request.reason, 400)}`,
      ),
    feed: ({ request, names, access, who, number }, ticketUrl) =>
      request.prolongs
        ? say`${bold('Asked')}: ${who} asks to extend ${access} by ${formatDuration(request.duration)} (${number}).`
        : say`${bold('Asked')}: ${asks(request, names)} ${access}${forHowLong(request)} (${number}${withTicket(request, ticketUrl)}).${request.state === 'offered' ? ` It waits for ${who} to accept it.` : ''}`,
    listed: ({ request, names, access, number }) => {
      const { askedBy, requester, lapsesAt } = request
      const who = askedBy ? say`, asked for by ${names(askedBy)} for ${names(requester)}` : say``
      const came = approvalsIn(request).length
      const soFar = came > 0 ? `, ${counted(came, 'approval')} so far` : ''
      return say`${access}${forHowLong(request)} (${number})${who}${soFar}: waits for an answer, lapses ${moment(lapsesAt)}.`
    },
    buttons: ({ names }, card, brief) => decisionButtons(card, names, { brief }),
  },
  declined: {
    title: 'Declined',
    brief: 'declined',
    status: (about) => ({
      line: say`${bold('Declined')} by ${about.who}${closedAt(about)}. Nothing was given.`,
    }),
    ...closed('declined'),
    feed: (about) => say`${bold('Declined')} by ${about.who}: ${aboutWhom(about)}.`,
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
  },
  lapsed: {
    title: 'Lapsed',
    brief: 'lapsed',
    status: ({ request }, { needed }) => ({
      line: say`${bold('Lapsed')}: ${approvalsThatCame(request, needed)} before ${moment(request.lapsesAt)}. Nothing was given.`,
    }),
    ...closed('not answered in time and lapsed'),
    feed: (about) => say`${bold('Lapsed')} without enough answers: ${aboutWhom(about)}.`,
  },
  giving: {
    title: 'Approved',
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
  },
}

export type RequesterUpdate = {
  readonly line: (who: (id: string) => Sayable) => RichText
  /** What stands in a quote below, for those who hear the message. */
  readonly spoken?: string
  readonly more: readonly Block[]
}
