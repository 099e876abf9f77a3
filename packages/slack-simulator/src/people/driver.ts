import type { Json } from '../json.ts'
import type { Platform } from '../platform.ts'
import { describeView } from '../text.ts'
import type { Act, PersonView, Place, SeenChannel, SeenMessage, Suggestions, View } from '../view.ts'
import { type Entry, entryFor } from './entry.ts'
import {
  findButton,
  findInput,
  isChannel,
  messagesIn,
  type Sighting,
  type Where,
  type Words,
} from './find.ts'
import { perform } from './perform.ts'
import { fileSeenBy, viewOf } from './person-view.ts'
import { SHORTEST_QUERY, suggest } from './suggest.ts'

/** How an act ended: `error` is Slack's word for what went wrong, `errors` are under the inputs of a modal. */
export type Outcome = {
  readonly ok: boolean
  /** Of the message, after saying something. */
  readonly ts?: string
  readonly error?: string
  readonly errors?: Record<string, string>
}

/** `within` is in milliseconds, default 10,000; `what` names in the error what did not come. */
export type SeeOptions = { readonly within?: number; readonly what?: string }

const PATIENCE_MS = 10_000

/**
 * One person at the keyboard. Every verb waits until what it needs is on the screen, does it, and resolves when
 * Slack would show how it went; none of them sleeps.
 */
export class PersonDriver {
  readonly id: string
  readonly #platform: Platform

  constructor(platform: Platform, id: string) {
    this.id = id
    this.#platform = platform
    viewOf(platform, id)
  }

  /** What this person sees now. */
  view(): PersonView {
    return viewOf(this.#platform, this.id)
  }

  /** The bytes of a file in a message that this person sees; throws when there is none. */
  download(id: string): Buffer {
    const content = fileSeenBy(this.#platform, this.id, id)
    if (!content) throw new Error(`${this.id} sees no file ${id}`)
    return content
  }

  act(act: Act): Promise<Outcome> {
    return perform(this.#platform, this.id, act)
  }

  /** Waits until `predicate` finds something. On timeout it throws with everything the person sees. */
  async see<T>(predicate: (view: PersonView) => T | undefined | false, options: SeeOptions = {}): Promise<T> {
    const within = options.within ?? PATIENCE_MS
    const signal = AbortSignal.timeout(within)
    for (;;) {
      const view = this.view()
      const found = predicate(view)
      if (found !== undefined && found !== false) return found
      if (signal.aborted) {
        const what = options.what ?? 'what was waited for'
        throw new Error(
          `${what} did not show within ${within} ms. This is what there is:\n${describeView(view)}`,
        )
      }
      await this.#platform.workspace.changed(view.version, signal)
    }
  }

  /** Types a slash command, `/name …`; without the name it means the app's first command. */
  command(text: string, options: { readonly channel?: string } = {}): Promise<Outcome> {
    const full = text.startsWith('/') ? text : `${this.#platform.manifest.commands[0]?.command ?? ''} ${text}`
    const here = options.channel ?? this.view().channels[0]?.id ?? ''
    return this.act({ kind: 'command', channel: this.#channelId(here), text: full })
  }

  say(text: string, options: { readonly channel: string; readonly thread_ts?: string }): Promise<Outcome> {
    const { channel, ...rest } = options
    return this.act({ kind: 'say', channel: this.#channelId(channel), text, ...rest })
  }

  press(place: Place, blockId: string, actionId: string, chosen?: Json): Promise<Outcome> {
    return this.act({
      kind: 'press',
      where: place,
      block_id: blockId,
      action_id: actionId,
      ...(chosen ? { chosen } : {}),
    })
  }

  /** Presses the button that says this (or has this action_id), once it is there. */
  async pressButton(words: Words, options: Where & SeeOptions = {}): Promise<Outcome> {
    const what = options.what ?? `a button that says ${String(words)}`
    const { place, found } = await this.see((view) => findButton(view, words, options), { ...options, what })
    return this.press(place, String(found.block.block_id), String(found.element.action_id))
  }

  /** Puts a value into the input with this label (or block_id, or action_id), once it is there. */
  async fill(words: Words, entry: Entry, options: Where & SeeOptions = {}): Promise<Outcome> {
    const what = options.what ?? `an input called ${String(words)}`
    const where: Where = options.where || options.channel ? options : { where: 'modal' }
    const sighting = await this.see((view) => findInput(view, words, where), { ...options, what })
    const { block, element, role } = sighting.found
    const offered = await this.#offered(sighting, entry)
    const value = entryFor(element, entry, this.view(), offered)
    const at = {
      where: sighting.place,
      block_id: String(block.block_id),
      action_id: String(element.action_id),
    }
    // Slack tells the app of a choice at once, unless it is made in an input that does not dispatch.
    const quiet = role === 'input' && block.dispatch_action !== true
    const outcome = await this.act(
      quiet ? { kind: 'fill', ...at, value } : { kind: 'press', ...at, chosen: value },
    )
    if (!outcome.ok && outcome.error?.startsWith('invalid_value')) throw new Error(outcome.error)
    return outcome
  }

  async #offered({ place, found: { block, element } }: Sighting, entry: Entry): Promise<Json[]> {
    if (!String(element.type).endsWith('external_select') || entry === null) return []
    const shortest = Number(element.min_query_length ?? SHORTEST_QUERY)
    const queries = Array.isArray(entry) ? entry : [String(entry)]
    const tooShort = queries.find((query) => query.length < shortest)
    if (tooShort !== undefined)
      throw new Error(`Slack asks for options only after ${shortest} letters: "${tooShort}"`)
    const answers = await Promise.all(
      queries.map((query) =>
        this.suggestions(place, String(block.block_id), String(element.action_id), query),
      ),
    )
    return answers.flatMap((answer) => answer.options as unknown as Json[])
  }

  suggestions(place: Place, blockId: string, actionId: string, text: string): Promise<Suggestions> {
    const person = this.#platform.workspace.people.get(this.id)
    if (!person) throw new Error(`nobody has the id ${this.id}`)
    return suggest(this.#platform, person, { place, block_id: blockId, action_id: actionId, value: text })
  }

  /** Submits the modal on top, once there is one with a submit button. */
  async submit(options: SeeOptions = {}): Promise<Outcome> {
    const ready = (view: PersonView) => {
      const top = view.modals.at(-1)
      return top?.submit && !top.busy ? top : undefined
    }
    const top = await this.see(ready, { what: 'a modal that can be submitted', ...options })
    return this.act({ kind: 'submit', view_id: top.id })
  }

  async closeModal(options: SeeOptions = {}): Promise<Outcome> {
    const top = await this.see((view) => view.modals.at(-1), { what: 'a modal to close', ...options })
    return this.act({ kind: 'close', view_id: top.id })
  }

  /** Opens the app's Home and waits until the app has published it again; `acked` does not wait for that. */
  async openHome(
    options: SeeOptions & { readonly until?: 'published' | 'acked' } = {},
  ): Promise<View | null> {
    const before = this.home()?.hash
    await this.act({ kind: 'open-home' })
    if (options.until === 'acked') return this.home()
    const drawn = (view: PersonView) => (view.home && view.home.hash !== before ? view.home : undefined)
    return this.see(drawn, { what: 'a Home that the app has drawn', ...options })
  }

  shortcut(callbackId: string): Promise<Outcome> {
    return this.act({ kind: 'shortcut', callback_id: callbackId })
  }

  channel(idOrName: string): SeenChannel {
    const found = this.view().channels.find((channel) => isChannel(channel, idOrName))
    if (!found) throw new Error(`${this.id} is in no channel called ${idOrName}`)
    return found
  }

  /** The direct message with the app. */
  dm(): SeenChannel {
    return this.channel('dm')
  }

  /** Messages this person can see, newest first, replies included. */
  messages(channel?: string): SeenMessage[] {
    return messagesIn(this.view(), channel).map(({ message }) => message)
  }

  topModal(): View | undefined {
    return this.view().modals.at(-1)
  }

  home(): View | null {
    return this.view().home
  }

  /** What Slack itself has told this person. */
  notices(): string[] {
    return this.view().notices.map((notice) => notice.text)
  }

  /** Everything this person sees, as text. */
  describe(): string {
    return describeView(this.view())
  }

  #channelId(idOrName: string): string {
    return this.view().channels.find((channel) => isChannel(channel, idOrName))?.id ?? idOrName
  }
}
