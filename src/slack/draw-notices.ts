/** Which message is next among the notices of one lane, drawn from the rows of this moment. */
import { readDigest } from '../audit/digest.ts'
import { LAG_ALARM } from '../core/delivery.ts'
import type { Grant } from '../core/grant.ts'
import { type Lane, laneEnd, type Notice } from '../core/notice.ts'
import type { Waiting } from '../core/outbox.ts'
import type { World } from '../core/ports.ts'
import type { RequestId } from '../core/request.ts'
import { ticketUrlOf } from '../core/ticket.ts'
import { readCard } from '../operations/read-card.ts'
import type { Message } from './blocks/message.ts'
import { alarm } from './messages/alarm.ts'
import { checkpointNotice, logRefusedNotice } from './messages/checkpoint-notice.ts'
import { configNotice } from './messages/config-notice.ts'
import { deliveryNotice } from './messages/delivery-notice.ts'
import { digestMessage } from './messages/digest.ts'
import { FEED_ORDER, type FeedKind, type FeedLine, feed } from './messages/feed.ts'
import { receipt } from './messages/receipt.ts'
import { reminder } from './messages/reminder.ts'
import { revokedNotice } from './messages/revoked-notice.ts'
import { isStale, told } from './messages/told.ts'
import { woke } from './messages/woke.ts'
import { withNames } from './names.ts'

/** One message to post, and the notices that are told with it. Without a message they have nothing left to say. */
export type Drawn = {
  readonly covers: readonly Waiting[]
  readonly message: Message | undefined
  /** The request in whose thread it belongs. */
  readonly thread?: RequestId
}

type Of<K extends Notice['kind']> = Waiting & { readonly notice: Extract<Notice, { kind: K }> }

/** From so many receipts on, one notice says it all: at one message a second they would keep the channel busy too long. */
const MANY_RECEIPTS = 12
const FEED_LINES = 20
/** Rows read at once, so that a thousand expiries do not take every connection. */
const AT_ONCE = 20

/** The groups of notices that become one message each, the most urgent first. Cards are not among them. */
export function groupNotices(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const of = <K extends Notice['kind']>(kind: K) =>
    waiting.filter((one): one is Of<K> => one.notice.kind === kind)
  const single = (kind: Notice['kind']) => of(kind).map((one) => [one])
  const revoked = of('revoked')
  const receipts = of('receipt')
  const many = receipts.length >= MANY_RECEIPTS
  const together = (list: readonly Waiting[]) => (list.length > 0 ? [list] : [])
  return [
    ...single('alarm'),
    ...single('woke'),
    ...single('log-refused'),
    ...single('config'),
    ...single('delivery'),
    ...together([...of('feed'), ...of('refused')]),
    ...together(many ? [...revoked, ...receipts] : revoked),
    ...(many ? [] : single('receipt')),
    ...single('told'),
    ...single('reminder'),
    ...single('digest'),
    ...single('checkpoint'),
  ]
}

export async function drawNotices(world: World, lane: Lane, covers: readonly Waiting[]): Promise<Drawn> {
  const first = covers[0]?.notice
  switch (first?.kind) {
    case 'told': {
      const card = await readCard(world, first.request)
      if (!card || isStale(first.step, card)) return { covers, message: undefined }
      return { covers, message: await withNames(world.directory, (names) => told(first.step, card, names)) }
    }
    case 'reminder': {
      const card = await readCard(world, first.request)
      if (card?.request.state !== 'pending') return { covers, message: undefined }
      const message = await withNames(world.directory, (names) => reminder(card, names))
      return { covers, message, thread: card.request.id }
    }
    case 'alarm':
      return { covers, message: await drawAlarm(world, lane, first) }
    case 'woke':
      return { covers, message: woke(first) }
    case 'config':
      return { covers, message: configNotice(first.hash, first.faults) }
    case 'delivery': {
      const [state] = await world.store.deliveries.states([first.name])
      const over = first.news === 'lagging' && (state?.lag ?? 0) < LAG_ALARM
      if (!state || over) return { covers, message: undefined }
      return { covers, message: deliveryNotice(first.news, state, world.catalog().security) }
    }
    case 'checkpoint': {
      const last = await world.store.proof.lastCheckpoint()
      return { covers, message: last && checkpointNotice(last) }
    }
    case 'log-refused':
      return { covers, message: logRefusedNotice(first.text, world.catalog().security) }
    case 'digest': {
      const digest = await readDigest(world.store, new Date(first.from), new Date(first.to))
      const zone = world.catalog().digest.timezone
      return {
        covers,
        message: await withNames(world.directory, (names) => digestMessage(digest, names, zone)),
      }
    }
    case 'feed':
    case 'refused':
      return { covers, message: await drawFeed(world, covers) }
    case 'receipt':
      return covers.length === 1 ? drawReceipt(world, covers, first.grant) : drawRevoked(world, covers)
    case 'revoked':
      return drawRevoked(world, covers)
    default:
      return { covers, message: undefined }
  }
}

async function drawAlarm(
  world: World,
  lane: Lane,
  notice: Extract<Notice, { kind: 'alarm' }>,
): Promise<Message | undefined> {
  const row = await world.store.reads.grant(notice.grant)
  // Gone meanwhile: the receipt says how late it was.
  if (row?.grant.state !== 'revoking') return undefined
  const catalog = world.catalog()
  const alert = laneEnd(lane) === catalog.securityChannel ? catalog.security : []
  return withNames(world.directory, (names) => alarm(row.grant, notice.number, alert, names))
}

async function drawReceipt(world: World, covers: readonly Waiting[], id: string): Promise<Drawn> {
  const row = await world.store.reads.grant(id)
  const card = row && (await readCard(world, row.request.id))
  if (!card?.grant) return { covers, message: undefined }
  const message = await withNames(world.directory, (names) => receipt(card, names))
  return { covers, message, thread: card.request.id }
}

/** A receipt among them whose notice went out before says nothing new: it is covered, and counted once. */
async function drawRevoked(world: World, covers: readonly Waiting[]): Promise<Drawn> {
  const ids = new Set(covers.flatMap(({ notice }) => (notice.kind === 'revoked' ? [notice.grant] : [])))
  const rows = await inTurns([...ids], (id) => world.store.reads.grant(id))
  const grants: Grant[] = rows.flatMap((row) => (row?.grant.revokedAt ? [row.grant] : []))
  if (grants.length === 0) return { covers, message: undefined }
  return { covers, message: await withNames(world.directory, (names) => revokedNotice(grants, names)) }
}

async function drawFeed(world: World, covers: readonly Waiting[]): Promise<Message | undefined> {
  const notices = distinct(covers.map((one) => one.notice)).sort(
    (a, b) => FEED_ORDER.indexOf(kindOf(a)) - FEED_ORDER.indexOf(kindOf(b)),
  )
  const more: Partial<Record<FeedKind, number>> = {}
  for (const notice of notices.slice(FEED_LINES)) more[kindOf(notice)] = (more[kindOf(notice)] ?? 0) + 1
  const lines = await inTurns(notices.slice(0, FEED_LINES), (notice) => readLine(world, notice))
  const found = lines.filter((line) => line !== undefined)
  if (found.length === 0 && Object.keys(more).length === 0) return undefined
  return withNames(world.directory, (names) => feed(found, names, more))
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

async function readLine(world: World, notice: Notice): Promise<FeedLine | undefined> {
  const { reads } = world.store
  if (notice.kind === 'refused') {
    const request = notice.request ? await reads.request(notice.request) : undefined
    return { ...notice, what: 'refused', request }
  }
  if (notice.kind !== 'feed') return undefined
  const request = await reads.request(notice.request)
  if (!request) return undefined
  const row = notice.grant ? await reads.grant(notice.grant) : undefined
  return { what: notice.what, request, grant: row?.grant, ticketUrl: ticketUrlOf(world.catalog(), request) }
}

async function inTurns<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = []
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))))
  return results
}
