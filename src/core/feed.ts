/**
 * The security channel's feed: one message for each request, which shows its state, with the steps in its
 * thread. How grave a step is decides whether the channel shows it too.
 */

import type { Grant } from './access/grant.ts'
import type { Request } from './access/request.ts'
import type { Severity } from './catalog.ts'
import { type Catalog, findTarget, type Risk, SEVERITIES } from './catalog.ts'
import { channelLane, type Lane, type Notice } from './notice.ts'
import type { ChannelId } from './people/person.ts'

export const BROADCAST_FROM: Severity = 'notice'

/** Access that came back later than this is worth a look, though it never became an alarm. Milliseconds. */
const LATE_MS = 30_000

/** Channels that carry the request: the target's with its card, and security's with the feed. */
export function cardLanes(catalog: Pick<Catalog, 'securityChannel'>, channel: ChannelId): readonly Lane[] {
  return [...new Set([channel, catalog.securityChannel])].map(channelLane)
}

/**
 * In which channel the thread of a request is its record: the target's, or security's feed where approvers were asked
 * in direct messages only. `cards` are the lanes that show the request.
 */
export function recordLane(
  catalog: Pick<Catalog, 'securityChannel'>,
  channel: ChannelId,
  cards: readonly Lane[],
): Lane {
  const security = channelLane(catalog.securityChannel)
  const inChannel = cards.some((lane) => lane.startsWith('channel:') && lane !== security)
  return inChannel || !cards.includes(security) ? channelLane(channel) : security
}

/**
 * Does this lane show the request as a line of the feed, and not as its card? What was taken by break-glass has its
 * card there too, and so has every request where both channels are one.
 */
export function inFeed(catalog: Catalog, lane: Lane, request: Request): boolean {
  if (lane !== channelLane(catalog.securityChannel) || request.review) return false
  return findTarget(catalog, request.target)?.channel !== catalog.securityChannel
}

type Step = Extract<Notice, { kind: 'feed' }>['what'] | 'refused' | 'alarm'

export function severityOf(
  step: Step,
  { request, grant, risk }: { readonly request?: Request; readonly grant?: Grant; readonly risk?: Risk },
): Severity {
  switch (step) {
    case 'alarm':
      return 'alarm'
    case 'refused':
    case 'not-given':
      return 'warning'
    case 'reviewed':
      return request?.review?.state === 'unjustified' ? 'warning' : 'notice'
    case 'given':
      // What was taken by break-glass has alarmed everybody already.
      return risk === 'high' && !request?.review ? 'notice' : 'info'
    case 'ended':
      if ((grant?.lateByMs ?? 0) > LATE_MS) return 'warning'
      return grant?.endReason === 'ended-early' ? 'notice' : 'info'
    case 'asked':
    case 'decided':
      return 'info'
  }
}

export function isAtLeast(one: Severity, other: Severity): boolean {
  return SEVERITIES.indexOf(one) >= SEVERITIES.indexOf(other)
}
