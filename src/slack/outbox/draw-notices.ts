/** What each kind of notice becomes, drawn from the rows of this moment. */
import { approversAndSecurity } from '../../core/access/approval.ts'
import type { Grant } from '../../core/access/grant.ts'
import { inFeed } from '../../core/feed.ts'
import type { RequestId } from '../../core/ids.ts'
import { LAG_ALARM_SECONDS } from '../../core/log/delivery.ts'
import { type Lane, laneEnd, type Notice } from '../../core/notice.ts'
import type { Waiting } from '../../core/ports.ts'
import type { Message, Names } from '../blocks/message.ts'
import { withNames } from '../platform/directory.ts'
import type { Inside } from '../platform/guard.ts'
import { writeAuditAsk } from '../platform/payloads.ts'
import { everythingEnded } from '../words/access/end-for-others.ts'
import { alarm, receipt, revokedNotice } from '../words/access/ending.ts'
import { isStale, requesterUpdate } from '../words/access/phases.ts'
import { preApprovalNotice } from '../words/access/pre-approval.ts'
import {
  answerForAsker,
  answerInThread,
  questionForOwner,
  questionInThread,
  reminder,
} from '../words/access/thread.ts'
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
import { askedAbout, standingReport } from '../words/standing/standing.ts'
import { cardOfGrant, drawFeed, feedGroups, inTurns, isWanted, keepEnding } from './copies.ts'

type Place = { readonly channel: string; readonly ts: string }

type Drawing = {
  readonly message: Message | undefined
  /** The same in classic blocks, for a workspace that does not take the newer ones. */
  readonly classic?: Message
  /** The request in whose thread it belongs. */
  readonly thread?: RequestId
  /** Stands in the channel too. */
  readonly broadcast?: boolean
  /** Where it stands already: it is redrawn there. */
  readonly copy?: Place
  /** Keeps where it was posted, so that it can be redrawn. */
  readonly keep?: (place: Place) => Promise<void>
}

/** One message to post, and the notices that it covers. Without a message they have nothing left to say. */
type Drawn = Drawing & { readonly covers: readonly Waiting[] }

/** Leads to the card of a request; undefined where Slack does not say where it is. */
type LinkTo = (request: RequestId) => Promise<string | undefined>

type Turn = {
  readonly inside: Inside
  readonly lane: Lane
  readonly covers: readonly Waiting[]
  readonly linkTo: LinkTo
}

/** Cards, and what redraws a message, are not posted as messages of their own. */
type Kind = Exclude<Notice['kind'], 'card' | 'activity' | 'home'>
type Of<K> = Extract<Notice, { kind: K }>
type Draw<N> = (notice: N, turn: Turn) => Drawing | undefined | Promise<Drawing | undefined>

/** The most urgent first. */
const DRAWINGS: { readonly [K in Kind]: Draw<Of<K>> } = {
  quarantine: async ({ id, step }, { inside }) => {
    const row = await inside.queries.quarantine(id)
    if (step !== 'began') return row && { message: quarantineEnded(row) }
    // Ended before this was sent: the message of the end is enough.
    return row && !row.endedAt ? { message: quarantineBegan(row, inside.catalog().security) } : undefined
  },
  alarm: async ({ grant, number }, { inside, lane }) => {
    const row = await inside.queries.grant(grant)
    // Gone meanwhile: the receipt says how late it was.
    if (row?.grant.state !== 'revoking') return undefined
    const catalog = inside.catalog()
    const watched = laneEnd(lane) === catalog.securityChannel
    const alert = watched ? catalog.security : []
    const message = await withNames(inside.directory, (names) => alarm(row.grant, number, alert, names))
    return watched ? { message, thread: row.request.id, broadcast: true } : { message }
  },
  'everything-ended': async ({ by, person, ...ids }, { inside }) => {
    const { queries } = inside
    const [grants, requests, preApprovals] = await Promise.all([
      inTurns(ids.grants, (id) => queries.grant(id)),
      inTurns(ids.requests, (id) => queries.request(id)),
      inTurns(ids.beforehand, (id) => queries.preApproval(id)),
    ])
    const all = {
      person,
      grants: grants.filter((row) => row !== undefined),
      requests: requests.filter((one) => one !== undefined),
      preApprovals: preApprovals.filter((one) => one !== undefined),
    }
    const note = all.grants.find((row) => row.grant.endNote)?.grant.endNote ?? ''
    return { message: await withNames(inside.directory, (names) => everythingEnded(all, by, note, names)) }
  },
  unmatched: async ({ target, account, source }, { inside }) => {
    const one = await inside.queries.unmatchedLately(target, account)
    const { security } = inside.catalog()
    const draw = (names: Names) => one && unmatchedNotice(one, source, security, names)
    return { message: await withNames(inside.directory, draw) }
  },
  woke: (notice) => ({ message: restartReport(notice) }),
  'log-refused': ({ text }, { inside }) => ({ message: logRefusedNotice(text, inside.catalog().security) }),
  'witness-refused': ({ witness, text }, { inside }) => ({
    message: witnessRefusedNotice(witness, text, inside.catalog().security),
  }),
  config: ({ hash, faults }) => ({ message: configNotice(hash, faults) }),
  delivery: async ({ name, news }, { inside }) => {
    const state = await inside.queries.delivery(name)
    const over = news === 'lagging' && (state?.lag ?? 0) < LAG_ALARM_SECONDS
    return state && !over ? { message: deliveryNotice(news, state, inside.catalog().security) } : undefined
  },
  standing: async ({ report }, { inside, lane }) => {
    const { queries } = inside
    const [found, copies] = await Promise.all([
      queries.standingReport(report),
      queries.standingCopies(report),
    ])
    if (!found) return undefined
    const copy = copies.find((one) => one.lane === lane)
    return {
      message: await withNames(inside.directory, (names) => standingReport(found, names)),
      ...(copy ? { copy } : {}),
      keep: (place) => queries.saveStandingCopy({ report, lane, ...place }),
    }
  },
  'standing-asked': async ({ access, by }, { inside }) => {
    const one = await inside.queries.standingAccess(access)
    if (!one) return undefined
    const whom = approversAndSecurity(inside.catalog(), one)
    return { message: await withNames(inside.directory, (names) => askedAbout(one, by, whom, names)) }
  },
  feed: (_, { inside, lane, covers }) => drawFeed(inside, lane, covers),
  refused: (_, { inside, lane, covers }) => drawFeed(inside, lane, covers),
  revoked: (_, turn) => drawRevoked(turn),
  receipt: async ({ grant }, turn) => {
    const { inside, lane, covers } = turn
    if (covers.length > 1) return drawRevoked(turn)
    const card = await cardOfGrant(inside, grant)
    if (!card?.grant) return undefined
    const message = await withNames(inside.directory, (names) => receipt(card, names))
    return { message, thread: card.request.id, keep: keepEnding(inside, lane, grant) }
  },
  'pre-approval': async (notice, { inside, lane }) => {
    const one = await inside.queries.preApproval(notice.id)
    // It was ended meanwhile: the next message says so, and is enough.
    if (!one || (notice.what === 'given' && one.endedAt)) return undefined
    const reader = lane.startsWith('person:') ? laneEnd(lane) : undefined
    const draw = (names: Names) => preApprovalNotice(notice, one, reader, names)
    return { message: await withNames(inside.directory, draw) }
  },
  told: async ({ request, step, grant }, { inside, lane }) => {
    const card = await inside.queries.readCard(request)
    if (!card || isStale(step, card)) return undefined
    const message = await withNames(inside.directory, (names) => requesterUpdate(step, card, names))
    return { message, ...(step === 'ended' && grant ? { keep: keepEnding(inside, lane, grant) } : {}) }
  },
  question: async ({ question: id, request, step }, { inside, lane, linkTo }) => {
    const { queries, directory } = inside
    const [question, card] = await Promise.all([queries.question(id), queries.readCard(request)])
    if (!question || !card) return undefined
    const asked = step === 'asked'
    if (lane.startsWith('channel:')) {
      if (inFeed(inside.catalog(), lane, card.request)) return undefined
      const message = asked ? questionInThread(question, card) : answerInThread(question, card)
      return { message, thread: card.request.id }
    }
    const url = await linkTo(card.request.id)
    const draw = (names: Names) =>
      asked ? questionForOwner(question, card, url) : answerForAsker(question, card, url, names)
    return { message: await withNames(directory, draw) }
  },
  reminder: async ({ request }, { inside, lane }) => {
    const card = await inside.queries.readCard(request)
    if (card?.request.state !== 'pending' || inFeed(inside.catalog(), lane, card.request)) return undefined
    if (!isWanted(lane, card)) return undefined
    const direct = lane.startsWith('person:')
    const message = await withNames(inside.directory, (names) => reminder(card, names, { direct }))
    // In direct messages a reply in a thread alerts nobody.
    return direct ? { message } : { message, thread: card.request.id }
  },
  digest: async ({ from, to, period = 'daily' }, { inside }) => {
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
  },
  checkpoint: async (_, { inside }) => {
    const last = await inside.queries.lastCheckpoint()
    // What is posted is posted: for want of this note it must not be posted again.
    const keep = (place: Place) =>
      last
        ? inside.queries.saveCheckpoint(last.size, place).catch((error: unknown) => {
            inside.log.warn({ error: String(error) }, 'it is not on record that a checkpoint was posted')
          })
        : Promise.resolve()
    return last && { message: checkpointNotice(last), keep }
  },
}

/** From so many receipts on, one notice says it all: at one message a second they would keep the channel busy too long. */
const MANY_RECEIPTS = 12

/** The groups of notices that become one message each, the most urgent first. */
export function groupNotices(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const of = (...kinds: readonly Notice['kind'][]) => waiting.filter((one) => kinds.includes(one.notice.kind))
  const many = of('receipt').length >= MANY_RECEIPTS
  return (Object.keys(DRAWINGS) as Kind[]).flatMap((kind): readonly (readonly Waiting[])[] => {
    if (kind === 'feed') return feedGroups(of('feed', 'refused'))
    if (kind === 'refused' || (kind === 'receipt' && many)) return []
    if (kind !== 'revoked') return of(kind).map((one) => [one])
    const ended = [...of('revoked'), ...(many ? of('receipt') : [])]
    return ended.length > 0 ? [ended] : []
  })
}

export async function drawNotices(
  inside: Inside,
  lane: Lane,
  covers: readonly Waiting[],
  linkTo: LinkTo,
): Promise<Drawn> {
  const notice = covers[0]?.notice
  const draw = notice && (DRAWINGS as Partial<Record<Notice['kind'], Draw<never>>>)[notice.kind]
  const drawn = await draw?.(notice as never, { inside, lane, covers, linkTo })
  return { message: undefined, ...drawn, covers }
}

/** A receipt among them whose notice went out before says nothing new: it is covered, and counted once. */
async function drawRevoked({ inside, covers }: Turn): Promise<Drawing | undefined> {
  const ids = new Set(covers.flatMap(({ notice }) => (notice.kind === 'revoked' ? [notice.grant] : [])))
  const rows = await inTurns([...ids], (id) => inside.queries.grant(id))
  const grants: Grant[] = rows.flatMap((row) => (row?.grant.revokedAt ? [row.grant] : []))
  if (grants.length === 0) return undefined
  return { message: await withNames(inside.directory, (names) => revokedNotice(grants, names)) }
}
