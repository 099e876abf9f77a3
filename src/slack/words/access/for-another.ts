/** Access that one person asks for and another would have: both are told, and the other accepts first. */
import { clamp } from '../../../core/access/reason.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import type { Answered } from '../../../operations/access/request/answer-offer.ts'
import { actions, quoted, sentence } from '../../blocks/layout.ts'
import type { Message, Names } from '../../blocks/message.ts'
import { moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { accessOf, approvedBy, denialOf, forHowLong, listedAccess } from '../phrases.ts'
import { moreApprovals } from './approvals.ts'
import { acceptButtons } from './buttons.ts'
import type { RequesterUpdate } from './request-phases.ts'

/** To the person who would have it. Nobody else is asked before they accept. */
export function offered({ request, role, together: others = [] }: Card): RequesterUpdate {
  const all = [request, ...others]
  return {
    line: (who) =>
      together(
        say`${request.askedBy ? who(request.askedBy) : 'Somebody'} asks for ${listedAccess(all)} for you,${forHowLong(request)} (${requestName(request.number)}).`,
        all.length === 1 && role ? say`It allows: ${role.description}.` : say``,
        say`If you accept, the approvers are asked, and the access would be yours: you answer for what is done with it. Otherwise it lapses ${moment(request.lapsesAt)}. The reason given:`,
      ),
    spoken: request.reason,
    more: [...quoted(request.reason), actions(...acceptButtons(request))],
  }
}

/** On the receiver's own lists; what was asked for together is answered together. */
type Offer = readonly [Request, ...Request[]]

export function offersIn(toAccept: readonly Request[]): readonly Offer[] {
  const found = new Map<string, Offer>()
  for (const request of toAccept.toSorted((a, b) => a.number - b.number)) {
    const key = request.bundle ?? request.id
    const before = found.get(key)
    found.set(key, before ? [...before, request] : [request])
  }
  return [...found.values()]
}

export function offeredLine(offer: Offer, names: Names): RichText {
  const [first] = offer
  return say`${first.askedBy ? names(first.askedBy) : 'Somebody'} asks for ${listedAccess(offer)} for you,${forHowLong(first)} (${requestName(first.number)}). It lapses ${moment(first.lapsesAt)}. Reason: “${clamp(first.reason, 100)}”`
}

/** To the person who asked. Drawn from the rows, so it is true whenever it arrives. */
export function forOther({ request, grant }: Card): RequesterUpdate {
  const number = requestName(request.number)
  const no = denialOf(request)
  return {
    line: (who) => {
      const about = say`${number}, which you asked for ${who(request.requester)} (${accessOf(request)}),`
      switch (request.state) {
        case 'offered':
          return say`${about} waits for ${who(request.requester)} to accept it.`
        case 'pending':
          return say`${who(request.requester)} accepted ${number}: ${accessOf(request)}. The approvers are asked now.`
        case 'declined':
          return say`${who(request.requester)} declined ${number}: ${accessOf(request)}. Nothing was given, and nobody was asked.`
        case 'denied':
          return together(
            say`${about} was denied${no ? say` by ${who(no.approver)}` : ''}.`,
            no?.note ? say`The reason given:` : say``,
          )
        case 'withdrawn':
          return say`${about} was withdrawn${request.closedBy ? say` by ${who(request.closedBy)}` : ''}. Nothing was given.`
        case 'lapsed':
          return say`${about} lapsed before it was answered. Nothing was given.`
        case 'approved':
          return say`${about} was ${approvedBy(request, who)}${grant?.expiresAt ? say`, until ${moment(grant.expiresAt)}` : ''}.`
      }
    },
    spoken: no?.note ?? '',
    more: quoted(no?.note ?? ''),
  }
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
