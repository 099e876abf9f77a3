import {
  also,
  boolean,
  byType,
  type Fields,
  list,
  object,
  oneOf,
  optional,
  type Rule,
  string,
} from './rule.ts'

/** Composition objects: texts, options, confirmation dialogs. */

const literal = (type: string): Rule => oneOf(type)

export function plainText(max: number, min = 1): Rule {
  return byType({
    plain_text: object({ type: literal('plain_text'), text: string({ min, max }), emoji: optional(boolean) }),
  })
}

export function anyText(max: number, min = 1): Rule {
  return byType({
    plain_text: object({ type: literal('plain_text'), text: string({ min, max }), emoji: optional(boolean) }),
    mrkdwn: object({ type: literal('mrkdwn'), text: string({ min, max }), verbatim: optional(boolean) }),
  })
}

export const confirm = object({
  title: optional(plainText(100)),
  text: anyText(300),
  confirm: optional(plainText(30)),
  deny: optional(plainText(30)),
  style: optional(oneOf('primary', 'danger')),
})

/** Slack's pages say 75 and 150 for an option's value; this is the larger, so both kinds of app run. */
const OPTION_VALUE = 150

const option = (text: Rule, more: Fields = {}): Rule =>
  object({
    text,
    value: string({ min: 1, max: OPTION_VALUE }),
    description: optional(anyText(75)),
    ...more,
  })

export const menuOption = option(plainText(75))
export const overflowOption = option(plainText(75), { url: optional(string({ min: 1, max: 3000 })) })
export const choiceOption = option(anyText(75))

export const optionGroup = object({ label: plainText(75), options: list(menuOption, 1, 100) })

export const dispatchActionConfig = object({
  trigger_actions_on: optional(list(oneOf('on_enter_pressed', 'on_character_entered'), 1, 2)),
})

export const conversationFilter = object(
  {
    include: optional(list(oneOf('im', 'mpim', 'private', 'public'), 1, 4)),
    exclude_external_shared_channels: optional(boolean),
    exclude_bot_users: optional(boolean),
  },
  also((filter) => Object.keys(filter).length > 0, 'must provide at least one filter'),
)

const slackFile = object(
  { id: optional(string({ min: 1 })), url: optional(string({ min: 1, max: 3000 })) },
  also(
    (file) => (file.id === undefined) !== (file.url === undefined),
    'must provide exactly one of id or url',
  ),
)

/** What an image block and an image element have in common. */
export const imageFields: Fields = {
  type: oneOf('image'),
  image_url: optional(string({ min: 1, max: 3000 })),
  slack_file: optional(slackFile),
  alt_text: string({ min: 1, max: 2000 }),
}

export const oneImage: Rule = also(
  (image) => (image.image_url === undefined) !== (image.slack_file === undefined),
  'must provide exactly one of image_url or slack_file',
)

export const imageElement = object({ ...imageFields }, oneImage)
