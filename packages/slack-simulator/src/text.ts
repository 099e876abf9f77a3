import { unescapeControl } from './escape.ts'
import { isObject, type Json } from './json.ts'
import type { Block, SeenMessage, View } from './view.ts'

/** Turns an id into a name, for reading aloud. */
export type NameOf = (id: string) => string | undefined

/**
 * What a message, a view or blocks say, as plain text: one line for each thing, `[Button]` for what can be pressed,
 * `Label: value` for what can be filled in.
 */
export function textOf(
  what: SeenMessage | View | readonly Block[],
  nameOf: NameOf = () => undefined,
): string {
  const say: Say = { nameOf }
  if (Array.isArray(what)) return lines(what, say, {})
  if ('state' in what) return viewText(what, say)
  const message = what as SeenMessage
  const own = message.blocks.length > 0 ? lines(message.blocks, say, {}) : tidyMrkdwn(message.text, say)
  const below = (message.attachments ?? []).map((one) => lines(one.blocks, say, {}))
  return [own, ...below].filter((part) => part !== '').join('\n')
}

function viewText(view: View, say: Say): string {
  const title = view.title ? [`# ${unescapeControl(view.title.text)}`] : []
  const errors = Object.entries(view.errors).map(([block, error]) => `! ${block}: ${error}`)
  const buttons = [view.close, view.submit].flatMap((one) => (one ? [`[${one.text}]`] : []))
  return [...title, lines(view.blocks, say, view.state.values), ...errors, buttons.join(' ')]
    .filter((line) => line !== '')
    .join('\n')
}

type Say = { readonly nameOf: NameOf }

type Values = View['state']['values']

function lines(blocks: readonly Block[], say: Say, values: Values): string {
  return blocks
    .flatMap((block) => blockLines(block, say, values))
    .filter((line) => line !== '')
    .join('\n')
}

type Draw = (block: Block, say: Say, values: Values) => string[]

const draw: Record<string, Draw> = {
  divider: () => ['---'],
  header: (block, say) => [`# ${textObject(block.text, say)}`],
  alert: (block, say) => [`(${String(block.level ?? 'default')}) ${textObject(block.text, say)}`],
  markdown: (block) => [String(block.text)],
  section: (block, say, values) => [
    textObject(block.text, say),
    ...list(block.fields).map((field) => textObject(field, say)),
    ...list(block.accessory).map((one) => elementText(one, say, values, block)),
  ],
  context: (block, say) => [
    list(block.elements)
      .map((one) => (one.type === 'image' ? imageText(one) : textObject(one, say)))
      .join(' '),
  ],
  actions: (block, say, values) => [
    list(block.elements)
      .map((one) => elementText(one, say, values, block))
      .join(' '),
  ],
  context_actions: (block, say, values) => draw.actions?.(block, say, values) ?? [],
  input: (block, say, values) => {
    const value = list(block.element).map((one) => elementText(one, say, values, block))
    const hint = block.hint ? [`  (${textObject(block.hint, say)})`] : []
    return [`${textObject(block.label, say)}: ${value.join(' ')}`, ...hint]
  },
  image: (block, say) => [textObject(block.title, say), imageText(block)],
  rich_text: (block, say) => [richTextOf(block, say)],
  container: (block, say, values) => [
    textObject(block.title ?? block.rich_text_title, say),
    textObject(block.subtitle, say),
    lines(list(block.child_blocks) as Block[], say, values),
  ],
  card: (block, say, values) => [
    ...['title', 'subtitle', 'body', 'subtext'].map((key) => textObject(block[key], say)),
    list(block.actions)
      .map((one) => elementText(one, say, values, block))
      .join(' '),
  ],
  carousel: (block, say, values) => [lines(list(block.elements) as Block[], say, values)],
  table: (block, say) => rows(block, say),
  data_table: (block, say) => [String(block.caption), ...rows(block, say)],
  data_visualization: (block) => [`(chart: ${String(block.title)})`, ...chartLines(block.chart)],
  plan: (block, say, values) => [String(block.title), lines(list(block.tasks) as Block[], say, values)],
  task_card: (block, say) => [
    `(${String(block.status)}) ${String(block.title)}`,
    textObject(block.details, say),
    textObject(block.output, say),
  ],
  video: (block, say) => [`(video: ${textObject(block.title, say)})`],
}

function blockLines(block: Block, say: Say, values: Values): string[] {
  return draw[block.type]?.(block, say, values) ?? [`(${block.type})`]
}

function textObject(value: unknown, say: Say): string {
  if (!isObject(value)) return ''
  if (value.type === 'rich_text') return richTextOf(value, say)
  const text = String(value.text ?? '')
  return value.type === 'mrkdwn' ? tidyMrkdwn(text, say) : unescapeControl(text)
}

function rows(block: Block, say: Say): string[] {
  return (Array.isArray(block.rows) ? block.rows : []).map((row: unknown) =>
    list(row)
      .map((cell) => textObject(cell, say))
      .join(' | '),
  )
}

function chartLines(chart: unknown): string[] {
  if (!isObject(chart)) return []
  const point = (one: Json) => `${String(one.label)} ${String(one.value)}`
  if (Array.isArray(chart.segments)) return [list(chart.segments).map(point).join(', ')]
  return list(chart.series).map((one) => `${String(one.name)}: ${list(one.data).map(point).join(', ')}`)
}

function imageText(image: Json): string {
  return `(image: ${String(image.alt_text)})`
}

function elementText(element: Json, say: Say, values: Values, block: Block): string {
  if (element.type === 'image') return imageText(element)
  if (['button', 'workflow_button', 'icon_button'].includes(String(element.type))) {
    return `[${textObject(element.text, say)}]`
  }
  if (element.type === 'overflow') {
    return `[… ${list(element.options)
      .map((one) => textObject(one.text, say))
      .join(' / ')}]`
  }
  if (element.type === 'feedback_buttons') {
    return [element.positive_button, element.negative_button]
      .map((one) => `[${textObject((one as Json | undefined)?.text, say)}]`)
      .join(' ')
  }
  const value = valueText(values[String(block.block_id)]?.[String(element.action_id)], say)
  return `<${value === '' ? textObject(element.placeholder, say) : value}>`
}

/** What was chosen or typed, whatever kind of input it is. */
function valueText(state: unknown, say: Say): string {
  if (!isObject(state)) return ''
  const { type: _type, ...rest } = state
  const value = Object.values(rest)[0]
  const one = (part: unknown): string => {
    if (part === null || part === undefined) return ''
    if (!isObject(part)) return say.nameOf(String(part)) ?? String(part)
    return part.type === 'rich_text' ? richTextOf(part, say) : textObject(part.text, say)
  }
  return Array.isArray(value) ? value.map(one).join(', ') : one(value)
}

/** Objects in a list, or the one object that stands in place of a list. */
function list(value: unknown): Json[] {
  if (isObject(value)) return [value]
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** mrkdwn as Slack would show it, without colours: mentions by name, links by label, dates by their fallback. */
function tidyMrkdwn(text: string, say: Say): string {
  return unescapeControl(
    text
      .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
      .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_whole, id: string) => `@${say.nameOf(id) ?? id}`)
      .replace(
        /<#([A-Z0-9]+)(?:\|([^>]*))?>/g,
        (_whole, id: string, name?: string) => `#${say.nameOf(id) ?? name ?? id}`,
      )
      .replace(/<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g, (_whole, id: string) => `@${say.nameOf(id) ?? id}`)
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, '@$1')
      .replace(/<([^|>@#!][^|>]*)\|([^>]*)>/g, '$2 ($1)')
      .replace(/<((?:https?|mailto):[^|>]*)>/g, '$1'),
  )
}

function richTextOf(block: Json, say: Say): string {
  return list(block.elements)
    .flatMap((part) => partLines(part, say))
    .join('\n')
}

function partLines(part: Json, say: Say): string[] {
  if (part.type === 'rich_text_list') {
    return list(part.elements).map((item, at) => {
      const mark = part.style === 'ordered' ? `${at + 1}.` : '•'
      return `${'  '.repeat(Number(part.indent ?? 0))}${mark} ${inlineText(item, say)}`
    })
  }
  const text = inlineText(part, say)
  return part.type === 'rich_text_quote' ? text.split('\n').map((line) => `> ${line}`) : [text]
}

function inlineText(part: Json, say: Say): string {
  return list(part.elements)
    .map((one) => inline[String(one.type)]?.(one, say) ?? '')
    .join('')
}

const inline: Record<string, (one: Json, say: Say) => string> = {
  text: (one) => String(one.text),
  link: (one) => (one.text ? `${String(one.text)} (${String(one.url)})` : String(one.url)),
  user: (one, say) => `@${say.nameOf(String(one.user_id)) ?? String(one.user_id)}`,
  usergroup: (one, say) => `@${say.nameOf(String(one.usergroup_id)) ?? String(one.usergroup_id)}`,
  channel: (one, say) => `#${say.nameOf(String(one.channel_id)) ?? String(one.channel_id)}`,
  emoji: (one) => `:${String(one.name)}:`,
  date: (one) => String(one.fallback ?? one.timestamp),
  broadcast: (one) => `@${String(one.range)}`,
  color: (one) => String(one.value),
}
