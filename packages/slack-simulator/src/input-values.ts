import { optionsOf } from './block-rules/element-rules.ts'
import { elementsIn, type Found } from './block-rules/elements-in.ts'
import type { Ids } from './clock.ts'
import type { Json } from './json.ts'
import type { Block } from './view.ts'
import type { Values } from './workspace.ts'

/** For each element that keeps a value: where Slack puts it in `state.values`, and where the app presets it. */
const STATEFUL: Record<string, { readonly key: string; readonly initial?: string; readonly many?: boolean }> =
  {
    plain_text_input: { key: 'value', initial: 'initial_value' },
    number_input: { key: 'value', initial: 'initial_value' },
    email_text_input: { key: 'value', initial: 'initial_value' },
    url_text_input: { key: 'value', initial: 'initial_value' },
    rich_text_input: { key: 'rich_text_value', initial: 'initial_value' },
    static_select: { key: 'selected_option', initial: 'initial_option' },
    external_select: { key: 'selected_option', initial: 'initial_option' },
    radio_buttons: { key: 'selected_option', initial: 'initial_option' },
    users_select: { key: 'selected_user', initial: 'initial_user' },
    conversations_select: { key: 'selected_conversation', initial: 'initial_conversation' },
    channels_select: { key: 'selected_channel', initial: 'initial_channel' },
    datepicker: { key: 'selected_date', initial: 'initial_date' },
    timepicker: { key: 'selected_time', initial: 'initial_time' },
    datetimepicker: { key: 'selected_date_time', initial: 'initial_date_time' },
    checkboxes: { key: 'selected_options', initial: 'initial_options', many: true },
    multi_static_select: { key: 'selected_options', initial: 'initial_options', many: true },
    multi_external_select: { key: 'selected_options', initial: 'initial_options', many: true },
    multi_users_select: { key: 'selected_users', initial: 'initial_users', many: true },
    multi_conversations_select: {
      key: 'selected_conversations',
      initial: 'initial_conversations',
      many: true,
    },
    multi_channels_select: { key: 'selected_channels', initial: 'initial_channels', many: true },
    file_input: { key: 'files', many: true },
  }

/** The name under which this kind of element carries its value; undefined for buttons and menus without memory. */
export function valueKey(type: string): string | undefined {
  return STATEFUL[type]?.key
}

/** Slack names the blocks and elements that the app left unnamed. */
export function identified(blocks: readonly Block[], ids: Ids): Block[] {
  const copy = structuredClone(blocks) as (Block & { block_id?: string })[]
  const name = (block: Json) => {
    block.block_id ??= `b${ids.count('block')}`
    for (const key of ['child_blocks', 'elements']) {
      const inner = block[key]
      const nests = block.type === 'container' || block.type === 'carousel'
      if (nests && Array.isArray(inner)) inner.forEach(name)
    }
  }
  copy.forEach(name)
  for (const { element } of elementsIn(copy)) element.action_id ??= `a${ids.count('action')}`
  return copy
}

export function initialValues(blocks: readonly Block[]): Values {
  return keptValues(blocks, {})
}

/** Values for these blocks, with what a person had already put in before the app changed the view. */
export function keptValues(blocks: readonly Block[], before: Values): Values {
  const values: Values = {}
  for (const { block, element } of elementsIn(blocks)) {
    const shape = STATEFUL[String(element.type)]
    if (!shape) continue
    const blockId = String(block.block_id)
    const actionId = String(element.action_id)
    const kept = before[blockId]?.[actionId] as Json | undefined
    const empty = shape.many ? [] : null
    const preset = shape.initial ? element[shape.initial] : undefined
    values[blockId] ??= {}
    values[blockId][actionId] =
      kept && kept.type === element.type && !vanished(kept, element)
        ? kept
        : { type: element.type, [shape.key]: preset ?? empty }
  }
  return values
}

/** A chosen option that the app has since taken off the menu is not chosen any more. */
function vanished(kept: Json, element: Json): boolean {
  const options = optionsOf(element)
  if (options.length === 0) return false
  const known = new Set(options.map((option) => option.value))
  const chosen = [kept.selected_option ?? [], kept.selected_options ?? []].flat() as Json[]
  return chosen.some((option) => !known.has(option.value))
}

/** Puts a value in. Throws when a person could not have done it in Slack. */
export function putValue(values: Values, found: Found, given: Json): void {
  const { block, element } = found
  const type = String(element.type)
  const shape = STATEFUL[type]
  if (!shape) throw new Error(`a ${type} keeps no value`)
  const keys = Object.keys(given).filter((key) => key !== 'type')
  if (keys.length !== 1 || keys[0] !== shape.key) {
    throw new Error(`a ${type} takes {${shape.key}}, not {${keys.join(', ')}}`)
  }
  const options = optionsOf(element)
  if (options.length > 0) {
    const known = new Set(options.map((option) => option.value))
    for (const chosen of [given[shape.key] ?? []].flat() as Json[]) {
      if (!known.has(chosen.value)) throw new Error(`${String(chosen.value)} is not on the menu`)
    }
  }
  const typed = given[shape.key] === '' ? null : given[shape.key]
  const blockId = String(block.block_id)
  values[blockId] ??= {}
  values[blockId][String(element.action_id)] = { type, [shape.key]: typed ?? (shape.many ? [] : null) }
}

/** What Slack itself says under an input before the app ever sees the submission. */
export function faultsBeforeSubmit(blocks: readonly Block[], values: Values): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const { block, element, role } of elementsIn(blocks)) {
    if (role !== 'input') continue
    const blockId = String(block.block_id)
    const state = values[blockId]?.[String(element.action_id)] as Json | undefined
    const value = state?.[STATEFUL[String(element.type)]?.key ?? 'value']
    const fault = isEmpty(value)
      ? block.optional === true
        ? undefined
        : 'Please complete this required field.'
      : faultIn(value, element)
    if (fault) faults[blockId] = fault
  }
  return faults
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function faultIn(value: unknown, element: Json): string | undefined {
  if (element.type === 'plain_text_input') {
    const { length } = String(value)
    const min = Number(element.min_length ?? 0)
    const max = Number(element.max_length ?? 3000)
    if (length < min) return `Must be at least ${min} characters.`
    if (length > max) return `Must be no more than ${max} characters.`
  }
  if (element.type === 'number_input') {
    const amount = Number(value)
    if (!Number.isFinite(amount)) return 'Please enter a number.'
    if (element.is_decimal_allowed !== true && !Number.isInteger(amount))
      return 'Please enter a whole number.'
    if (amount < Number(element.min_value ?? -Infinity)) return `Must be at least ${element.min_value}.`
    if (amount > Number(element.max_value ?? Infinity)) return `Must be no more than ${element.max_value}.`
  }
  if (element.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(String(value))) {
    return 'Please enter an email address.'
  }
  if (element.type === 'url_text_input' && !URL.canParse(String(value))) return 'Please enter a URL.'
  return undefined
}
