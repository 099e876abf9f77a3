/** Which message is next among the notices of one lane, drawn from the rows of this moment. */
import { overseersOf } from '../../core/access/approval.ts'
import type { Grant } from '../../core/access/grant.ts'
import type { RequestId } from '../../core/access/request.ts'
import { inFeed } from '../../core/feed.ts'
import { LAG_ALARM } from '../../core/log/delivery.ts'
import { type Lane, laneEnd, type Notice } from '../../core/notice.ts'
import type { Waiting } from '../../core/outbox.ts'
import type { Message, Names } from '../blocks/message.ts'
import type { Inside } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import { writeAuditAsk } from '../platform/payloads.ts'
import { reminder } from '../words/access/approvals.ts'
import { alarm, receipt, revokedNotice } from '../words/access/ending.ts'
import { preApprovalNotice } from '../words/access/pre-approval.ts'
import { isStale, requesterUpdate } from '../words/access/requester-updates.ts'
import { unmatchedNotice } from '../words/activity/activity.ts'
import { digestMessage } from '../words/digest/digest.ts'
import {
  checkpointNotice,
  configNotice,
  deliveryNotice,
  logRefusedNotice,
  quarantineBegan,
  quarantineEnded,
  restartReport,
  witnessRefusedNotice,
} from '../words/log/log-notices.ts'
import { standingReport } from '../words/standing/standing-access.ts'
import { askedAbout } from '../words/standing/standing-answers.ts'
import { keepEnding } from './draw-ending.ts'
import { drawEverything } from './draw-everything.ts'
import { drawFeed, feedGroups, inTurns, isWanted } from './draw-feed.ts'
import { drawQuestion, type LinkTo } from './draw-question.ts'

/** One message to post, and the notices that are told with it. Without a message they have nothing left to say. */
export type Drawn = {
  readonly covers: readonly Waiting[]
  readonly message: Message | undefined
  /** The same in classic blocks, for a workspace that does not take the newer ones. */
  readonly classic?: Message
  /** The request in whose thread it belongs. */
  readonly thread?: RequestId
  /** Stands in the channel too. */
  readonly broadcast?: boolean
  /** Where it stands already: it is redrawn there. */
  readonly copy?: { readonly channel: string; readonly ts: string }
  /** Keeps where it was posted, so that it can be redrawn. */
  readonly keep?: (place: { readonly channel: string; readonly ts: string }) => Promise<void>
}

type Of<K extends Notice['kind']> = Waiting & { readonly notice: Extract<Notice, { kind: K }> }

/** From so many receipts on, one notice says it all: at one message a second they would keep the channel busy too long. */
const MANY_RECEIPTS = 12

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
    ...single('quarantine'),
    ...single('alarm'),
    ...single('everything-ended'),
    ...single('unmatched'),
    ...single('woke'),
    ...single('log-refused'),
    ...single('witness-refused'),
    ...single('config'),
    ...single('delivery'),
    ...single('standing'),
    ...single('standing-asked'),
    ...feedGroups(waiting.filter(({ notice }) => notice.kind === 'feed' || notice.kind === 'refused')),
    ...together(many ? [...revoked, ...receipts] : revoked),
    ...(many ? [] : single('receipt')),
    ...single('pre-approval'),
    ...single('told'),
    ...single('question'),
    ...single('reminder'),
    ...single('digest'),
    ...single('checkpoint'),
  ]
}

export async function drawNotices(
  inside: Inside,
  lane: Lane,
  covers: readonly Waiting[],
  linkTo: LinkTo,
): Promise<Drawn> {
  const first = covers[0]?.notice
  switch (first?.kind) {
    case 'told': {
      const card = await inside.queries.readCard(first.request)
      if (!card || isStale(first.step, card)) return { covers, message: undefined }
      const message = await withNames(inside.directory, (names) => requesterUpdate(first.step, card, names))
      return {
        covers,
        message,
        ...(first.step === 'ended' && first.grant ? { keep: keepEnding(inside, lane, first.grant) } : {}),
      }
    }
    case 'reminder': {
      const card = await inside.queries.readCard(first.request)
      if (card?.request.state !== 'pending' || inFeed(inside.catalog(), lane, card.request))
        return { covers, message: undefined }
      const direct = lane.startsWith('person:')
      if (!isWanted(lane, card)) return { covers, message: undefined }
      const message = await withNames(inside.directory, (names) => reminder(card, names, { direct }))
      // In direct messages a reply in a thread alerts nobody.
      return { covers, message, ...(direct ? {} : { thread: card.request.id }) }
    }
    case 'question':
      return { covers, ...(await drawQuestion(inside, lane, first, linkTo)) }
    case 'alarm':
      return { covers, ...(await drawAlarm(inside, lane, first)) }
    case 'unmatched': {
      const one = await inside.queries.unmatchedLately(first.target, first.account)
      const { security } = inside.catalog()
      const draw = (names: Names) => one && unmatchedNotice(one, first.source, security, names)
      return { covers, message: await withNames(inside.directory, draw) }
    }
    case 'woke':
      return { covers, message: restartReport(first) }
    case 'config':
      return { covers, message: configNotice(first.hash, first.faults) }
    case 'delivery': {
      const state = await inside.queries.delivery(first.name)
      const over = first.news === 'lagging' && (state?.lag ?? 0) < LAG_ALARM
      if (!state || over) return { covers, message: undefined }
      return { covers, message: deliveryNotice(first.news, state, inside.catalog().security) }
    }
    case 'checkpoint': {
      const last = await inside.queries.lastCheckpoint()
      if (!last) return { covers, message: undefined }
      // What is posted is posted: for want of this note it must not be posted again.
      const keep = (place: { readonly channel: string; readonly ts: string }) =>
        inside.queries.saveCheckpoint(last.size, place).catch((error: unknown) => {
          inside.log.warn({ error: String(error) }, 'it is not on record that a checkpoint was posted')
        })
      return { covers, message: checkpointNotice(last), keep }
    }
    case 'quarantine': {
      const row = await inside.queries.quarantine(first.id)
      if (!row) return { covers, message: undefined }
      const began = first.step === 'began'
      // Ended before it could be told: the end says it all.
      if (began && row.endedAt) return { covers, message: undefined }
      const message = began ? quarantineBegan(row, inside.catalog().security) : quarantineEnded(row)
      return { covers, message }
    }
    case 'log-refused':
      return { covers, message: logRefusedNotice(first.text, inside.catalog().security) }
    case 'witness-refused':
      return { covers, message: witnessRefusedNotice(first.witness, first.text, inside.catalog().security) }
    case 'everything-ended':
      return { covers, message: await drawEverything(inside, first) }
    case 'digest':
      return { covers, ...(await drawDigest(inside, first)) }
    case 'standing':
      return drawStanding(inside, lane, covers, first.report)
    case 'standing-asked': {
      const one = await inside.queries.standingAccess(first.access)
      const whom = one && overseersOf(inside.catalog(), one)
      const message = one
        ? await withNames(inside.directory, (names) => askedAbout(one, first.by, whom ?? [], names))
        : undefined
      return { covers, message }
    }
    case 'pre-approval': {
      const one = await inside.queries.preApproval(first.id)
      // Somebody ended it meanwhile: that is told next, and is all there is to say.
      if (!one || (first.what === 'given' && one.endedAt)) return { covers, message: undefined }
      const reader = lane.startsWith('person:') ? laneEnd(lane) : undefined
      const draw = (names: Names) => preApprovalNotice(first, one, reader, names)
      return { covers, message: await withNames(inside.directory, draw) }
    }
    case 'feed':
    case 'refused':
      return { covers, ...(await drawFeed(inside, lane, covers)) }
    case 'receipt':
      return covers.length === 1
        ? drawReceipt(inside, lane, covers, first.grant)
        : drawRevoked(inside, covers)
    case 'revoked':
      return drawRevoked(inside, covers)
    default:
      return { covers, message: undefined }
  }
}

async function drawDigest(
  inside: Inside,
  { from, to, period = 'daily' }: Extract<Notice, { kind: 'digest' }>,
): Promise<Omit<Drawn, 'covers'>> {
  const zone = inside.catalog().digest.timezone
  const digest = await inside.reports.readDigest({
    from: new Date(from),
    to: new Date(to),
    period,
    zone,
    needsPassword: (target) => inside.capabilities(target)?.credential === 'password',
  })
  const csv = writeAuditAsk({ from: digest.from, to: digest.to })
  const draw = (native: boolean) =>
    withNames(inside.directory, (names) => digestMessage(digest, names, { zone, native, csv }))
  return { message: await draw(true), classic: await draw(false) }
}

async function drawAlarm(
  inside: Inside,
  lane: Lane,
  notice: Extract<Notice, { kind: 'alarm' }>,
): Promise<Omit<Drawn, 'covers'>> {
  const row = await inside.queries.grant(notice.grant)
  // Gone meanwhile: the receipt says how late it was.
  if (row?.grant.state !== 'revoking') return { message: undefined }
  const catalog = inside.catalog()
  const watched = laneEnd(lane) === catalog.securityChannel
  const alert = watched ? catalog.security : []
  const message = await withNames(inside.directory, (names) => alarm(row.grant, notice.number, alert, names))
  return watched ? { message, thread: row.request.id, broadcast: true } : { message }
}

async function drawReceipt(
  inside: Inside,
  lane: Lane,
  covers: readonly Waiting[],
  id: string,
): Promise<Drawn> {
  const row = await inside.queries.grant(id)
  const card = row && (await inside.queries.readCard(row.request.id))
  if (!card?.grant) return { covers, message: undefined }
  const message = await withNames(inside.directory, (names) => receipt(card, names))
  return { covers, message, thread: card.request.id, keep: keepEnding(inside, lane, id) }
}

async function drawStanding(
  inside: Inside,
  lane: Lane,
  covers: readonly Waiting[],
  id: string,
): Promise<Drawn> {
  const { queries } = inside
  const [found, copies] = await Promise.all([queries.standingReport(id), queries.standingCopies(id)])
  if (!found) return { covers, message: undefined }
  const copy = copies.find((one) => one.lane === lane)
  return {
    covers,
    message: await withNames(inside.directory, (names) => standingReport(found, names)),
    ...(copy ? { copy } : {}),
    keep: (place) => queries.saveStandingCopy({ report: id, lane, ...place }),
  }
}

/** A receipt among them whose notice went out before says nothing new: it is covered, and counted once. */
async function drawRevoked(inside: Inside, covers: readonly Waiting[]): Promise<Drawn> {
  const ids = new Set(covers.flatMap(({ notice }) => (notice.kind === 'revoked' ? [notice.grant] : [])))
  const rows = await inTurns([...ids], (id) => inside.queries.grant(id))
  const grants: Grant[] = rows.flatMap((row) => (row?.grant.revokedAt ? [row.grant] : []))
  if (grants.length === 0) return { covers, message: undefined }
  return { covers, message: await withNames(inside.directory, (names) => revokedNotice(grants, names)) }
}
