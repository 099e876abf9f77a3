import { blocksOf } from '../attachments.ts'
import { elementsIn, type Found } from '../block-rules/elements-in.ts'
import { isObject, type Json } from '../json.ts'
import type { Block, PersonView, Place, SeenMessage, View } from '../view.ts'

/** Finds things as a person does: by the words on a button or next to an input. */

export type Words = string | RegExp

/** Narrows where to look: in one conversation, or on one surface. */
export type Where = {
  /** A channel's id or name, or `dm` for the one with the app. */
  readonly channel?: string
  readonly where?: 'modal' | 'home' | 'message'
}

export type Sighting = { readonly place: Place; readonly found: Found }

export function matches(text: string, words: Words): boolean {
  return typeof words === 'string' ? text === words : words.test(text)
}

/** An open modal covers the rest; otherwise the latest message with such a button, otherwise Home. */
export function findButton(view: PersonView, words: Words, where: Where = {}): Sighting | undefined {
  const wanted = ({ element }: Found) => isButton(element) && saysAny(element, words)
  return findIn(view, wanted, where)
}

export function findInput(view: PersonView, words: Words, where: Where = {}): Sighting | undefined {
  const wanted = (found: Found) => isInput(found.element) && isCalled(found, words)
  return findIn(view, wanted, where)
}

/** Places in the order in which a person would look at them. */
function findIn(view: PersonView, wanted: (found: Found) => boolean, where: Where): Sighting | undefined {
  for (const { place, blocks } of placesOf(view, where)) {
    const found = elementsIn(blocks).find(wanted)
    if (found) return { place, found }
  }
  return undefined
}

function placesOf(view: PersonView, where: Where): { place: Place; blocks: readonly Block[] }[] {
  const ofView = (one: View | null | undefined) =>
    one ? [{ place: { kind: 'view', view_id: one.id } as Place, blocks: one.blocks }] : []
  if (where.where === 'home') return ofView(view.home)
  const top = view.modals.at(-1)
  if (where.where === 'modal') return ofView(top)
  if (top && where.where === undefined && where.channel === undefined) return ofView(top)
  const inMessages = messagesIn(view, where.channel).map(({ channel, message }) => ({
    place: { kind: 'message', channel, ts: message.ts } as Place,
    blocks: blocksOf(message),
  }))
  const alone = where.where === 'message' || where.channel !== undefined
  return alone ? inMessages : [...inMessages, ...ofView(view.home)]
}

/** Newest first, replies included. */
export function messagesIn(view: PersonView, channel?: string): { channel: string; message: SeenMessage }[] {
  return view.channels
    .filter((one) => channel === undefined || isChannel(one, channel))
    .flatMap((one) =>
      one.messages.flatMap((message) =>
        [message, ...message.replies].map((each) => ({ channel: one.id, message: each })),
      ),
    )
    .sort((one, other) => (one.message.ts < other.message.ts ? 1 : -1))
}

export function isChannel(channel: PersonView['channels'][number], named: string): boolean {
  if (named === 'dm') return channel.kind === 'im'
  return channel.id === named || (channel.kind !== 'im' && channel.name === named.replace(/^#/, ''))
}

function isButton(element: Json): boolean {
  return ['button', 'workflow_button', 'icon_button'].includes(String(element.type))
}

function isInput(element: Json): boolean {
  return !isButton(element) && element.type !== 'feedback_buttons'
}

function saysAny(element: Json, words: Words): boolean {
  return matches(wordsOf(element.text), words) || element.action_id === words
}

function isCalled({ block, element }: Found, words: Words): boolean {
  if (typeof words === 'string' && (block.block_id === words || element.action_id === words)) return true
  const names = [block.label, block.text, element.placeholder].map(wordsOf).filter((name) => name !== '')
  return names.some((name) => matches(name, words))
}

export function wordsOf(value: unknown): string {
  return isObject(value) ? String(value.text ?? '') : ''
}
