/** The one sender's hand: at most one new message a call, redraws as many as Slack's pace allows. */
import type { WebClient } from '@slack/web-api'
import { inFeed } from '../../core/feed.ts'
import type { RequestId } from '../../core/ids.ts'
import { type Lane, laneEnd } from '../../core/notice.ts'
import {
  type Delivered,
  type Log,
  type Notifier,
  OutcomeUnknown,
  StoreDown,
  type Waiting,
} from '../../core/ports.ts'
import type { Posted } from '../../core/reads.ts'
import type { Message } from '../blocks/message.ts'
import { homeView } from '../home.ts'
import { withNames } from '../platform/directory.ts'
import type { Inside } from '../platform/guard.ts'
import {
  makePace,
  type NativeBlocks,
  nativeBlocks,
  type Pace,
  postTo,
  type Sendable,
  type Thread,
  wordsAtLeast,
} from '../platform/posting.ts'
import { CLOSED_RETRY_MS, judge, retryMs } from '../platform/slack-errors.ts'
import {
  cardsOf,
  drawEnding,
  endingsToRedraw,
  inTurns,
  linksToCards,
  MANY_REQUESTS,
  readCopy,
  threadOf,
} from './copies.ts'
import { drawNotices, groupNotices } from './draw-notices.ts'

/** Slack takes about one new message a second in each channel. */
const AFTER_A_POST_MS = 1_000
const REDRAWS_A_CALL = 10
/** `chat.update` is allowed about 50 times a minute in the whole workspace, and short bursts. */
const UPDATES = { perMinute: 50, burst: 40 }

type Parts = {
  readonly client: WebClient
  readonly inside: Inside
  readonly log: Log
  readonly now: () => Date
  /** A number in [0, 1), for spreading retries. */
  readonly random: () => number
  /** How long a lane rests after a new message. */
  readonly afterPostMs?: number
}

export function makeNotifier({
  client,
  inside,
  log,
  now,
  random,
  afterPostMs = AFTER_A_POST_MS,
}: Parts): Notifier {
  const pace = makePace({ ...UPDATES, now })
  const native = nativeBlocks(now)
  return {
    deliver(lane, waiting) {
      const turn = new Turn({ client, inside, log, random, afterPostMs, pace, native, lane, waiting })
      return lane.startsWith('home:') ? turn.home() : turn.messages()
    },
  }
}

/** A request whose card is to be drawn, and this lane's copy of it. */
type CardToDraw = {
  readonly request: RequestId
  readonly covers: readonly Waiting[]
  readonly copy: Posted | undefined
}

type TurnParts = Required<Omit<Parts, 'now'>> & {
  readonly pace: Pace
  readonly native: NativeBlocks
  readonly lane: Lane
  readonly waiting: readonly Waiting[]
}

/** One call of `deliver`: what it did to each notice, and how long the lane should rest. */
class Turn {
  readonly #parts: TurnParts
  readonly #done = new Set<string>()
  readonly #failed = new Map<string, { id: string; error: string; retryMs: number }>()
  #pause = 0
  /** Slack is busy or the lane is closed: nothing more in this call. */
  #stopped = false

  constructor(parts: TurnParts) {
    this.#parts = parts
  }

  async home(): Promise<Delivered> {
    const user = laneEnd(this.#parts.lane)
    await this.#attempt(this.#parts.waiting, async () => {
      const list = await this.#parts.inside.queries.listAccess(user)
      const capabilities = (target: string) => this.#parts.inside.capabilities(target)
      const view = await withNames(this.#parts.inside.directory, (names) =>
        homeView(list, { names, capabilities }),
      )
      await this.#parts.client.views.publish({ user_id: user, view })
    })
    return this.#result()
  }

  async messages(): Promise<Delivered> {
    const cards = await this.#cards()
    const groups = groupNotices(this.#parts.waiting)
    const isAlarm = (group: readonly Waiting[]) => group[0]?.notice.kind === 'alarm'
    // Nothing waits in front of an alarm. Cards come next, because everything else stands in their threads.
    const posted =
      (await this.#postOneOf(groups.filter(isAlarm))) ||
      (await this.#postCard(cards)) ||
      (await this.#postOneOf(groups.filter((group) => !isAlarm(group))))
    await this.#redraw(cards)
    await this.#redrawEndings()
    if (posted) this.#pause = Math.max(this.#pause, this.#parts.afterPostMs)
    return this.#result()
  }

  async #cards(): Promise<CardToDraw[]> {
    const of = ({ notice }: Waiting) => (notice.kind === 'card' ? notice.request : '')
    const waiting = this.#parts.waiting.filter((one) => one.notice.kind === 'card')
    if (waiting.length === 0) return []
    const shared = await cardsOf(this.#parts.inside, this.#parts.lane, [...new Set(waiting.map(of))])
    const byRequest = Map.groupBy(waiting, (one) => shared.get(of(one)) ?? of(one))
    const copies = await this.#parts.inside.queries.postedIn(this.#parts.lane, [...byRequest.keys()])
    const known = new Map(copies.map((copy) => [copy.request, copy]))
    return [...byRequest].map(([request, covers]) => ({ request, covers, copy: known.get(request) }))
  }

  /** The oldest card that this lane does not show yet. True when something was posted. */
  async #postCard(cards: readonly CardToDraw[]): Promise<boolean> {
    const fresh = cards.filter((one) => !one.copy)
    const lines = fresh.length > MANY_REQUESTS ? await this.#linesOfFeed(fresh) : []
    const dropped = new Set(lines.length > MANY_REQUESTS ? lines : [])
    for (const { covers } of dropped) for (const { id } of covers) this.#done.add(id)
    for (const { request, covers } of fresh.filter((card) => !dropped.has(card))) {
      if (this.#stopped) return false
      let posted = false
      await this.#attempt(covers, async () => {
        const draw = await readCopy(this.#parts.inside, this.#parts.lane, request, { fresh: true })
        if (!draw) return
        const message = await withNames(this.#parts.inside.directory, draw)
        const { channel, ts } = await this.#post({ message })
        posted = true
        await this.#parts.inside.queries.savePosted({ lane: this.#parts.lane, channel, ts, request })
      })
      if (posted) return true
    }
    return false
  }

  /**
   * Those that this lane shows as lines of the feed. Nobody decides on them here; when they are many they get no
   * message of their own, and the feed's notices about them are sent together.
   */
  async #linesOfFeed(fresh: readonly CardToDraw[]): Promise<readonly CardToDraw[]> {
    if (laneEnd(this.#parts.lane) !== this.#parts.inside.catalog().securityChannel) return []
    const asked = await inTurns(fresh, async (card) => {
      const request = await this.#parts.inside.queries.request(card.request)
      return request && inFeed(this.#parts.inside.catalog(), this.#parts.lane, request) ? [card] : []
    })
    return asked.flat()
  }

  async #postOneOf(groups: readonly (readonly Waiting[])[]): Promise<boolean> {
    for (const group of groups) {
      if (this.#stopped) return false
      let posted = false
      await this.#attempt(group, async () => {
        const linkTo = linksToCards(this.#parts.client, this.#parts.inside)
        const drawn = await drawNotices(this.#parts.inside, this.#parts.lane, group, linkTo)
        if (!drawn.message) return
        if (drawn.copy) {
          await this.#update(drawn.copy, drawn.message)
          return
        }
        const sendable = { message: drawn.message, classic: drawn.classic }
        const place = await this.#post(sendable, await threadOf(this.#parts.inside, this.#parts.lane, drawn))
        posted = true
        await drawn.keep?.(place)
      })
      if (posted) return true
    }
    return false
  }

  async #redraw(cards: readonly CardToDraw[]): Promise<void> {
    for (const { request, covers, copy } of cards.filter((one) => one.copy).slice(0, REDRAWS_A_CALL)) {
      if (!copy) continue
      if (this.#stopped || !this.#mayUpdate()) return
      await this.#attempt(covers, async () => {
        const draw = await readCopy(this.#parts.inside, this.#parts.lane, request, { fresh: false })
        if (!draw) return
        const message = await withNames(this.#parts.inside.directory, draw)
        await this.#update(copy, message)
      })
    }
  }

  /**
   * Text and all blocks: blocks that are left out would be removed, and a text alone shows "(edited)". Attachments
   * that are left out would stay.
   */
  async #update({ channel, ts }: { channel: string; ts: string }, message: Message): Promise<void> {
    await wordsAtLeast(this.#parts, { message }, (content) =>
      this.#parts.client.chat.update({ channel, ts, attachments: [], ...content }),
    )
  }

  /** Messages that closed a grant, once the record of what was done is complete. */
  async #redrawEndings(): Promise<void> {
    for (const { covers, grant } of endingsToRedraw(this.#parts.waiting, this.#done)) {
      if (this.#stopped) return
      const copy = await this.#parts.inside.queries.postedEnding(grant, this.#parts.lane)
      if (copy && !this.#mayUpdate()) return
      await this.#attempt(covers, async () => {
        const message = copy && (await drawEnding(this.#parts.inside, this.#parts.lane, grant))
        if (copy && message) await this.#update(copy, message)
      })
    }
  }

  /** Slack's pace allows one more redraw now; if not, the lane rests until it does. */
  #mayUpdate(): boolean {
    const wait = this.#parts.pace.take()
    if (wait > 0) this.#pause = Math.max(this.#pause, wait)
    return wait === 0
  }

  #post(sendable: Sendable, thread?: Thread): Promise<{ channel: string; ts: string }> {
    return postTo(this.#parts, sendable, thread)
  }

  /** Notes what became of these notices. A database that is down is the sender's to see. */
  async #attempt(covers: readonly Waiting[], work: () => Promise<void>): Promise<void> {
    try {
      await work()
      for (const one of covers) this.#done.add(one.id)
    } catch (error) {
      if (error instanceof StoreDown || error instanceof OutcomeUnknown) throw error
      this.#noteFailure(covers, error)
    }
  }

  #noteFailure(covers: readonly Waiting[], error: unknown): void {
    const verdict = judge(error, this.#parts.lane)
    const about = { lane: this.#parts.lane, kind: covers[0]?.notice.kind }
    switch (verdict.kind) {
      case 'wait':
        this.#stopped = true
        this.#pause = Math.max(this.#pause, verdict.ms)
        this.#parts.log.warn({ ...about, ms: verdict.ms }, 'Slack is busy or away; messages wait')
        return
      case 'gone':
        for (const one of covers) this.#done.add(one.id)
        this.#parts.log.warn(
          { ...about, error: verdict.error },
          'nobody can get this message any more; it is dropped',
        )
        return
      case 'closed':
        this.#stopped = true
        for (const { id } of this.#parts.waiting)
          if (!this.#done.has(id))
            this.#failed.set(id, { id, error: verdict.error, retryMs: CLOSED_RETRY_MS })
        this.#parts.log.error({ ...about, error: verdict.error }, verdict.advice)
        return
      case 'words-only':
      case 'later':
        for (const one of covers)
          this.#failed.set(one.id, {
            id: one.id,
            error: verdict.error,
            retryMs: retryMs(one.attempts, this.#parts.random()),
          })
        this.#parts.log.error(
          { ...about, error: verdict.error },
          'a message could not be sent; it is tried again',
        )
    }
  }

  #result(): Delivered {
    return { done: [...this.#done], failed: [...this.#failed.values()], pause: this.#pause }
  }
}
