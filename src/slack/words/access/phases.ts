import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName, isWaiting, neverBegan } from '../../../core/access/grant.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import { stillMissing } from '../../../core/access/stages.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { paragraph, quote, rich, section } from '../../blocks/layout.ts'
import type { Block, Names } from '../../blocks/message.ts'
import { bold, moment, person, type RichText, say, second, together } from '../../blocks/rich-text.ts'
import {
  accessOf,
  approvalsIn,
  approvedBy,
  boldFirst,
  calledOffBy,
  counted,
  endedHow,
  forHowLong,
  groundsOf,
  lateness,
  plainNames,
  sessionsEnded,
  timeLeft,
  usedOf,
  whyEnded,
  withdrawnBy,
} from '../phrases.ts'
import { approvalsFrom, eachStage, filledBy, fromWhom } from './approvals.ts'
import { extensionLinks } from './extension.ts'

/** Where a request is on its way, as people see it. What is not true in the target yet is never said to be. */
/** `waiting` is approved for a later start, and `called-off` was ended before it. */
export type CardPhase =
  | 'offered'
  | 'pending'
  | 'declined'
  | 'denied'
  | 'withdrawn'
  | 'lapsed'
  | 'waiting'
  | 'giving'
  | 'active'
  | 'ending'
  | 'undoing'
  | 'ended'
  | 'not-given'
  | 'called-off'

export function phaseOf({ request, grant }: Pick<Card, 'request' | 'grant'>): CardPhase {
  if (request.state !== 'approved') return request.state
  if (grant && isWaiting(grant)) return 'waiting'
  if (!grant || grant.state === 'provisioning') return 'giving'
  if (grant.state === 'active') return 'active'
  if (neverBegan(grant)) return 'called-off'
  const given = grant.activatedAt !== undefined
  if (grant.state === 'revoking') return given ? 'ending' : 'undoing'
  return given ? 'ended' : 'not-given'
}

/** How things stand: the one part of a card that changes with every step. */
export function statusBlocks(card: Card, names: Names): Block[] {
  const { request, grant } = card
  const at = request.closedAt
  const when = at ? say` ${moment(at)}` : say``
  switch (phaseOf(card)) {
    case 'pending':
      return [section(waiting(card, names))]
    case 'offered':
      return [section(say`${bold('Waiting')} for ${names(request.requester)} to accept it.`)]
    case 'declined':
      return [section(say`${bold('Declined')} by ${names(request.requester)}${when}. Nothing was given.`)]
    case 'denied': {
      const no = request.decisions.find((one) => one.verdict === 'deny')
      const by = names(no?.approver ?? request.closedBy ?? '')
      return [section(say`${bold('Denied')} by ${by}${when}. Nothing was given.`), ...quoted(no?.note ?? '')]
    }
    case 'withdrawn':
      return [section(say`${bold('Withdrawn')} ${withdrawnBy(request, names)}${when}. Nothing was given.`)]
    case 'lapsed':
      return [section(lapsed(card))]
    case 'waiting':
      return [section(waitsForStart(card, names))]
    case 'called-off':
      return grant ? [section(calledOff(grant, names)), ...quoted(grant.endNote)] : []
    case 'giving':
      return giving(card, names)
    case 'active':
      return grant ? [section(active(card, grant, names))] : []
    case 'ending':
      return grant ? ending(grant, names) : []
    case 'undoing':
      return grant ? undoing(grant) : []
    case 'ended':
      return grant ? ended(grant, names) : []
    case 'not-given':
      return grant
        ? [
            section(say`${bold('Not given.')} The access did not appear, and nothing is left of it.`),
            ...failure(grant),
          ]
        : []
  }
}

function waiting(card: Card, names: Names): RichText {
  const { request, policy, approvals, needed, possible } = card
  const short = needed - possible
  const nobody =
    policy && short > 0
      ? say`Now ${short === needed ? 'nobody' : `only ${counted(possible, 'person', 'people')}`} could give ${needed === 1 ? 'it' : 'one that counts'}, so it cannot be approved: the policy’s groups are too small, or Slack did not tell who is in them.`
      : say``
  const have = approvals.length > 0 ? partly(card, names) : say`${bold('Waiting')} for ${approvalsOf(card)}.`
  return together(have, nobody, say`It lapses ${moment(request.lapsesAt)}.`)
}

function approvalsOf({ stages }: Card): RichText {
  return stages.length > 0 ? approvalsFrom(stages) : say`an approval`
}

function partly({ stages, approvals, needed }: Card, names: Names): RichText {
  const have = bold(`${approvals.length} of ${needed} approvals`)
  const missing = stillMissing(stages)
  const left = Math.max(1, needed - approvals.length)
  if (stages.length > 1)
    return say`${have}: ${filledBy(stages, names)}. It still needs ${eachStage(missing)}.`
  return say`${have}, by ${plainNames(approvals, names)}. It needs ${left === 1 ? 'one' : left} more${fromWhom(missing)}.`
}

function lapsed({ request, needed }: Card): RichText {
  const have = approvalsIn(request).length
  const what = have === 0 ? 'nobody answered' : `only ${have} of ${needed} approvals came`
  return say`${bold('Lapsed')}: ${what} before ${moment(request.lapsesAt)}. Nothing was given.`
}

function waitsForStart({ request, grant }: Card, names: Names): RichText {
  const starts = grant?.startsAt ? say`It starts ${moment(grant.startsAt)}` : say`It starts later`
  return say`${boldFirst(approvedBy(request, names))}. ${starts}; until then nothing is given.`
}

function calledOff(grant: Grant, names: Names): RichText {
  const at = grant.dueAt ? say` ${moment(grant.dueAt)}` : say``
  return say`${bold('Called off')}${calledOffBy(grant, names)}${at}, before it began. Nothing was given.`
}

function giving({ request, grant }: Card, names: Names): Block[] {
  const grounds = request.review ? groundsOf(request, names) : say`${boldFirst(approvedBy(request, names))}.`
  const approved = say`${grounds} Giving access…`
  if (!grant?.lastError) return [section(approved)]
  const trying = say`It is not there yet after ${counted(grant.attempts, 'try', 'tries')}; elevate tries until ${moment(grant.provisionBy)}.`
  return [section(together(approved, trying)), ...failure(grant)]
}

function active(card: Card, grant: Grant, names: Names): RichText {
  const { request } = card
  const until = grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : say``
  const before = grant.preexisting
    ? say`${names(grant.person)} had this access before elevate gave it, so it will stay at the end.`
    : say``
  return together(say`${bold('Active')}${until}. ${groundsOf(request, names)}`, extensionLinks(card), before)
}

function ending(grant: Grant, names: Names): Block[] {
  const why = say`${bold('Ending…')} elevate is taking the access back: ${whyEnded(grant, names)}.`
  if (!grant.stuckSince && !grant.lastError) return [section(why), ...quoted(grant.endNote)]
  const due = grant.dueAt ? say` It was due to end ${moment(grant.dueAt)}.` : say``
  const stuck = say`${bold('The access is still there')} after ${counted(grant.attempts, 'try', 'tries')}.${due} elevate keeps trying until the target says that it is gone.`
  return [section(why), ...quoted(grant.endNote), section(stuck), ...failure(grant)]
}

function undoing(grant: Grant): Block[] {
  const why = say`${bold('Not given.')} The access did not appear; elevate makes sure that nothing of it is left.`
  return [section(why), ...failure(grant)]
}

function ended(grant: Grant, names: Names): Block[] {
  const checked = grant.revokedAt ? say`Checked in the target ${second(grant.revokedAt)}` : say``
  const late = lateness(grant)
  return [
    section(
      together(
        say`${bold('Ended')}: ${whyEnded(grant, names)}. Used ${usedOf(grant)}.`,
        grant.endOutcome === 'kept-by-other' ? say`` : say`${checked}${late && `, ${late}`}.`,
        sessionsEnded(grant),
        endedHow(grant, names(grant.person)),
      ),
    ),
    ...quoted(grant.endNote),
  ]
}

/** What the target said; it can hold anything, so it is shown as it is. */
export function failure(grant: Pick<Grant, 'lastError'>): Block[] {
  return grant.lastError ? [rich(paragraph(say`The last answer was:`), quote(grant.lastError, 500))] : []
}

export function quoted(note: string): Block[] {
  return note ? [rich(quote(note, 1_000))] : []
}

export function requesterOf({ request }: Card): RichText {
  return request.askedBy === undefined
    ? say`${person(request.requester)}`
    : say`${person(request.requester)}, asked for by ${person(request.askedBy)}`
}

/** One grant or request of a person's own list in a sentence, the same in answers and on Home. */

export function grantLine(grant: Grant, now: Date): RichText {
  const what = say`${accessOf(grant)} (${grantName(grant.number)})`
  if (isWaiting(grant))
    return say`${what}: approved for ${formatDuration(grant.duration)}, starts ${moment(grant.startsAt)}.`
  if (neverBegan(grant)) return say`${what}: called off before it began.`
  if (grant.state === 'provisioning')
    return grant.lastError
      ? say`${what}: approved, but not there yet after ${counted(grant.attempts, 'try', 'tries')}. elevate tries until ${moment(grant.provisionBy)}.`
      : say`${what}: approved, being given now.`
  if (grant.state === 'active')
    return grant.expiresAt
      ? say`${what}: until ${moment(grant.expiresAt)}, ${timeLeft(grant.expiresAt, now)}.`
      : say`${what}: until it is ended.`
  if (grant.state === 'revoked') return say`${what}: ended.`
  return grant.stuckSince
    ? say`${what}: ending, and still there after ${counted(grant.attempts, 'try', 'tries')}. Security knows.`
    : say`${what}: ending now.`
}

export function pendingLine(request: Request, names: Names): RichText {
  const have = approvalsIn(request).length
  const yeses = have > 0 ? `, ${counted(have, 'approval')} so far` : ''
  const { askedBy, requester } = request
  if (request.state === 'offered')
    return say`${accessOf(request)} for ${names(requester)} (${requestName(request.number)}): waits for them to accept it, lapses ${moment(request.lapsesAt)}.`
  const who = askedBy === undefined ? say`` : say`, asked for by ${names(askedBy)} for ${names(requester)}`
  return say`${accessOf(request)}${forHowLong(request)} (${requestName(request.number)})${who}${yeses}: waits for an answer, lapses ${moment(request.lapsesAt)}.`
}

export function toDecideLine(request: Request, name: string): RichText {
  return say`${name} asks for ${accessOf(request)}${forHowLong(request)} (${requestName(request.number)}). It lapses ${moment(request.lapsesAt)}.`
}
