/** What a lane shows of a request and of the grant's end: where the copies are, and what they are redrawn to. */
import type { WebClient } from '@slack/web-api'
import { ticketUrlOf } from '../../core/access/ticket.ts'
import { findRole } from '../../core/catalog.ts'
import { BROADCAST_FROM, inFeed, isAtLeast, severityOf } from '../../core/feed.ts'
import type { GrantId, RequestId } from '../../core/ids.ts'
import { type Lane, laneEnd, type Notice } from '../../core/notice.ts'
import type { Waiting } from '../../core/ports.ts'
import type { Card } from '../../operations/access/read-card.ts'
import type { Message, Names } from '../blocks/message.ts'
import { withNames } from '../platform/directory.ts'
import type { Inside } from '../platform/guard.ts'
import type { Thread } from '../platform/posting.ts'
import { bundleCard } from '../words/access/bundle-card.ts'
import { receipt } from '../words/access/ending.ts'
import { FEED_ORDER, type FeedKind, type FeedLine, feed, feedThreadRoot } from '../words/access/feed.ts'
import { requesterUpdate } from '../words/access/phases.ts'
import { requestCard } from '../words/access/request-card.ts'

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
    inside.log.debug({ error: String(error) }, 'Slack did not say where a card is; the message has no link')
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

/** Keeps where it was posted, so that it can be redrawn. */
export function keepEnding(inside: Inside, lane: Lane, grant: GrantId) {
  return (place: { readonly channel: string; readonly ts: string }) =>
    inside.queries.saveEnding({ grant, lane, ...place })
}

export async function cardOfGrant(inside: Inside, grant: GrantId): Promise<Card | undefined> {
  const row = await inside.queries.grant(grant)
  return row && inside.queries.readCard(row.request.id)
}

/** At one message a second a channel, more requests than this in their own threads would keep it busy too long. */
export const MANY_REQUESTS = 12
const MAX_FEED_LINES = 20
/** Rows read at once, so that a thousand expiries do not take every connection. */
const ROWS_AT_ONCE = 20

type DrawnFeed = {
  readonly message: Message | undefined
  readonly thread?: RequestId
  readonly broadcast?: boolean
}

/** The copy of a request that this lane carries: the card where it is decided, a line in the feed. */
export async function readCopy(
  inside: Inside,
  lane: Lane,
  id: RequestId,
  { fresh }: { readonly fresh: boolean },
): Promise<((names: Names) => Message) | undefined> {
  const card = await inside.queries.readCard(id)
  if (!card || (fresh && !isWanted(lane, card))) return undefined
  if (inFeed(inside.catalog(), lane, card.request)) return (names) => feedThreadRoot(card, names)
  if (card.request.bundle === undefined) return (names) => requestCard(card, names)
  const bundle = await inside.queries.bundleOf(id)
  const cards = await inTurns(bundle, async (one) => (one.id === id ? card : inside.queries.readCard(one.id)))
  const found = cards.filter((one) => one !== undefined)
  return (names) => bundleCard(found, names)
}

/** Requests of one bundle share the card of the first where they are decided; in the feed each has its own thread. */
export async function cardsOf(
  inside: Inside,
  lane: Lane,
  requests: readonly RequestId[],
): Promise<ReadonlyMap<RequestId, RequestId>> {
  const leads = await inside.queries.leads(requests)
  const shared = await inTurns([...leads], async ([id, lead]) => {
    const request = await inside.queries.request(id)
    return request && !inFeed(inside.catalog(), lane, request) ? [[id, lead] as const] : []
  })
  return new Map(shared.flat())
}

/**
 * A copy in direct messages waits for the end of quiet hours: by then it may be decided, or the person may not be one
 * of the approvers any more.
 */
export function isWanted(lane: Lane, { request, approvers }: Card): boolean {
  if (!lane.startsWith('person:')) return true
  const person = laneEnd(lane)
  const open = request.state === 'pending' && !request.decisions.some((one) => one.approver === person)
  return open && (approvers?.includes(person) ?? true)
}

/** One group for each request while they are few, one for all when they are many; what belongs to none is one group. */
export function feedGroups(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  if (waiting.length === 0) return []
  const groups = Map.groupBy(waiting, ({ notice }) => requestOf(notice) ?? '')
  return groups.size > MANY_REQUESTS ? [waiting] : [...groups.values()]
}

/** The security channel's feed: the steps of a request in its thread, and much at once in one message. */
export async function drawFeed(inside: Inside, lane: Lane, covers: readonly Waiting[]): Promise<DrawnFeed> {
  const noted = distinct(covers.map((one) => one.notice))
  const [thread, ...others] = new Set(noted.map(requestOf))
  const one = others.length === 0 ? thread : undefined
  // The steps of one request stand as they came; of many the gravest first.
  const notices = one
    ? noted
    : noted.sort((a, b) => FEED_ORDER.indexOf(kindOf(a)) - FEED_ORDER.indexOf(kindOf(b)))
  const headed = one !== undefined && (await hasHead(inside, lane, one))
  // That it was asked for is what the head of the thread says.
  const news = headed ? notices.filter((notice) => kindOf(notice) !== 'asked') : notices
  const shown = news.slice(0, MAX_FEED_LINES)
  const lines = (await inTurns(shown, (notice) => readLine(inside, notice))).filter(
    (line) => line !== undefined,
  )
  const more: Partial<Record<FeedKind, number>> = {}
  for (const notice of news.slice(MAX_FEED_LINES)) more[kindOf(notice)] = (more[kindOf(notice)] ?? 0) + 1
  if (lines.length === 0 && news.length <= MAX_FEED_LINES) return { message: undefined }
  const message = await withNames(inside.directory, (names) =>
    feed(lines, names, more, headed ? 'given' : 'gravity'),
  )
  if (!headed || one === undefined) return { message }
  const from = inside.catalog().broadcastFrom ?? BROADCAST_FROM
  return { message, thread: one, broadcast: lines.some((line) => isAtLeast(gravityOf(inside, line), from)) }
}

function gravityOf(inside: Inside, line: FeedLine) {
  if (line.what === 'refused') return severityOf('refused', {})
  const { request, grant } = line
  const risk = findRole(inside.catalog(), request.target, request.role)?.risk
  return severityOf(line.what, { request, ...(grant ? { grant } : {}), ...(risk ? { risk } : {}) })
}

async function hasHead(inside: Inside, lane: Lane, request: RequestId): Promise<boolean> {
  return (await inside.queries.posted(request)).some((copy) => copy.lane === lane)
}

function requestOf(notice: Notice): RequestId | undefined {
  return notice.kind === 'feed' || notice.kind === 'refused' ? notice.request : undefined
}

function kindOf(notice: Notice): FeedKind {
  return notice.kind === 'feed' ? notice.what : 'refused'
}

/** A line is drawn from the row, so two notices of one kind about one request would say the same twice. */
function distinct(notices: readonly Notice[]): Notice[] {
  const seen = new Map<string, Notice>()
  for (const [at, notice] of notices.entries())
    seen.set(notice.kind === 'feed' ? `${notice.what}:${notice.request}` : String(at), notice)
  return [...seen.values()]
}

async function readLine(inside: Inside, notice: Notice): Promise<FeedLine | undefined> {
  const { queries } = inside
  if (notice.kind === 'refused') {
    const request = notice.request ? await queries.request(notice.request) : undefined
    return { ...notice, what: 'refused', request }
  }
  if (notice.kind !== 'feed') return undefined
  const request = await queries.request(notice.request)
  if (!request) return undefined
  const row = notice.grant ? await queries.grant(notice.grant) : undefined
  return { what: notice.what, request, grant: row?.grant, ticketUrl: ticketUrlOf(inside.catalog(), request) }
}

export async function inTurns<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = []
  for (let from = 0; from < items.length; from += ROWS_AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + ROWS_AT_ONCE).map(work))))
  return results
}
