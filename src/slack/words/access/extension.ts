/** Access that goes on: the same thing in the same words on cards, in messages and on receipts. */
import { type Grant, grantName } from '../../../core/access/grant.ts'
import type { Card } from '../../../operations/access/read-card.ts'
import { moment, type RichText, say, together } from '../../blocks/rich-text.ts'
import { accessOf, approvedBy, capital } from '../phrases.ts'
import { ownButtons } from './buttons.ts'
import type { RequesterUpdate } from './requester-updates.ts'

/** For those who decide on it. */
export function whatItExtends({ request, prolongs }: Card): RichText {
  if (!prolongs?.expiresAt || prolongs.state !== 'active')
    return say`What this was to extend is over. Approving it gives access anew, from then on.`
  const end = new Date(prolongs.expiresAt.getTime() + request.duration * 1000)
  return say`This extends ${grantName(prolongs.number)}, which ends ${moment(prolongs.expiresAt)}: with it, the same access lasts until ${moment(end)}, without a gap.`
}

/** Is there something live that goes on from this grant? */
export function isExtended({ prolongedBy }: Pick<Card, 'prolongedBy'>): boolean {
  return prolongedBy?.state === 'active' || prolongedBy?.state === 'provisioning'
}

/** Which grants this one stands between; empty when it stands alone. */
export function extensionLinks({ grant, prolongs, prolongedBy }: Card): RichText {
  const before = grant?.prolongs && prolongs ? say`It goes on from ${grantName(prolongs.number)}.` : say``
  if (!prolongedBy?.expiresAt) return before
  return together(
    before,
    say`Extended by ${grantName(prolongedBy.number)}, until ${moment(prolongedBy.expiresAt)}.`,
  )
}

/** To the holder, when it was given. */
export function extensionGiven({ request, prolongs, capabilities }: Card, grant: Grant): RequesterUpdate {
  const before = prolongs ? say`, which goes on from ${grantName(prolongs.number)}` : say``
  return {
    line: (who) =>
      together(
        say`Your ${accessOf(request)} is extended${grant.expiresAt ? say` until ${moment(grant.expiresAt)}` : ''} (${grantName(grant.number)}${before}).`,
        say`${capital(approvedBy(request, who))}. Your account stays the same, and so do open sessions.`,
      ),
    more: [ownButtons(grant, capabilities)],
  }
}

/** To the holder, when the grant before is over. */
export function extendedGrantEnded({ request, prolongedBy }: Card, grant: Grant): RequesterUpdate {
  const until = prolongedBy?.expiresAt ? say` until ${moment(prolongedBy.expiresAt)}` : say``
  return {
    line: () =>
      say`${grantName(grant.number)} is over, and your ${accessOf(request)} goes on${until} with ${grantName(prolongedBy?.number ?? 0)}. Nothing changes for you.`,
    more: [],
  }
}
