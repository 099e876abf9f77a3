/** Which phase a request and its grant are in, and what the table of phases says of it. */
import { type Grant, isWaiting, neverBegan } from '../../../core/access/grant.ts'
import { requestName } from '../../../core/access/request.ts'
import type { Step } from '../../../core/notice.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { actions, message, quoted, section } from '../../blocks/layout.ts'
import type { Block, Button, Message, Names } from '../../blocks/message.ts'
import { moment, person, type RichText, type Sayable, say, together } from '../../blocks/rich-text.ts'
import { accessName, accessOf, denialOf, isExtended } from '../phrases.ts'
import { BREAK_GLASS, OUTCOMES } from './approvals.ts'
import { doneButton, extendButton } from './buttons.ts'
import { GRANT_PHASES, type GrantPhase, lastAnswer } from './grant-phases.ts'
import {
  type About,
  type PhaseWords,
  REQUEST_PHASES,
  type RequesterUpdate,
  type RequestPhase,
  type Row,
} from './request-phases.ts'

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

const ANY_PHASE: Record<CardPhase, Pick<PhaseWords<never>, 'brief' | 'feed' | 'update'>> = {
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
  return inPhase(row, names, ({ title, glassTitle }, about) => {
    const said = (row.request.review && glassTitle) || title
    const glass = row.request.review ? BREAK_GLASS : ''
    if (typeof said !== 'string') return glass ? `${glass}: ${said(about)}` : said(about)
    const word = glass ? `${glass}, ${said.charAt(0).toLowerCase()}${said.slice(1)}` : said
    return `${word}: ${about.what} for ${about.who}`
  })
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

/** Which phase a step led to. What it says of the phase stays true, whatever came after. */
const LED_TO: Readonly<Record<Exclude<Step, 'for-other' | 'ending' | 'reviewed'>, (row: Row) => CardPhase>> =
  {
    offered: () => 'offered',
    counted: () => 'pending',
    approved: ({ grant }) => (grant && isWaiting(grant) ? 'waiting' : 'giving'),
    denied: () => 'denied',
    withdrawn: () => 'withdrawn',
    lapsed: () => 'lapsed',
    given: () => 'active',
    ended: () => 'ended',
    'not-given': ({ grant }) => (grant && neverBegan(grant) ? 'called-off' : 'not-given'),
  }

/** A step of a request, for the person who asked, or who would have it. */
export function requesterUpdate(step: Step, card: Card, names: Names): Message {
  const { line, reason = '', typed = reason, spoken = typed, more = [], buttons = [] } = updateOf(step, card)
  const whole = (who: (id: string) => Sayable) => together(line(who), reason && 'The reason given:')
  return message(together(whole(names), spoken), [
    section(whole(person)),
    ...quoted(typed),
    ...more,
    buttons.length > 0 ? actions(...buttons) : undefined,
  ])
}

function updateOf(step: Step, card: Card): RequesterUpdate {
  if (step === 'for-other') return forOther(card)
  if (step === 'ending') return endsSoon(card)
  if (step === 'reviewed') return reviewed(card)
  const update = ANY_PHASE[LED_TO[step](card)].update?.(card)
  if (!update) throw new Error(`there is no message to the requester about ${step}`)
  return update
}

/** True when a later step has made this one untrue or idle; the later one is enough. */
export function isStale(step: Step, card: Card): boolean {
  if (step === 'ending') return isExtended(card) || phaseOf(card) !== 'active'
  return (
    (step === 'offered' || step === 'counted' || step === 'approved' || step === 'given') &&
    phaseOf(card) !== LED_TO[step](card)
  )
}

/** To who asked for somebody else. Drawn from the rows, so it is true whenever it arrives. */
function forOther({ request, grant }: Card): RequesterUpdate {
  const number = requestName(request.number)
  const { asker } = REQUEST_PHASES[request.state === 'approved' ? 'giving' : request.state]
  return {
    line: (who) => {
      const receiver = who(request.requester)
      const which = say`${number}, which you asked for ${receiver} (${accessOf(request)}),`
      return asker({ request, grant, receiver, who, which, what: say`${number}: ${accessOf(request)}` })
    },
    reason: denialOf(request)?.note ?? '',
  }
}

function endsSoon({ request, grant }: Card): RequesterUpdate {
  const at = grant?.expiresAt
  return {
    line: () =>
      say`Your ${accessOf(request)} ends${at ? say` ${moment(at)}` : ' soon'}. Save your work; it is taken back at that moment. If you need longer, ask now: somebody has to approve it.`,
    buttons: grant ? [extendButton(grant), doneButton(grant)] : [],
  }
}

function reviewed({ request: { review, ...request } }: Card): RequesterUpdate {
  const found = review && review.state !== 'open' ? OUTCOMES[review.state] : 'open'
  return {
    line: (who) =>
      say`${review?.reviewer ? who(review.reviewer) : 'Somebody'} reviewed your break-glass ${requestName(request.number)}, ${accessOf(request)}: ${found}.`,
    typed: review?.note ?? '',
  }
}
