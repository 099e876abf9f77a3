/** What the security channel's feed says about one step. */
import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName, neverBegan } from '../../../core/access/grant.ts'
import { clamp } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { Notice } from '../../../core/notice.ts'
import type { RefusalCode } from '../../../core/refusal.ts'
import type { Names } from '../../blocks/message.ts'
import { bold, type Line, moment, say } from '../../blocks/say.ts'
import { BREAK_GLASS, reviewLine } from '../card/review.ts'
import { withTicket } from '../card/ticket.ts'
import {
  accessOf,
  approvedBy,
  asks,
  boldFirst,
  calledOffBy,
  forHowLong,
  lateness,
  usedOf,
  whyEnded,
  withdrawnBy,
  yesesOf,
} from '../phrases.ts'

export type FeedKind = Extract<Notice, { kind: 'feed' }>['what'] | 'refused'

export type FeedLine =
  | {
      readonly what: Extract<Notice, { kind: 'feed' }>['what']
      readonly request: Request
      readonly grant: Grant | undefined
      readonly ticketUrl?: string | undefined
    }
  | {
      readonly what: 'refused'
      readonly person: string
      readonly code: RefusalCode
      readonly target: string
      readonly role: string
      readonly request: Request | undefined
      readonly tried?: 'pre-approve'
      readonly about?: string
    }

/** One step in a sentence. */
export function feedLine(one: FeedLine, names: Names): Line {
  if (one.what === 'refused') return refused(one, names)
  const { request, grant } = one
  const who = names(request.requester)
  const number = requestName(request.number)
  switch (one.what) {
    case 'asked':
      if (request.prolongs)
        return say`${bold('Asked')}: ${who} asks to extend ${accessOf(request)} by ${formatDuration(request.duration)} (${number}).`
      return say`${bold('Asked')}: ${asks(request, names)} ${accessOf(request)}${forHowLong(request)} (${number}${withTicket(request, one.ticketUrl)}).${request.state === 'offered' ? ` It waits for ${who} to accept it.` : ''}`
    case 'decided':
      return decided(request, names)
    case 'given':
      return say`${bold(grant?.prolongs ? 'Extended' : 'Given')}: ${who} ${since(grant)} ${accessOf(request)}${until(grant)} (${number}).`
    case 'ended':
      return ended(request, grant, names)
    case 'reviewed': {
      const { review } = request
      return review
        ? say`${BREAK_GLASS} of ${who}, ${accessOf(request)} (${number}). ${reviewLine(review, who, names)}`
        : say``
    }
    case 'not-given':
      if (grant && neverBegan(grant))
        return say`${bold('Called off')}${calledOffBy(grant, names)}: ${accessOf(request)} for ${who}, before it began (${number}). Nothing was given.`
      return say`${bold('Not given')}: ${accessOf(request)} could not be given to ${who}${grant?.lastError ? `: ${clamp(grant.lastError, 200)}` : ''} (${number}). Nothing of it is left.`
  }
}

function since(grant: Grant | undefined): string {
  return grant?.state === 'active' ? 'has' : 'got'
}

function until(grant: Grant | undefined): Line {
  return grant?.state === 'active' && grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
}

function decided(request: Request, names: Names): Line {
  const about = say`${accessOf(request)} for ${names(request.requester)} (${requestName(request.number)})`
  const no = request.decisions.find((one) => one.verdict === 'deny')
  switch (request.state) {
    case 'approved':
      return say`${boldFirst(approvedBy(request, names))}: ${about}.`
    case 'denied':
      return say`${bold('Denied')}${no ? ` by ${names(no.approver)}` : ''}: ${about}.`
    case 'withdrawn':
      return say`${bold('Withdrawn')} ${withdrawnBy(request, names)}: ${about}.`
    case 'lapsed':
      return say`${bold('Lapsed')} without enough answers: ${about}.`
    case 'declined':
      return say`${bold('Declined')} by ${names(request.requester)}: ${about}.`
    case 'offered':
      return say`${bold('Offered')}: ${about}; it waits for them to accept it.`
    case 'pending': {
      const last = yesesOf(request).at(-1)
      return say`${bold('Counted')}: ${last ? names(last.approver) : 'somebody'} approved ${about}; it needs more approvals.`
    }
  }
}

function ended(request: Request, grant: Grant | undefined, names: Names): Line {
  const about = say`${accessOf(request)} for ${names(request.requester)}`
  if (!grant) return say`${bold('Ended')}: ${about} (${requestName(request.number)}).`
  const kept = grant.endOutcome === 'kept-by-other' || grant.endOutcome === 'kept-standing'
  const late = lateness(grant)
  const how = kept ? ', and stays for another reason' : late && `, taken back ${late}`
  // Nobody of this workspace did it, so who watches is told why at once.
  const note = grant.endReason === 'ended-early' && !grant.endedBy ? ` (“${clamp(grant.endNote, 200)}”)` : ''
  return say`${bold('Ended')}: ${about}; ${whyEnded(grant, names)}${note}. Used ${usedOf(grant)}${how} (${grantName(grant.number)}).`
}

function refused(one: Extract<FeedLine, { what: 'refused' }>, names: Names): Line {
  const who = names(one.person)
  if (one.about)
    return say`${bold('Refused')}: ${who} tried to end everything of ${names(one.about)}: only security can.`
  if (one.code === 'not-security' && !one.target)
    return say`${bold('Refused')}: ${who} tried to read standing access: only security does.`
  const why = WHY_REFUSED[one.code] ?? 'it is not allowed'
  const what =
    one.role && one.target
      ? accessOf({ role: one.role, target: one.target })
      : say`${one.target || 'something that is not offered'}`
  if (one.request && one.code === 'not-yours')
    return say`${bold('Refused')}: ${who} tried to act on ${requestName(one.request.number)} (${what} for ${names(one.request.requester)}), which is not theirs.`
  if (one.request)
    return say`${bold('Refused')}: ${who} tried to ${REVIEWING.has(one.code) ? 'review' : 'decide on'} ${requestName(one.request.number)} (${what} for ${names(one.request.requester)}): ${why}.`
  const verb = one.tried === 'pre-approve' ? 'approve beforehand' : (VERBS[one.code] ?? 'ask for')
  return say`${bold('Refused')}: ${who} tried to ${verb} ${what}: ${why}.`
}

const REVIEWING: ReadonlySet<RefusalCode> = new Set(['self-review', 'not-a-reviewer'])

const VERBS: Partial<Record<RefusalCode, string>> = {
  'not-an-approver': 'end somebody’s',
  'not-security': 'settle standing access to',
  'no-break-glass': 'break glass for',
  'review-open': 'break glass for',
}

/** Why an attempt was refused, for security. */
export const WHY_REFUSED: Partial<Record<RefusalCode, string>> = {
  'not-allowed': 'no policy allows it',
  'not-a-member': 'only members of this workspace can',
  'not-an-approver': 'the policy does not name them as an approver',
  'self-approval': 'nobody decides on their own request here',
  'not-yours': 'it is not theirs',
  'not-security': 'only security does',
  'no-break-glass': 'no policy lets them',
  'review-open': 'an earlier use of theirs waits for its review',
  'self-review': 'nobody reviews what they took themselves',
  'not-a-reviewer': 'only its approvers and security review it',
}
