/** The few block shapes that every message is made of. */
import { clamp } from '../../core/access/reason.ts'
import { asManyAsFit, type Block, type Button, MAX, type Message, type RichPart, sizeOf } from './message.ts'
import { between, type RichText, say, together, toMrkdwn, toRich, toText } from './rich-text.ts'

/** UTF-16 units, which is what Slack counts, without cutting a letter in two. */
function within(text: string, max: number): string {
  let short = clamp(text, max)
  for (let points = max; short.length > max; points--) short = clamp(text, points - 1)
  return short || ' '
}

const words = (text: string, max: number) =>
  ({ type: 'plain_text', text: within(text.replace(/\s+/g, ' '), max), emoji: false }) as const

const marked = (line: RichText, max: number) =>
  ({ type: 'mrkdwn', text: toMrkdwn(line, max) || ' ', verbatim: true }) as const

export function header(text: string): Block {
  return { type: 'header', text: words(text, MAX.header) }
}

export function section(line: RichText, accessory?: Button): Block {
  return { type: 'section', text: marked(line, MAX.section), ...(accessory ? { accessory } : {}) }
}

/** Label and value in two columns; a row without a value is left out. */
export function fields(rows: readonly (readonly [label: string, value: RichText])[]): Block {
  const full = rows.filter(([, value]) => value.length > 0).slice(0, 10)
  return {
    type: 'section',
    fields: full.map(([label, value]) => ({
      type: 'mrkdwn',
      text: `*${label}*\n${toMrkdwn(value, MAX.field - label.length - 3)}`,
      verbatim: true,
    })),
  }
}

export function context(...lines: readonly RichText[]): Block {
  const full = lines.filter((line) => line.length > 0)
  return { type: 'context', elements: full.slice(0, 10).map((line) => marked(line, MAX.context)) }
}

export function actions(...elements: readonly Button[]): Block {
  return { type: 'actions', elements: [...elements] }
}

export const divider: Block = { type: 'divider' }

/** Prose in which nothing is parsed. */
export function paragraph(line: RichText): RichPart {
  return { type: 'rich_text_section', elements: toRich(line) }
}

/** As many sentences from the front as a list of `maxChars` characters of JSON holds. */
export function linesThatFit(
  lines: readonly RichText[],
  maxChars: number,
  maxLines: number,
): readonly RichText[] {
  return lines.slice(0, asManyAsFit(lines.map(paragraph), maxChars, maxLines).length)
}

export function bullets(lines: readonly RichText[]): RichPart {
  return {
    type: 'rich_text_list',
    style: 'bullet',
    elements: lines.map((line) => ({ type: 'rich_text_section', elements: toRich(line) })),
  }
}

/** What somebody typed, or a target said: literal, clamped, never parsed. */
export function quote(typed: string, max: number = MAX.quote): RichPart {
  return {
    type: 'rich_text_quote',
    elements: [{ type: 'text', text: within(typed, max) }],
  }
}

/** A note on its own, where there is one. */
export function quoted(note: string | undefined): Block[] {
  return note ? [rich(quote(note, 1_000))] : []
}

export function rich(...parts: readonly RichPart[]): Block {
  return { type: 'rich_text', elements: [...parts] }
}

export function button(ask: {
  readonly action: string
  readonly text: string
  /** What a screen reader says: the verb and what it is about. */
  readonly label: string
  readonly value: string
  readonly style?: 'primary' | 'danger'
  readonly confirm?: {
    readonly title: string
    readonly text: string
    readonly yes: string
    readonly no: string
    readonly danger?: boolean
  }
}): Button {
  const { confirm } = ask
  return {
    type: 'button',
    action_id: ask.action,
    text: words(ask.text, MAX.button),
    accessibility_label: within(ask.label, MAX.label),
    value: ask.value,
    ...(ask.style ? { style: ask.style } : {}),
    ...(confirm
      ? {
          confirm: {
            title: words(confirm.title, MAX.confirmTitle),
            text: words(confirm.text, MAX.confirmText),
            confirm: words(confirm.yes, 30),
            deny: words(confirm.no, 30),
            style: confirm.danger ? 'danger' : 'primary',
          },
        }
      : {}),
  }
}

/**
 * A message within Slack's limits. What does not fit is dropped from the end, never from the words before it, and
 * the message says so; builders that know what matters less cut earlier and better.
 */
export function message(text: RichText, blocks: readonly (Block | undefined)[]): Message {
  const wanted = blocks.filter((block) => block !== undefined)
  const said = toText(text, MAX.text)
  if (wanted.length <= MAX.blocks && sizeOf(wanted) <= MAX.message) return { text: said, blocks: wanted }
  const more = context(say`This message was too long to be shown whole.`)
  const kept: Block[] = []
  for (const block of wanted.slice(0, MAX.blocks - 1)) {
    if (sizeOf([...kept, block, more]) > MAX.message) break
    kept.push(block)
  }
  return { text: said, blocks: [...kept, more] }
}

/**
 * The same, for blocks of which one part may be shorter: `build` gets how many characters it may have, at first
 * `maxChars`, and less for as long as the whole does not fit. What decides (buttons) is then never what is dropped.
 */
export function messageThatFits(
  text: RichText,
  maxChars: number,
  build: (chars: number) => readonly (Block | undefined)[],
): Message {
  for (let chars = maxChars; chars >= maxChars / 8; chars = Math.floor(chars / 2)) {
    const wanted = build(chars).filter((block) => block !== undefined)
    if (wanted.length <= MAX.blocks && sizeOf(wanted) <= MAX.message) return message(text, wanted)
  }
  return message(text, build(Math.floor(maxChars / 8)))
}

/** A block whose words are in the message's text too; a block alone is for the eye only. */
type Spoken = { readonly block: Block; readonly said: RichText }

export const spokenLine = (said: RichText): Spoken => ({ block: section(said), said })
export const spokenNote = (said: RichText): Spoken => ({ block: context(said), said })
export const spokenPoints = (lines: readonly RichText[]): Spoken => ({
  block: rich(bullets(lines)),
  said: between(lines, ' '),
})

/** A message whose text is what its spoken parts say, in their order. */
export function messageOf(...parts: readonly (Block | Spoken | undefined)[]): Message {
  const shown = parts.map((part) => (part && 'said' in part ? part.block : part))
  return message(together(...parts.map((part) => (part && 'said' in part ? part.said : undefined))), shown)
}

/** One sentence, the same to the eye and to the ear. */
export const sentence = (said: RichText, ...more: readonly (Block | Spoken | undefined)[]): Message =>
  messageOf(spokenLine(said), ...more)

/** One text that may quote what somebody typed, so that nothing in it is parsed. */
export function literal(text: string, ...more: readonly Block[]): Message {
  const short = clamp(text, MAX.quote)
  return message(say`${short}`, [rich(paragraph(say`${short}`)), ...more])
}
