/** For whom a notice is, and in which lanes it reaches them. */
import type { Grant } from './access/grant.ts'
import { type Catalog, findTarget } from './catalog.ts'
import { recordLane } from './feed.ts'
import type { RequestId } from './ids.ts'
import { channelLane, homeLane, type Lane, type Notice, type OutboxMessage, personLane } from './notice.ts'
import type { ChannelId, PersonId } from './people/person.ts'

/** Where a notice goes; {@link addressed} turns it into lanes. */
type Recipient =
  | { readonly person: PersonId }
  /** Security's channel. */
  | 'security'
  /** The channel of a target, while the configuration has it. */
  | { readonly channelOf: string }
  /** Every message that shows the request's card, or those of them that are in channels. */
  | { readonly cardsOf: RequestId; readonly only?: 'channels' }
  /** The thread that is the record of the grant: in the target's channel, or in security's when only that has the card. */
  | { readonly recordOf: Pick<Grant, 'target' | 'requestId'>; readonly only?: 'target-channel' }
  /** Home of this person, and of everybody who has it open. */
  | { readonly homeOf: PersonId }

export type Notification = { readonly notice: Notice; readonly to: readonly Recipient[] }

/** What {@link addressed} has to know: the lanes with a card of each request, and who has Home open. */
type Places = {
  readonly cards: ReadonlyMap<RequestId, readonly Lane[]>
  readonly homes: readonly PersonId[]
}

/** Whose cards must be known, and whether open Homes must be. */
export function placesNeeded(all: readonly Notification[]): {
  readonly cards: readonly RequestId[]
  readonly homes: boolean
} {
  const recipients = all.flatMap((one) => one.to).filter((one) => one !== 'security')
  const requests = recipients.flatMap((one) =>
    'cardsOf' in one ? one.cardsOf : 'recordOf' in one ? one.recordOf.requestId : [],
  )
  return { cards: [...new Set(requests)], homes: recipients.some((one) => 'homeOf' in one) }
}

/** The channels there are; without security's, what would go there is not sent. */
export type Channels = {
  readonly securityChannel: ChannelId | undefined
  readonly targets?: Catalog['targets']
}

/** A message for each lane; one lane gets one notice once. */
export function addressed(
  { securityChannel, targets = [] }: Channels,
  { cards, homes: open }: Places,
  all: readonly Notification[],
): OutboxMessage[] {
  const lanesOf = (to: Recipient): readonly Lane[] => {
    if (to === 'security') return securityChannel === undefined ? [] : [channelLane(securityChannel)]
    if ('person' in to) return [personLane(to.person)]
    if ('homeOf' in to) return [to.homeOf, ...open].map(homeLane)
    if ('cardsOf' in to) {
      const lanes = cards.get(to.cardsOf) ?? []
      return to.only ? lanes.filter((lane) => lane.startsWith('channel:')) : lanes
    }
    const target = 'channelOf' in to ? to.channelOf : to.recordOf.target
    const channel = findTarget({ targets }, target)?.channel
    if (channel === undefined || securityChannel === undefined) return []
    if ('channelOf' in to) return [channelLane(channel)]
    const lane = recordLane({ securityChannel }, channel, cards.get(to.recordOf.requestId) ?? [])
    return to.only && lane !== channelLane(channel) ? [] : [lane]
  }
  return all.flatMap(({ notice, to }) => [...new Set(to.flatMap(lanesOf))].map((lane) => ({ lane, notice })))
}
