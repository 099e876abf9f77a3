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
   * How many blocks stand above the bar, at least one. Whatever alerts somebody is among them: mentions in attachments
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
