import type { Json } from '../json.ts'
import {
  choiceOption,
  confirm,
  conversationFilter,
  dispatchActionConfig,
  menuOption,
  optionGroup,
  overflowOption,
  plainText,
} from './object-rules.ts'
import {
  also,
  anything,
  boolean,
  byType,
  type Fields,
  integer,
  list,
  object,
  oneOf,
  optional,
  type Rule,
  string,
} from './rule.ts'

/** Block elements: everything a person can press, choose from or type into. */

const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/
const NUMBER = /^-?\d+(\.\d+)?$/

const actionId = optional(string({ min: 1, max: 255 }))
const label = optional(string({ min: 1, max: 75 }))
const style = optional(oneOf('primary', 'danger'))
const ids = optional(list(string({ min: 1 }), 1, 100))

function element(type: string, fields: Fields, ...rules: readonly Rule[]): Rule {
  return object({ type: oneOf(type), action_id: actionId, ...fields }, ...rules)
}

const confirmable: Fields = { confirm: optional(confirm) }
const focusable: Fields = { focus_on_load: optional(boolean) }
const placeholding: Fields = { placeholder: optional(plainText(150)) }
const dispatching: Fields = { dispatch_action_config: optional(dispatchActionConfig) }
const menu: Fields = { ...confirmable, ...focusable, ...placeholding }
const field: Fields = { ...dispatching, ...focusable, ...placeholding }
const several: Fields = { max_selected_items: optional(integer(1, 100)) }

const optionsOrGroups: Rule = also(
  (value) => (value.options === undefined) !== (value.option_groups === undefined),
  'must provide exactly one of options or option_groups',
)

const distinctValues: Rule = also((value) => {
  const values = optionsOf(value).map((one) => one.value)
  return new Set(values).size === values.length
}, 'options must have distinct values')

/** Slack refuses a preset choice that is not exactly one of the options. */
const initialIsAnOption: Rule = also((value) => {
  const chosen = [value.initial_option ?? [], value.initial_options ?? []].flat()
  const known = new Set(optionsOf(value).map((one) => JSON.stringify(one)))
  return chosen.every((one) => known.has(JSON.stringify(one)))
}, 'initial option must match one of the options')

export function optionsOf(value: Json): Json[] {
  if (Array.isArray(value.options)) return value.options as Json[]
  if (!Array.isArray(value.option_groups)) return []
  return value.option_groups.flatMap((group: Json) => (Array.isArray(group?.options) ? group.options : []))
}

const menuOptions: Fields = {
  options: optional(list(menuOption, 1, 100)),
  option_groups: optional(list(optionGroup, 1, 100)),
}

const minNotAboveMax = (min: string, max: string): Rule =>
  also((value) => {
    const low = value[min]
    const high = value[max]
    return low === undefined || high === undefined || Number(low) <= Number(high)
  }, `${min} must not be greater than ${max}`)

const feedbackButton = object({
  text: plainText(75),
  value: string({ min: 1, max: 2000 }),
  accessibility_label: label,
})

export const button = element('button', {
  ...confirmable,
  text: plainText(75),
  value: optional(string({ max: 2000 })),
  url: optional(string({ min: 1, max: 3000 })),
  style,
  accessibility_label: label,
})

const elements: Record<string, Rule> = {
  button,
  workflow_button: element('workflow_button', {
    ...confirmable,
    text: plainText(75),
    workflow: anything,
    style,
    accessibility_label: label,
  }),
  overflow: element('overflow', { ...confirmable, options: list(overflowOption, 1, 5) }, distinctValues),
  checkboxes: element(
    'checkboxes',
    {
      ...confirmable,
      ...focusable,
      options: list(choiceOption, 1, 10),
      initial_options: optional(list(choiceOption, 1, 10)),
    },
    distinctValues,
    initialIsAnOption,
  ),
  radio_buttons: element(
    'radio_buttons',
    {
      ...confirmable,
      ...focusable,
      options: list(choiceOption, 1, 10),
      initial_option: optional(choiceOption),
    },
    distinctValues,
    initialIsAnOption,
  ),
  static_select: element(
    'static_select',
    { ...menu, ...menuOptions, initial_option: optional(menuOption) },
    optionsOrGroups,
    distinctValues,
    initialIsAnOption,
  ),
  multi_static_select: element(
    'multi_static_select',
    { ...menu, ...several, ...menuOptions, initial_options: optional(list(menuOption, 1, 100)) },
    optionsOrGroups,
    distinctValues,
    initialIsAnOption,
  ),
  external_select: element('external_select', {
    ...menu,
    min_query_length: optional(integer(0, 100)),
    initial_option: optional(menuOption),
  }),
  multi_external_select: element('multi_external_select', {
    ...menu,
    ...several,
    min_query_length: optional(integer(0, 100)),
    initial_options: optional(list(menuOption, 1, 100)),
  }),
  users_select: element('users_select', { ...menu, initial_user: optional(string({ min: 1 })) }),
  multi_users_select: element('multi_users_select', { ...menu, ...several, initial_users: ids }),
  conversations_select: element('conversations_select', {
    ...menu,
    initial_conversation: optional(string({ min: 1 })),
    default_to_current_conversation: optional(boolean),
    response_url_enabled: optional(boolean),
    filter: optional(conversationFilter),
  }),
  multi_conversations_select: element('multi_conversations_select', {
    ...menu,
    ...several,
    initial_conversations: ids,
    default_to_current_conversation: optional(boolean),
    filter: optional(conversationFilter),
  }),
  channels_select: element('channels_select', {
    ...menu,
    initial_channel: optional(string({ min: 1 })),
    response_url_enabled: optional(boolean),
  }),
  multi_channels_select: element('multi_channels_select', { ...menu, ...several, initial_channels: ids }),
  datepicker: element('datepicker', { ...menu, initial_date: optional(string({ pattern: DATE })) }),
  timepicker: element('timepicker', {
    ...menu,
    initial_time: optional(string({ pattern: TIME })),
    timezone: optional(string({ min: 1 })),
  }),
  datetimepicker: element('datetimepicker', {
    ...confirmable,
    ...focusable,
    initial_date_time: optional(integer(1_000_000_000, 9_999_999_999)),
  }),
  plain_text_input: element(
    'plain_text_input',
    {
      ...field,
      initial_value: optional(string({ max: 3000 })),
      multiline: optional(boolean),
      min_length: optional(integer(0, 3000)),
      max_length: optional(integer(1, 3000)),
    },
    minNotAboveMax('min_length', 'max_length'),
  ),
  number_input: element(
    'number_input',
    {
      ...field,
      is_decimal_allowed: boolean,
      initial_value: optional(string({ pattern: NUMBER })),
      min_value: optional(string({ pattern: NUMBER })),
      max_value: optional(string({ pattern: NUMBER })),
    },
    minNotAboveMax('min_value', 'max_value'),
  ),
  email_text_input: element('email_text_input', { ...field, initial_value: optional(string()) }),
  url_text_input: element('url_text_input', { ...field, initial_value: optional(string()) }),
  rich_text_input: element('rich_text_input', {
    ...field,
    initial_value: optional(anything),
    min_lines: optional(integer(1, 100)),
    max_lines: optional(integer(1, 100)),
  }),
  file_input: element('file_input', {
    filetypes: optional(list(string({ min: 1 }), 1, 100)),
    max_files: optional(integer(1, 10)),
  }),
  feedback_buttons: element('feedback_buttons', {
    positive_button: feedbackButton,
    negative_button: feedbackButton,
  }),
  icon_button: element('icon_button', {
    ...confirmable,
    icon: oneOf('trash'),
    text: plainText(75),
    accessibility_label: label,
    value: optional(string({ max: 2000 })),
    visible_to_user_ids: ids,
  }),
}

const MENUS = [
  ...['static', 'external', 'users', 'conversations', 'channels'].flatMap((kind) => [
    `${kind}_select`,
    `multi_${kind}_select`,
  ]),
]
const CHOICES = ['checkboxes', 'radio_buttons', 'datepicker', 'timepicker']
const TYPED = ['plain_text_input', 'number_input', 'email_text_input', 'url_text_input', 'rich_text_input']

function only(types: readonly string[], more: Record<string, Rule> = {}): Rule {
  const known = Object.entries(elements).filter(([type]) => types.includes(type))
  return byType({ ...Object.fromEntries(known), ...more })
}

export const actionsElement = only([
  'button',
  'workflow_button',
  'overflow',
  'datetimepicker',
  'rich_text_input',
  ...MENUS,
  ...CHOICES,
])

export const accessoryElement = (image: Rule): Rule =>
  only(['button', 'workflow_button', 'overflow', ...MENUS, ...CHOICES], { image })

export const inputElement = only([...TYPED, 'datetimepicker', 'file_input', ...MENUS, ...CHOICES])

export const contextAction = only(['feedback_buttons', 'icon_button'])
