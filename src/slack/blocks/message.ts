/** What the message functions return: blocks for the eye, one full text for notifications and screen readers. */
import type { types } from '@slack/bolt'
import type { Colour } from './colour.ts'

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
