import { createElement as h, type ReactNode } from 'react'
import { type Json, label, quantity, record, records, word } from '../../json.ts'
import { idOf } from '../scene.ts'
import { localMinute } from '../text/dates.ts'
import { current, type Wiring, wires } from './wiring.ts'

const fieldTypes: Readonly<Record<string, string>> = {
  plain_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'text',
  rich_text_input: 'textarea',
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
  file_input: 'file',
}

/** True for elements a person types into. */
export function isEntry(type: string): boolean {
  return type in fieldTypes
}

/** Draws a field to type into, or to pick a date or time in. */
export function entry(wiring: Wiring, element: Json): ReactNode {
  const type = word(element.type)
  const now = current(wiring.spot, wiring.blockId, element)
  const properties = {
    ...wires(wiring, element),
    id: idOf(wiring.spot, wiring.blockId, word(element.action_id)),
    className: 'field',
    placeholder: label(element.placeholder) || undefined,
    'aria-label': wiring.labelledBy ? undefined : label(element.placeholder) || type.replaceAll('_', ' '),
    defaultValue: entered(wiring, type, now),
    autoComplete: 'off',
    spellCheck: false,
    disabled: type === 'file_input',
    'data-enter': dispatchesOn(element, 'on_enter_pressed') ? 'yes' : undefined,
    'data-typing': dispatchesOn(element, 'on_character_entered') ? 'yes' : undefined,
    'data-min': quantity(element.min_length),
    'data-max': quantity(element.max_length),
  }
  if (element.multiline === true || type === 'rich_text_input') {
    return h('textarea', { ...properties, rows: type === 'rich_text_input' ? 4 : 3 })
  }
  return h('input', {
    ...properties,
    type: fieldTypes[type] ?? 'text',
    ...(type === 'number_input'
      ? { inputMode: element.is_decimal_allowed === true ? ('decimal' as const) : ('numeric' as const) }
      : {}),
  })
}

function entered(wiring: Wiring, type: string, now: Json): string {
  if (type === 'datepicker') return word(now.selected_date)
  if (type === 'timepicker') return word(now.selected_time)
  if (type === 'rich_text_input') return flat(record(now.rich_text_value))
  if (type !== 'datetimepicker') return word(now.value)
  const seconds = quantity(now.selected_date_time)
  return seconds === undefined ? '' : localMinute(seconds, wiring.spot.scene.view.me.timezone)
}

/** The characters of a rich text, for a field that shows no marks. */
function flat(node: Json): string {
  const own = word(node.text)
  return (
    own +
    records(node.elements)
      .map(flat)
      .join(node.type === 'rich_text' ? '\n' : '')
  )
}

function dispatchesOn(element: Json, trigger: string): boolean {
  const wanted = record(element.dispatch_action_config).trigger_actions_on
  return Array.isArray(wanted) ? wanted.includes(trigger) : trigger === 'on_enter_pressed'
}
