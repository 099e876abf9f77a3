import { formatDuration } from '../../../core/access/duration.ts'
import type { Capabilities } from '../../../core/connector.ts'
import { type Line, say, together } from '../../blocks/say.ts'

/** What an approver should know about the end of this access: the connector's promises, in plain words. */
export function atTheEnd(card: {
  readonly capabilities: Capabilities | undefined
  readonly request: { readonly target: string }
}): Line {
  const { capabilities } = card
  if (!capabilities) return afterwards(card)
  const sessions = capabilities.endsSessions
    ? say`At the end the access is taken back, and sessions that are open are ended.`
    : say`At the end the access is taken back; sessions that are open then are not ended.`
  return together(sessions, afterwards(card))
}

/** What can outlast it, and who ends it when elevate cannot. */
export function afterwards({
  capabilities,
  request,
}: {
  readonly capabilities: Capabilities | undefined
  readonly request: { readonly target: string }
}): Line {
  if (!capabilities) return say`${request.target} is not connected now, so its promises are not known.`
  const { expiry, residualSeconds } = capabilities
  const residual =
    residualSeconds === Number.POSITIVE_INFINITY
      ? say`They can go on for as long as they like.`
      : residualSeconds > 0
        ? say`What was opened before can work for up to ${formatDuration(residualSeconds)} more.`
        : say``
  const alone = {
    enforced: say`Should elevate be down, ${request.target} ends it by itself.`,
    'login-only': say`Should elevate be down, ${request.target} refuses new logins by itself.`,
    none: say`Should elevate be down, it lasts until elevate is back.`,
  }[expiry]
  return together(residual, alone)
}
