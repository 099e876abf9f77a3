import { blocksOf } from '../attachments.ts'
import { optionsOf } from '../block-rules/element-rules.ts'
import { elementsIn, type Found } from '../block-rules/elements-in.ts'
import { keptValues, putValue, valueKey } from '../input-values.ts'
import { isObject, type Json } from '../json.ts'
import { inMessage, interaction, inView } from '../payloads.ts'
import type { Platform } from '../platform.ts'
import type { Act, ActResult, Block, Place } from '../view.ts'
import type { OpenView } from '../views.ts'
import type { Channel, Message, Person, Values } from '../workspace.ts'
import { deliverInteraction, OK, refused } from './outcome.ts'
import { isVisibleTo } from './person-view.ts'

/** Where a person's finger is: a message or a view that this person can see now. */
type Spot =
  | { readonly view: OpenView; readonly blocks: readonly Block[]; readonly values: Values }
  | {
      readonly channel: Channel
      readonly message: Message
      readonly blocks: readonly Block[]
      readonly values: Values
    }

export function spotOf(platform: Platform, person: Person, where: Place): Spot | undefined {
  if (where.kind === 'view') {
    const view = platform.views.find(where.view_id)
    if (!view || view.userId !== person.id) return undefined
    return { view, blocks: view.blocks, values: view.values }
  }
  const channel = platform.workspace.channels.get(where.channel)
  const message = channel && platform.workspace.message(channel, where.ts)
  if (!channel?.members.has(person.id) || !message || !isVisibleTo(message, person.id)) return undefined
  const blocks = blocksOf(message)
  const values = keptValues(blocks, message.values.get(person.id) ?? {})
  message.values.set(person.id, values)
  return { channel, message, blocks, values }
}

export function elementOf(spot: Spot, blockId: string, actionId: string): Found | undefined {
  return elementsIn(spot.blocks).find(
    ({ block, element }) => block.block_id === blockId && element.action_id === actionId,
  )
}

/** Puts a value into an input without telling the app. */
export function fill(platform: Platform, person: Person, act: Extract<Act, { kind: 'fill' }>): ActResult {
  const spot = spotOf(platform, person, act.where)
  const found = spot && elementOf(spot, act.block_id, act.action_id)
  if (!spot || !found) return refused('not_found')
  const fault = put(spot, found, act.value)
  if (fault) return fault
  if ('view' in spot) delete spot.view.errors[act.block_id]
  platform.workspace.touch()
  return OK
}

function put(spot: Spot, found: Found, value: Json): ActResult | undefined {
  try {
    putValue(spot.values, found, value)
    return undefined
  } catch (error) {
    return refused(`invalid_value: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Presses a button or makes a choice: the app gets `block_actions`. */
export async function press(
  platform: Platform,
  person: Person,
  act: Extract<Act, { kind: 'press' }>,
): Promise<ActResult> {
  const spot = spotOf(platform, person, act.where)
  const found = spot && elementOf(spot, act.block_id, act.action_id)
  if (!spot || !found) return refused('not_found')
  if ('view' in spot && spot.view.busy) return refused('view_busy')
  const type = String(found.element.type)
  if (act.chosen && valueKey(type) !== undefined) {
    const fault = put(spot, found, act.chosen)
    if (fault) return fault
    platform.workspace.touch()
  }
  const offMenu = type === 'overflow' && !isOnMenu(found.element, act.chosen)
  if (offMenu) return refused('invalid_value: that is not on the menu')
  // An input keeps what was chosen to itself until the view is submitted, unless the app asked to hear of it.
  if (found.role === 'input' && found.block.dispatch_action !== true) return OK
  return deliverInteraction(platform, person, spokenName(found), {
    ...interaction(platform, 'block_actions', person),
    ...around(platform, person, spot, found),
    trigger_id: platform.triggers.issue(
      person.id,
      'view' in spot && spot.view.type === 'modal' ? spot.view.id : undefined,
    ),
    actions: [action(platform, found, act.chosen)],
  })
}

function isOnMenu(element: Json, chosen: Json | undefined): boolean {
  const option = chosen?.selected_option
  return isObject(option) && optionsOf(element).some((one) => one.value === option.value)
}

export function around(platform: Platform, person: Person, spot: Spot, found: Found): Json {
  if ('view' in spot) return inView(platform, spot.view)
  return inMessage(platform, person, spot.channel, spot.message, found.block)
}

function action(platform: Platform, found: Found, chosen: Json | undefined): Json {
  const { element, block } = found
  const carried = ['text', 'value', 'url', 'style', 'placeholder', 'confirm'].filter(
    (key) => element[key] !== undefined && (element.type === 'button' || key !== 'value'),
  )
  return {
    type: element.type,
    action_id: element.action_id,
    block_id: block.block_id,
    ...Object.fromEntries(carried.map((key) => [key, element[key]])),
    ...chosen,
    action_ts: platform.workspace.clock.ts(),
  }
}

function spokenName({ element }: Found): string {
  const text = (element.text as { text?: string } | undefined)?.text
  return text === undefined ? `The ${String(element.type)}` : `The button "${text}"`
}
