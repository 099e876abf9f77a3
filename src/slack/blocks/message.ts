/** What the message functions return: blocks for the eye, one full text for notifications and screen readers. */
import type { types } from '@slack/bolt'

export type Block = types.KnownBlock
export type RichPart = types.RichTextBlockElement
export type RichInline = types.RichTextElement
export type Button = types.Button
export type HomeView = types.HomeView

export type Message = {
  readonly text: string
  readonly blocks: Block[]
  /** Only where it is posted in a conversation; answers and dialogs have none. */
  readonly colour?: Colour
}

/** The name to read for a person's id; it pings nobody. */
export type Names = (id: string) => string

/**
 * Slack draws a coloured bar only beside an attachment, which its pages call legacy and keep: the first blocks stand
 * above, the others beside the bar. Were there none above, Slack would show the text there and say everything twice.
 */
type Colour = {
  readonly bar: `#${string}`
  /**
   * How many blocks stand above the bar, at least one. Everything that alerts people is among them: mentions in attachments
   * were seen to alert browsers and not telephones, and Slack says that it may fold attachments.
   */
  readonly above: number
  /** The words of the bar, for where attachments are not drawn. */
  readonly says: string
}

type Wire = {
  readonly text: string
  readonly blocks: Block[]
  readonly attachments?: { readonly color: string; readonly fallback: string; readonly blocks: Block[] }[]
}

/** As Slack's methods take it. Attachments are left out where there are none. */
export function onWire({ text, blocks, colour }: Message): Wire {
  const beside = colour ? blocks.slice(colour.above) : []
  if (!colour || beside.length === 0) return { text, blocks }
  const attachment = { color: colour.bar, fallback: colour.says, blocks: beside }
  return { text, blocks: blocks.slice(0, colour.above), attachments: [attachment] }
}

/** What Slack takes, with a little room left. A block that is too large makes Slack refuse the whole message. */
export const MAX = {
  blocks: 50,
  homeBlocks: 100,
  /** All blocks of a message as JSON; undocumented, seen to fail a little above 13,000. */
  message: 12_800,
  /** Top-level text: `chat.update` refuses more than 4,000. */
  text: 3_900,
  section: 3_000,
  field: 2_000,
  context: 3_000,
  header: 150,
  button: 75,
  /** What a button carries. */
  value: 2_000,
  label: 75,
  confirmTitle: 100,
  confirmText: 300,
  /** Code points of a typed text on a card; the whole of it is in the audit log. */
  quote: 1_500,
} as const

/** JSON size of blocks, as Slack counts it. */
export function sizeOf(value: unknown): number {
  return JSON.stringify(value).length
}

/** As many items from the front as fit into `maxChars` characters of JSON, and at most `maxItems`. */
export function asManyAsFit<T>(items: readonly T[], maxChars: number, maxItems: number): readonly T[] {
  let used = 0
  const count = items.findIndex((item) => {
    used += sizeOf(item) + 1
    return used > maxChars
  })
  return items.slice(0, Math.min(maxItems, count === -1 ? items.length : count))
}
