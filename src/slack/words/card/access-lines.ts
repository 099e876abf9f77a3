/** One grant or request of a person's own list in a sentence, the same in answers and on Home. */
import { formatDuration } from '../../../core/access/duration.ts'
import { type Grant, grantName, isWaiting, neverBegan } from '../../../core/access/grant.ts'
import { type Request, requestName } from '../../../core/access/request.ts'
import type { Names } from '../../blocks/message.ts'
import { type Line, moment, say } from '../../blocks/say.ts'
import { accessOf, counted, forHowLong, timeLeft, yesesOf } from '../phrases.ts'

export function grantLine(grant: Grant, now: Date): Line {
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

export function pendingLine(request: Request, names: Names): Line {
  const have = yesesOf(request).length
  const yeses = have > 0 ? `, ${counted(have, 'approval')} so far` : ''
  const { askedBy, requester } = request
  if (request.state === 'offered')
    return say`${accessOf(request)} for ${names(requester)} (${requestName(request.number)}): waits for them to accept it, lapses ${moment(request.lapsesAt)}.`
  const who = askedBy === undefined ? say`` : say`, asked for by ${names(askedBy)} for ${names(requester)}`
  return say`${accessOf(request)}${forHowLong(request)} (${requestName(request.number)})${who}${yeses}: waits for an answer, lapses ${moment(request.lapsesAt)}.`
}

export function toDecideLine(request: Request, name: string): Line {
  return say`${name} asks for ${accessOf(request)}${forHowLong(request)} (${requestName(request.number)}). It lapses ${moment(request.lapsesAt)}.`
}
