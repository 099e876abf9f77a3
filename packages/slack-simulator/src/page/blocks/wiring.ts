import { type Json, list, record, word } from '../../json.ts'
import { idOf, nameOf, placeKey, type Spot } from '../scene.ts'

/** How a control sits in its block: alone in an input block it has a label, and is put in, not pressed. */
export type Wiring = {
  readonly spot: Spot
  readonly blockId: string
  /** Ids of the label and of the hint or error, inside an input block. */
  readonly labelledBy?: string
  readonly describedBy?: string
  readonly invalid?: boolean
  /** True in an input block without `dispatch_action`: a change fills, and tells the app nothing. */
  readonly fills: boolean
}

/** The attributes by which the page's script knows what was pressed. */
export function wires(wiring: Wiring, element: Json): Record<string, string | boolean | undefined> {
  return {
    'data-key': idOf(wiring.spot, wiring.blockId, word(element.action_id)),
    'data-place': placeKey(wiring.spot.place),
    'data-block': wiring.blockId,
    'data-action': word(element.action_id),
    'data-type': word(element.type),
    'data-fills': wiring.fills ? 'yes' : 'no',
    'data-focus': element.focus_on_load === true ? 'yes' : undefined,
    'aria-labelledby': wiring.labelledBy,
    'aria-describedby': wiring.describedBy,
    'aria-invalid': wiring.invalid ? true : undefined,
  }
}

/** The present value of an element: what the person entered, otherwise the initial value from the app. */
export function current(spot: Spot, blockId: string, element: Json): Json {
  const stored = spot.values[blockId]?.[word(element.action_id)]
  if (stored !== undefined) return record(stored)
  return {
    value: element.initial_value,
    selected_option: element.initial_option,
    selected_options: element.initial_options,
    selected_user: element.initial_user,
    selected_users: element.initial_users,
    selected_channel: element.initial_channel,
    selected_channels: element.initial_channels,
    selected_conversation: element.initial_conversation,
    selected_conversations: element.initial_conversations,
    selected_date: element.initial_date,
    selected_time: element.initial_time,
    selected_date_time: element.initial_date_time,
    rich_text_value: element.initial_value,
  }
}

/** What a select menu offers: its own options, people, channels or conversations. */
export function kindOfSelect(type: string): 'option' | 'user' | 'channel' | 'conversation' {
  if (type.includes('users')) return 'user'
  if (type.includes('channels')) return 'channel'
  return type.includes('conversations') ? 'conversation' : 'option'
}

/** What is chosen in a select menu, as a list with one entry at most where only one can be chosen. */
export function chosen(now: Json, type: string): readonly unknown[] {
  const field = `selected_${kindOfSelect(type)}`
  if (type.startsWith('multi_')) return list(now[`${field}s`])
  const one = now[field]
  return one === undefined || one === null || one === '' ? [] : [one]
}

/** The name of one chosen person, channel or conversation. */
export function nameOfChosen(spot: Spot, id: string): string {
  const channel = spot.scene.view.channels.find((one) => one.id === id)
  if (!channel) return nameOf(spot.scene, id)
  return channel.kind === 'im' ? nameOf(spot.scene, channel.with ?? '') : `#${channel.name}`
}
