/** Where the copies of a card are, and the messages that closed a grant, which are redrawn when more is known. */
import type { WebClient } from '@slack/web-api'
import type { GrantId, RequestId } from '../../core/ids.ts'
import type { Lane } from '../../core/notice.ts'
import type { Waiting } from '../../core/ports.ts'
import type { Card } from '../../operations/access/read-card.ts'
import type { Message } from '../blocks/message.ts'
import type { Inside } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import type { Thread } from '../platform/posting.ts'
import { receipt } from '../words/access/ending.ts'
import { requesterUpdate } from '../words/access/requester-updates.ts'

/** The message in whose thread it belongs is still to be sent: it comes again a little later. */
class FirstMessageWaits extends Error {
  override readonly name = 'FirstMessageWaits'
}

/**
 * The copy in this lane, where there is one. Throws {@link FirstMessageWaits} while the copy is on its way: a step that
 * overtakes it, because Slack was busy just then, would stay alone. What is shown in the channel as well, an
 * alarm above all, waits for nothing.
 */
export async function threadOf(
  inside: Inside,
  lane: Lane,
  { thread, broadcast = false }: { readonly thread?: RequestId; readonly broadcast?: boolean },
): Promise<Thread | undefined> {
  if (thread === undefined) return undefined
  const { queries } = inside
  const inLane = async (id: RequestId) => (await queries.posted(id)).find((one) => one.lane === lane)
  // What was asked for together is one card: its receipts and reminders stand in the one thread.
  const head = (await inLane(thread)) ?? (await inLane((await queries.leads([thread])).get(thread) ?? thread))
  if (
    !head &&
    !broadcast &&
    (await inside.queries.waits({ lane, notice: { kind: 'card', request: thread } }))
  )
    throw new FirstMessageWaits('its first message is still to be sent')
  return head && { ts: head.ts, broadcast }
}

/** Where the card is decided; undefined while it is not posted, or when Slack does not say. */
export const linksToCards = (client: WebClient, inside: Inside) => async (id: RequestId) => {
  const [request, copies] = await Promise.all([inside.queries.request(id), inside.queries.posted(id)])
  const channel = inside.catalog().targets.find((one) => one.id === request?.target)?.channel
  const copy = copies.find((one) => one.channel === channel) ?? copies[0]
  if (!copy) return undefined
  try {
    const { permalink } = await client.chat.getPermalink({ channel: copy.channel, message_ts: copy.ts })
    return permalink
  } catch (error) {
    inside.log.debug({ error: String(error) }, 'Slack did not say where a card is; it is told without a link')
    return undefined
  }
}

type EndingToRedraw = { readonly grant: GrantId; readonly covers: readonly Waiting[] }

/** One that is still to be posted is drawn from the same rows, and is posted first. */
export function endingsToRedraw(
  waiting: readonly Waiting[],
  done: ReadonlySet<string>,
): readonly EndingToRedraw[] {
  const toPost = new Set(
    waiting.flatMap(({ id, notice }) =>
      !done.has(id) && (notice.kind === 'receipt' || notice.kind === 'told') ? [notice.grant] : [],
    ),
  )
  return waiting.flatMap((one) =>
    one.notice.kind === 'activity' && !toPost.has(one.notice.grant)
      ? [{ grant: one.notice.grant, covers: [one] }]
      : [],
  )
}

/** What closes a grant in this lane, from the rows of this moment. */
export async function drawEnding(inside: Inside, lane: Lane, grant: GrantId): Promise<Message | undefined> {
  const card = await cardOfGrant(inside, grant)
  if (!card) return undefined
  return withNames(inside.directory, (names) =>
    lane.startsWith('person:') ? requesterUpdate('ended', card, names) : receipt(card, names),
  )
}

/** Keeps where it was posted, so that it can be drawn anew. */
export function keepEnding(inside: Inside, lane: Lane, grant: GrantId) {
  return (place: { readonly channel: string; readonly ts: string }) =>
    inside.queries.saveEnding({ grant, lane, ...place })
}

export async function cardOfGrant(inside: Inside, grant: GrantId): Promise<Card | undefined> {
  const row = await inside.queries.grant(grant)
  return row && inside.queries.readCard(row.request.id)
}
