/** The one sender's hand: at most one new message a call, redraws as many as Slack's pace allows. */
import type { WebClient } from '@slack/web-api'
import { type Lane, laneEnd } from '../core/notice.ts'
import type { Waiting } from '../core/outbox.ts'
import {
  type Delivered,
  type Log,
  type Notifier,
  OutcomeUnknown,
  StoreDown,
  type World,
} from '../core/ports.ts'
import type { Posted } from '../core/reads.ts'
import type { RequestId } from '../core/request.ts'
import { listAccess } from '../operations/list-access.ts'
import { readCard } from '../operations/read-card.ts'
import type { Message } from './blocks/message.ts'
import { drawNotices, groupNotices } from './draw-notices.ts'
import { homeView } from './home/home-view.ts'
import { requestCard } from './messages/request-card.ts'
import { withNames } from './names.ts'
import { makePace, type Pace } from './pace.ts'
import { CLOSED_RETRY_MS, judge, retryMs } from './slack-errors.ts'

/** Slack takes about one new message a second in each channel. */
const AFTER_A_POST_MS = 1_000
const REDRAWS_A_CALL = 10
/** `chat.update` is allowed about 50 times a minute in the whole workspace, and short bursts. */
const UPDATES = { perMinute: 50, burst: 40 }

type Parts = {
  readonly client: WebClient
  readonly world: World
  readonly log: Log
  readonly now: () => Date
}

export function makeNotifier({ client, world, log, now }: Parts): Notifier {
  const pace = makePace({ ...UPDATES, now })
  return {
    deliver(lane, waiting) {
      const turn = new Turn({ client, world, log, pace, lane, waiting })
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

/** One call of `deliver`: what it did to each notice, and how long the lane should rest. */
class Turn {
  readonly #client: WebClient
  readonly #world: World
  readonly #log: Log
  readonly #pace: Pace
  readonly #lane: Lane
  readonly #waiting: readonly Waiting[]
  readonly #done = new Set<string>()
  readonly #failed = new Map<string, { id: string; error: string; retryMs: number }>()
  #pause = 0
  /** Slack is busy or the lane is closed: nothing more in this call. */
  #stopped = false

  constructor(parts: Omit<Parts, 'now'> & { pace: Pace; lane: Lane; waiting: readonly Waiting[] }) {
    this.#client = parts.client
    this.#world = parts.world
    this.#log = parts.log
    this.#pace = parts.pace
    this.#lane = parts.lane
    this.#waiting = parts.waiting
  }

  async home(): Promise<Delivered> {
    const user = laneEnd(this.#lane)
    await this.#attempt(this.#waiting, async () => {
      const list = await listAccess(this.#world, user)
      const capabilities = (target: string) => this.#world.connector(target)?.capabilities
      const view = await withNames(this.#world.directory, (names) => homeView(list, { names, capabilities }))
      await this.#client.views.publish({ user_id: user, view })
    })
    return this.#result()
  }

  async messages(): Promise<Delivered> {
    const cards = await this.#cards()
    const posted = (await this.#postCard(cards)) || (await this.#postNext())
    await this.#redraw(cards)
    if (posted) this.#pause = Math.max(this.#pause, AFTER_A_POST_MS)
    return this.#result()
  }

  /** As many as one call can serve. */
  async #cards(): Promise<CardToDraw[]> {
    const byRequest = Map.groupBy(
      this.#waiting.filter((one) => one.notice.kind === 'card'),
      (one) => (one.notice.kind === 'card' ? one.notice.request : ''),
    )
    const found: CardToDraw[] = []
    let redraws = 0
    for (const [request, covers] of byRequest) {
      const copies = await this.#world.store.reads.posted(request)
      const copy = copies.find((one) => one.lane === this.#lane)
      found.push({ request, covers, copy })
      if (copy) redraws++
      if (redraws >= REDRAWS_A_CALL || found.length > 3 * REDRAWS_A_CALL) break
    }
    return found
  }

  /** The oldest card that this lane does not show yet. True when something was posted. */
  async #postCard(cards: readonly CardToDraw[]): Promise<boolean> {
    for (const { request, covers } of cards.filter((one) => !one.copy)) {
      if (this.#stopped) return false
      let posted = false
      await this.#attempt(covers, async () => {
        const card = await readCard(this.#world, request)
        if (!card) return
        const message = await withNames(this.#world.directory, (names) => requestCard(card, names))
        const { channel, ts } = await this.#post(message)
        posted = true
        await this.#world.store.reads.savePosted({ lane: this.#lane, channel, ts, request })
      })
      if (posted) return true
    }
    return false
  }

  async #postNext(): Promise<boolean> {
    for (const group of groupNotices(this.#waiting)) {
      if (this.#stopped) return false
      let posted = false
      await this.#attempt(group, async () => {
        const drawn = await drawNotices(this.#world, this.#lane, group)
        if (!drawn.message) return
        const copies = drawn.thread ? await this.#world.store.reads.posted(drawn.thread) : []
        await this.#post(drawn.message, copies.find((one) => one.lane === this.#lane)?.ts)
        posted = true
      })
      if (posted) return true
    }
    return false
  }

  async #redraw(cards: readonly CardToDraw[]): Promise<void> {
    for (const { request, covers, copy } of cards) {
      if (!copy) continue
      if (this.#stopped) return
      const wait = this.#pace.take()
      if (wait > 0) {
        this.#pause = Math.max(this.#pause, wait)
        return
      }
      await this.#attempt(covers, async () => {
        const card = await readCard(this.#world, request)
        if (!card) return
        const message = await withNames(this.#world.directory, (names) => requestCard(card, names))
        // Text and all blocks: blocks that are left out would be removed, and a text alone shows "(edited)".
        await this.#wordsAtLeast(message, (content) =>
          this.#client.chat.update({ channel: copy.channel, ts: copy.ts, ...content }),
        )
      })
    }
  }

  async #post(message: Message, thread?: string): Promise<{ channel: string; ts: string }> {
    const answer = await this.#wordsAtLeast(message, (content) =>
      this.#client.chat.postMessage({
        channel: laneEnd(this.#lane),
        ...content,
        unfurl_links: false,
        unfurl_media: false,
        ...(thread ? { thread_ts: thread } : {}),
      }),
    )
    if (!answer.channel || !answer.ts) throw new Error('Slack did not say where the message is')
    return { channel: answer.channel, ts: answer.ts }
  }

  /** Sends blocks, or once more the words alone when Slack does not take the blocks. */
  async #wordsAtLeast<T>({ text, blocks }: Message, send: (content: Message) => Promise<T>): Promise<T> {
    try {
      return await send({ text, blocks })
    } catch (error) {
      const verdict = judge(error)
      if (verdict.kind !== 'words-only') throw error
      this.#log.error(
        { lane: this.#lane, error: verdict.error },
        'Slack refused the blocks; the words are sent alone',
      )
      return send({ text, blocks: [] })
    }
  }

  /** Notes what became of these notices. A database that is down is the sender's to see. */
  async #attempt(covers: readonly Waiting[], work: () => Promise<void>): Promise<void> {
    try {
      await work()
      for (const one of covers) this.#done.add(one.id)
    } catch (error) {
      if (error instanceof StoreDown || error instanceof OutcomeUnknown) throw error
      this.#settle(covers, error)
    }
  }

  #settle(covers: readonly Waiting[], error: unknown): void {
    const verdict = judge(error, this.#lane)
    const about = { lane: this.#lane, kind: covers[0]?.notice.kind }
    switch (verdict.kind) {
      case 'wait':
        this.#stopped = true
        this.#pause = Math.max(this.#pause, verdict.ms)
        this.#log.warn({ ...about, ms: verdict.ms }, 'Slack is busy or away; messages wait')
        return
      case 'gone':
        for (const one of covers) this.#done.add(one.id)
        this.#log.warn(
          { ...about, error: verdict.error },
          'nobody can get this message any more; it is dropped',
        )
        return
      case 'closed':
        this.#stopped = true
        for (const { id } of this.#waiting)
          if (!this.#done.has(id))
            this.#failed.set(id, { id, error: verdict.error, retryMs: CLOSED_RETRY_MS })
        this.#log.error({ ...about, error: verdict.error }, verdict.advice)
        return
      case 'words-only':
      case 'later':
        for (const one of covers)
          this.#failed.set(one.id, {
            id: one.id,
            error: verdict.error,
            retryMs: retryMs(one.attempts, this.#world.random()),
          })
        this.#log.error({ ...about, error: verdict.error }, 'a message could not be sent; it is tried again')
    }
  }

  #result(): Delivered {
    return { done: [...this.#done], failed: [...this.#failed.values()], pause: this.#pause }
  }
}
