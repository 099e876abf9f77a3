/** What people see and press in these scenarios, in words. */
import { blocksOf } from 'slack-simulator/attachments'
import type { PersonDriver } from 'slack-simulator/driver'
import { elementsIn } from 'slack-simulator/elements-in'
import { messagesIn } from 'slack-simulator/find'
import { namesIn, textOf } from 'slack-simulator/text'
import type { PersonView, Place, SeenMessage, View } from 'slack-simulator/view'
import { ORDERS } from '../support/workspace.ts'

export type Words = string | RegExp
export type Read = { readonly message: SeenMessage; readonly text: string }

const PATIENCE_MS = 20_000

function says(text: string, words: readonly Words[]): boolean {
  return words.every((one) => (typeof one === 'string' ? text.includes(one) : one.test(text)))
}

/** Every message this person sees there, newest first, replies included. */
export function readAll(view: PersonView, channel: string): Read[] {
  return messagesIn(view, channel).map(({ message }) => ({ message, text: textOf(message, namesIn(view)) }))
}

/** Waits for a message there that says all of this. */
export function reads(person: PersonDriver, channel: string, ...words: Words[]): Promise<Read> {
  return waits(person, channel, words, () => true)
}

/** Waits for an answer that nobody else sees. */
export function isTold(person: PersonDriver, channel: string, ...words: Words[]): Promise<Read> {
  return waits(person, channel, words, (message) => message.ephemeral)
}

function waits(
  person: PersonDriver,
  channel: string,
  words: readonly Words[],
  wanted: (message: SeenMessage) => boolean,
): Promise<Read> {
  return person.see(
    (view) => readAll(view, channel).find(({ message, text }) => wanted(message) && says(text, words)),
    { what: `a message in ${channel} that says ${words.join(' and ')}`, within: PATIENCE_MS },
  )
}

/** Waits for a dialog that says all of this. */
export function readsDialog(person: PersonDriver, ...words: Words[]): Promise<string> {
  return inView(person, (view) => view.modals.at(-1), words, 'a dialog')
}

export function readsHome(person: PersonDriver, ...words: Words[]): Promise<string> {
  return inView(person, (view) => view.home, words, 'a Home')
}

function inView(
  person: PersonDriver,
  which: (view: PersonView) => View | null | undefined,
  words: readonly Words[],
  what: string,
): Promise<string> {
  return person.see(
    (view) => {
      const one = which(view)
      const text = one ? textOf(one, namesIn(view)) : undefined
      return text !== undefined && says(text, words) ? text : undefined
    },
    { what: `${what} that says ${words.join(' and ')}`, within: PATIENCE_MS },
  )
}

export type Spot = { readonly place: Place; readonly block: string; readonly action: string }

/** A button by the label that a screen reader would read, which names what it is about. */
export function spotOf(view: PersonView, where: string, label: RegExp): Spot | undefined {
  for (const { place, blocks } of placesIn(view, where))
    for (const { block, element } of elementsIn(blocks))
      if (label.test(String(element.accessibility_label ?? '')))
        return { place, block: String(block.block_id), action: String(element.action_id) }
  return undefined
}

function placesIn(view: PersonView, where: string): { place: Place; blocks: View['blocks'] }[] {
  if (where === 'home')
    return view.home ? [{ place: { kind: 'view', view_id: view.home.id }, blocks: view.home.blocks }] : []
  return messagesIn(view, where).map(({ channel, message }) => ({
    place: { kind: 'message', channel, ts: message.ts },
    blocks: blocksOf(message),
  }))
}

/** Waits until the button is there, and does not press it yet. */
export function finds(person: PersonDriver, where: string, label: RegExp): Promise<Spot> {
  return person.see((view) => spotOf(view, where, label), {
    what: `a button in ${where} labelled ${label}`,
    within: PATIENCE_MS,
  })
}

export async function presses(person: PersonDriver, { place, block, action }: Spot): Promise<void> {
  const outcome = await person.press(place, block, action)
  if (!outcome.ok) throw new Error(`the press came to nothing: ${outcome.error}`)
}

/** Presses what is on the screen at this very moment. */
export function pressesNow(person: PersonDriver, where: string, label: RegExp): Promise<void> {
  const spot = spotOf(person.view(), where, label)
  if (!spot) throw new Error(`there is no button labelled ${label} in ${where}`)
  return presses(person, spot)
}

export async function pressesLabelled(person: PersonDriver, where: string, label: RegExp): Promise<void> {
  await presses(person, await finds(person, where, label))
}

/** Types `/elevate …` and reads the private answer to it. */
export async function types(person: PersonDriver, text: string, channel = ORDERS): Promise<string> {
  const before = new Set(readAll(person.view(), channel).map(({ message }) => message.ts))
  await person.command(text, { channel })
  const answer = await person.see(
    (view) => readAll(view, channel).find(({ message }) => message.ephemeral && !before.has(message.ts)),
    { what: `an answer to “${text.slice(0, 80)}”`, within: PATIENCE_MS },
  )
  return answer.text
}

/** Asks in one line; the number of the request. */
export async function asks(person: PersonDriver, text: string): Promise<number> {
  const answer = await types(person, text)
  const number = /\bR-(\d+)/.exec(answer)?.[1]
  if (!number) throw new Error(`“${text}” was not taken: ${answer}`)
  return Number(number)
}
