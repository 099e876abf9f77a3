import { boolean, byType, integer, list, object, oneOf, optional, type Rule, string } from './rule.ts'

/** Rich text, down to the last styled word. What people typed belongs here, because nothing in it is parsed. */

const style = optional(
  object({
    bold: optional(boolean),
    italic: optional(boolean),
    strike: optional(boolean),
    code: optional(boolean),
    underline: optional(boolean),
    highlight: optional(boolean),
    client_highlight: optional(boolean),
    unlink: optional(boolean),
  }),
)

const id = string({ min: 1 })
const url = string({ min: 1, max: 3000 })

const text = object({ type: oneOf('text'), text: string({ min: 1 }), style })
const link = object({
  type: oneOf('link'),
  url,
  text: optional(string()),
  unsafe: optional(boolean),
  style,
})

const inline: Rule = byType({
  text,
  link,
  broadcast: object({ type: oneOf('broadcast'), range: oneOf('here', 'channel', 'everyone'), style }),
  color: object({ type: oneOf('color'), value: string({ min: 1 }), style }),
  channel: object({ type: oneOf('channel'), channel_id: id, style }),
  date: object({
    type: oneOf('date'),
    timestamp: integer(0, 99_999_999_999),
    format: string({ min: 1 }),
    url: optional(url),
    fallback: optional(string()),
    timezone: optional(string()),
    style,
  }),
  emoji: object({
    type: oneOf('emoji'),
    name: string({ min: 1 }),
    unicode: optional(string()),
    url: optional(url),
    style,
  }),
  team: object({ type: oneOf('team'), team_id: id, style }),
  user: object({ type: oneOf('user'), user_id: id, style }),
  usergroup: object({ type: oneOf('usergroup'), usergroup_id: id, style }),
})

const border = optional(oneOf(0, 1))
const ANY_NUMBER = Number.MAX_SAFE_INTEGER

const section = object({ type: oneOf('rich_text_section'), elements: list(inline, 0, ANY_NUMBER) })

const part: Rule = byType({
  rich_text_section: section,
  rich_text_list: object({
    type: oneOf('rich_text_list'),
    style: oneOf('bullet', 'ordered'),
    elements: list(byType({ rich_text_section: section }), 1, ANY_NUMBER),
    indent: optional(integer(0, 8)),
    offset: optional(integer(0, ANY_NUMBER)),
    border,
  }),
  rich_text_quote: object({
    type: oneOf('rich_text_quote'),
    elements: list(inline, 0, ANY_NUMBER),
    border,
  }),
  rich_text_preformatted: object({
    type: oneOf('rich_text_preformatted'),
    elements: list(byType({ text, link }), 0, ANY_NUMBER),
    border,
  }),
})

export const richText: Rule = byType({
  rich_text: object({
    type: oneOf('rich_text'),
    block_id: optional(string({ max: 255 })),
    elements: list(part, 1, ANY_NUMBER),
  }),
})
