/** The answer to the person who pressed or typed. It says what was recorded, never what is not yet true. */

import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName, neverBegan } from '../../../core/access/grant.ts'
import type { ReviewOutcome } from '../../../core/access/lifecycle.ts'
import type { Allowed } from '../../../core/access/policy.ts'
import { type Request, requestName, type Terms, type Verdict } from '../../../core/access/request.ts'
import { approvalsNeeded } from '../../../core/access/stages.ts'
import { counted, plural } from '../../../core/plural.ts'
import type { Decided, DecidedTogether } from '../../../operations/access/decide/decide-request.ts'
import type { Answered } from '../../../operations/access/request/answer-offer.ts'
import type { Asked } from '../../../operations/access/request/request-access.ts'
import {
  actions,
  message,
  messageOf,
  section,
  sentence,
  spokenLine,
  spokenPoints,
} from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { between, bold, moment, person, type RichText, say, together } from '../../blocks/rich-text.ts'
import { accessOf, approvalsIn, approvedBy, forHowLong, listedAccess } from '../phrases.ts'
import { refusalText } from '../refusals.ts'
import { eachStage, moreApprovals, OUTCOMES } from './approvals.ts'
import { withdrawButton } from './buttons.ts'

export function askedAnswer({ request, allowed, missing }: Asked): Message {
  if (request.state === 'approved') return approvedAnswer(request)
  const needs = missing ? moreApprovals(missing, allowed.policy.approve.stages.length > 1) : needsOf(allowed)
  return sentence(
    say`You asked for ${accessOf(request)}${forHowLong(request)}: ${requestName(request.number)}.${alreadyApproved(request)} It needs ${needs}, and lapses ${moment(request.lapsesAt)}. You get a message when it is decided.`,
    actions(withdrawButton(request)),
  )
}

/** By a rule or by pre-approvals: nobody had to be asked. */
function approvedAnswer(request: Request): Message {
  return sentence(
    say`You asked for ${accessOf(request)}${forHowLong(request)}: ${requestName(request.number)}. It was ${approvedBy(request, person)} at once. ${request.startsAt ? say`You are given it ${moment(request.startsAt)}, if you may still have it then` : 'You are being given it now'}; a message follows when it is there.`,
  )
}

/** By pre-approvals, where those are not enough. */
function alreadyApproved(request: Request): RichText {
  return approvalsIn(request).length > 0 ? say` It is ${approvedBy(request, person)} already.` : say``
}

/** After Extend…, which adds to a grant that goes on meanwhile. */
export function extendingAnswer(request: Request, extendedGrant: Grant, allowed: Allowed): Message {
  const needs = needsOf(allowed)
  return sentence(
    say`You asked to extend ${accessOf(request)} (${grantName(extendedGrant.number)}) by ${formatDuration(request.duration)}: ${requestName(request.number)}. It needs ${needs}.${extendedGrant.expiresAt ? say` Until it is given, your access ends ${moment(extendedGrant.expiresAt)} as before.` : ''}`,
    actions(withdrawButton(request)),
  )
}

function needsOf({ policy }: Allowed): RichText {
  const { stages } = policy.approve
  const count = approvalsNeeded(stages)
  const needs = plural(count, 'one approval', `${count} approvals`)
  return stages.length > 1 ? say`${needs}: ${eachStage(stages)}` : say`${needs}`
}

export function decidedAnswer({ outcome, request, missing, staged, terms }: Decided, names: Names): Message {
  const number = requestName(request.number)
  const about = say`${accessOf(request)} for ${names(request.requester)}`
  if (outcome === 'denied') return sentence(say`You denied ${number}: ${about}. Nothing was given.`)
  if (outcome === 'approved') {
    const next = terms.startsAt ? say`It starts ${moment(terms.startsAt)}.` : say`Giving access now.`
    return sentence(say`You approved ${number}: ${about}${lessThanAsked(request, terms)}. ${next}`)
  }
  return sentence(say`You approved ${number}: ${about}. It needs ${moreApprovals(missing, staged)}.`)
}

function lessThanAsked(request: Request, { duration }: Terms): string {
  return duration < request.duration
    ? ` for ${formatDuration(duration)} instead of ${formatDuration(request.duration)}`
    : ''
}

export function withdrawnAnswer(request: Request): Message {
  return sentence(say`You withdrew ${requestName(request.number)}: ${accessOf(request)}. Nothing was given.`)
}

/** After I'm done, and after End now. */
export function endingAnswer(grant: Grant, by: string, names: Names): Message {
  if (neverBegan(grant)) {
    const what =
      grant.person === by ? say`your ${accessOf(grant)}` : say`${accessOf(grant)} for ${names(grant.person)}`
    return sentence(
      say`You called off ${what} (${grantName(grant.number)}) before it began. Nothing was given.`,
    )
  }
  const whose = grant.person === by ? 'your' : `the access of ${names(grant.person)},`
  return sentence(
    say`Ending ${whose} ${accessOf(grant)} (${grantName(grant.number)}). It is said to have ended when the target confirms it.`,
  )
}

export function questionAskedAnswer(request: Request): Message {
  return sentence(
    say`You asked about ${requestName(request.number)}. Nothing is decided; the question is in its thread, and you get a message when it is answered.`,
  )
}

export function answeredAnswer(request: Request): Message {
  return sentence(
    say`You answered. It is in the thread of ${requestName(request.number)}, and who asked gets a message.`,
  )
}

/** After Look again. */
export function lookingAnswer(grant: Grant, names: Names): Message {
  if (grant.state === 'revoked')
    return sentence(say`${grantName(grant.number)} has ended already: the target confirmed it.`)
  return sentence(
    say`Looking at ${grantName(grant.number)} again now: ${accessOf(grant)} for ${names(grant.person)}. Its card shows the result.`,
  )
}

/** After the dialog of break-glass came back. */
export function brokenGlassAnswer(request: Request): Message {
  return sentence(
    say`You broke the glass: ${accessOf(request)} for ${formatDuration(request.duration)}, ${requestName(request.number)}. You are being given it now; a message follows when it is there. The approvers and security have been told, and one of them has to review it.`,
  )
}

export function reviewedAnswer(request: Request, outcome: ReviewOutcome, names: Names): Message {
  return sentence(
    say`You reviewed ${requestName(request.number)}: the break-glass of ${names(request.requester)} for ${accessOf(request)} was ${OUTCOMES[outcome]}.`,
  )
}

export function askedTogetherAnswer(asked: readonly Asked[], names: Names): Message {
  const [first] = asked
  if (!first) throw new Error('an answer about nothing that was asked for')
  const { request } = first
  if (asked.length === 1 && request.askedBy === undefined) return askedAnswer(first)
  const receiver = request.askedBy === undefined ? undefined : names(request.requester)
  const requests = asked.map((one) => one.request)
  const head = say`You asked for ${listedAccess(requests)}${receiver ? say` for ${receiver}` : ''}${sameTime(asked)}.`
  const each = asked.map(eachOf)
  const next = receiver
    ? say`${receiver} has to accept it first, before ${moment(request.lapsesAt)}; only then the approvers are asked. You get a message about each step.`
    : say`Each is decided for itself. You get a message when one is.`
  return message(together(head, say`${between(each, '; ')}.`, next), [
    section(head),
    ...asked.map((one) =>
      section(eachOf(one), one.request.state === 'approved' ? undefined : withdrawButton(one.request)),
    ),
    section(next),
  ])
}

/** Said once where all have it; rules may differ in what is usual. */
function sameTime(asked: readonly Asked[]): RichText {
  const lengths = new Set(asked.map(({ request }) => request.duration))
  return lengths.size === 1 && asked[0] ? forHowLong(asked[0].request) : say``
}

function eachOf({ request, allowed }: Asked): RichText {
  return say`${requestName(request.number)}: ${bold(request.role)} for ${formatDuration(request.duration)} ${request.state === 'approved' ? 'is approved already' : `needs ${counted(approvalsNeeded(allowed.policy.approve.stages), 'approval')}`} (policy ${allowed.policy.name})`
}

/** After one press about several roles: what became of each, so that nobody takes a part for the whole. */

export function decidedTogetherAnswer(
  { decided, overtaken, left }: DecidedTogether,
  verdict: Verdict,
  names: Names,
): Message {
  const about = (request: Request) => say`${requestName(request.number)}, ${bold(request.role)}`
  const each: RichText[] = [
    ...decided.map((one) =>
      one.outcome === 'denied'
        ? say`${about(one.request)}: denied. Nothing was given.`
        : one.outcome === 'approved'
          ? say`${about(one.request)}: approved.`
          : say`${about(one.request)}: your yes counts. It needs ${moreApprovals(one.missing, one.staged)}.`,
    ),
    ...overtaken.map(
      ({ request, answer }) => say`${about(request)}: nothing was changed. ${refusalText(answer, names)}`,
    ),
    ...left.map((request) => say`${about(request)}: not yours to decide, or you have already; it waits.`),
  ]
  const [first] = [...decided.map((one) => one.request), ...overtaken.map((one) => one.request)]
  const who = first ? ` for ${names(first.requester)}` : ''
  const head = say`You ${verdict === 'approve' ? 'approved' : 'denied'} ${counted(decided.length, 'request')}${who}:`
  return messageOf(spokenLine(head), spokenPoints(each))
}

/** To the person who would have it, in place of the question. */
export function offerAnswer(
  answered: readonly Answered[],
  answer: 'accept' | 'decline',
  names: Names,
): Message {
  const first = answered[0]?.request
  if (!first) return sentence(say`Nothing waited for your answer.`)
  const requests = answered.map((one) => one.request)
  const about = say`${requestName(first.number)}: ${listedAccess(requests)}${forHowLong(first)}`
  const asker = first.askedBy ? names(first.askedBy) : 'Whoever asked'
  if (answer === 'decline')
    return sentence(say`You declined ${about}. Nobody was asked, and ${asker} is told.`)
  const waits = requests.some((one) => one.state === 'pending')
  return sentence(
    together(
      say`You accepted ${about}.`,
      ...answered.map((one) => decidedBefore(one, names)),
      waits ? say`The approvers are asked now; you get a message when it is decided.` : say``,
    ),
  )
}

/** What rules and pre-approvals decided already; empty where people decide everything. */
function decidedBefore({ request, missing }: Answered, names: Names): RichText {
  const which = say`${requestName(request.number)}`
  if (request.state === 'approved')
    return together(
      say`${which} was ${approvedBy(request, names)} at once.`,
      request.startsAt
        ? say`You are given it ${moment(request.startsAt)}, if you may still have it then.`
        : say`You are being given it now; a message follows when it is there.`,
    )
  if (!missing) return say``
  return say`${which} is ${approvedBy(request, names)} already. It needs ${moreApprovals(missing, true)}.`
}
