import { clamp } from '../../core/access/reason.ts'
import { context, paragraph, rich, section } from './layout.ts'
import { MAX, sizeOf } from './limits.ts'
import type { Block, Message } from './message.ts'
import { toText } from './render.ts'
import { type RichText, say } from './rich-text.ts'

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

/** One sentence, the same to the eye and to the ear. */
export function sentence(line: RichText, ...more: readonly Block[]): Message {
  return message(line, [section(line), ...more])
}

/** One text that may quote what somebody typed, so that nothing in it is parsed. */
export function literal(text: string, ...more: readonly Block[]): Message {
  const short = clamp(text, MAX.quote)
  return message(say`${short}`, [rich(paragraph(say`${short}`)), ...more])
}
