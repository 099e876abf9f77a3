import { unescapeControl } from './escape.ts'
import { isObject, type Json } from './json.ts'
import type { Block, PersonView, SeenChannel, SeenMessage, View } from './view.ts'

/** Turns the id of a person, group or channel into a name. */
export type NameOf = (id: string) => string | undefined

/**
 * What a message, a view or blocks nameOf, as plain text: one line for each thing, `[Button]` for what can be pressed,
 * `Label: value` for what can be filled in.
 */
export function textOf(
  what: SeenMessage | View | readonly Block[],
  nameOf: NameOf = () => undefined,
): string {
  if (Array.isArray(what)) return lines(what, nameOf, {})
  if ('state' in what) return viewText(what, nameOf)
  const message = what as SeenMessage
  const own = message.blocks.length > 0 ? lines(message.blocks, nameOf, {}) : tidyMrkdwn(message.text, nameOf)
  const below = (message.attachments ?? []).map((one) => lines(one.blocks, nameOf, {}))
  return [own, ...below].filter((part) => part !== '').join('\n')
}

function viewText(view: View, nameOf: NameOf): string {
  const title = view.title ? [`# ${unescapeControl(view.title.text)}`] : []
  const errors = Object.entries(view.errors).map(([block, error]) => `! ${block}: ${error}`)
  const buttons = [view.close, view.submit].flatMap((one) => (one ? [`[${one.text}]`] : []))
  return [...title, lines(view.blocks, nameOf, view.state.values), ...errors, buttons.join(' ')]
    .filter((line) => line !== '')
    .join('\n')
}

type Values = View['state']['values']

function lines(blocks: readonly Block[], nameOf: NameOf, values: Values): string {
  return blocks
    .flatMap((block) => blockLines(block, nameOf, values))
    .filter((line) => line !== '')
    .join('\n')
}

type Draw = (block: Block, nameOf: NameOf, values: Values) => string[]

const draw: Record<string, Draw> = {
  divider: () => ['---'],
  header: (block, nameOf) => [`# ${textObject(block.text, nameOf)}`],
  alert: (block, nameOf) => [`(${String(block.level ?? 'default')}) ${textObject(block.text, nameOf)}`],
  markdown: (block) => [String(block.text)],
  section: (block, nameOf, values) => [
    textObject(block.text, nameOf),
    ...list(block.fields).map((field) => textObject(field, nameOf)),
    ...list(block.accessory).map((one) => elementText(one, nameOf, values, block)),
  ],
  context: (block, nameOf) => [
    list(block.elements)
      .map((one) => (one.type === 'image' ? imageText(one) : textObject(one, nameOf)))
      .join(' '),
  ],
  actions: (block, nameOf, values) => [
    list(block.elements)
      .map((one) => elementText(one, nameOf, values, block))
      .join(' '),
  ],
  context_actions: (block, nameOf, values) => draw.actions?.(block, nameOf, values) ?? [],
  input: (block, nameOf, values) => {
    const value = list(block.element).map((one) => elementText(one, nameOf, values, block))
    const hint = block.hint ? [`  (${textObject(block.hint, nameOf)})`] : []
    return [`${textObject(block.label, nameOf)}: ${value.join(' ')}`, ...hint]
  },
  image: (block, nameOf) => [textObject(block.title, nameOf), imageText(block)],
  rich_text: (block, nameOf) => [richTextOf(block, nameOf)],
  container: (block, nameOf, values) => [
    textObject(block.title ?? block.rich_text_title, nameOf),
    textObject(block.subtitle, nameOf),
    lines(list(block.child_blocks) as Block[], nameOf, values),
  ],
  card: (block, nameOf, values) => [
    ...['title', 'subtitle', 'body', 'subtext'].map((key) => textObject(block[key], nameOf)),
    list(block.actions)
      .map((one) => elementText(one, nameOf, values, block))
      .join(' '),
  ],
  carousel: (block, nameOf, values) => [lines(list(block.elements) as Block[], nameOf, values)],
  table: (block, nameOf) => rows(block, nameOf),
  data_table: (block, nameOf) => [String(block.caption), ...rows(block, nameOf)],
  data_visualization: (block) => [`(chart: ${String(block.title)})`, ...chartLines(block.chart)],
  plan: (block, nameOf, values) => [String(block.title), lines(list(block.tasks) as Block[], nameOf, values)],
  task_card: (block, nameOf) => [
    `(${String(block.status)}) ${String(block.title)}`,
    textObject(block.details, nameOf),
    textObject(block.output, nameOf),
  ],
  video: (block, nameOf) => [`(video: ${textObject(block.title, nameOf)})`],
}

function blockLines(block: Block, nameOf: NameOf, values: Values): string[] {
  return draw[block.type]?.(block, nameOf, values) ?? [`(${block.type})`]
}

function textObject(value: unknown, nameOf: NameOf): string {
  if (!isObject(value)) return ''
  if (value.type === 'rich_text') return richTextOf(value, nameOf)
  const text = String(value.text ?? '')
  return value.type === 'mrkdwn' ? tidyMrkdwn(text, nameOf) : unescapeControl(text)
}

function rows(block: Block, nameOf: NameOf): string[] {
  return (Array.isArray(block.rows) ? block.rows : []).map((row: unknown) =>
    list(row)
      .map((cell) => textObject(cell, nameOf))
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

function elementText(element: Json, nameOf: NameOf, values: Values, block: Block): string {
  if (element.type === 'image') return imageText(element)
  if (['button', 'workflow_button', 'icon_button'].includes(String(element.type))) {
    return `[${textObject(element.text, nameOf)}]`
  }
  if (element.type === 'overflow') {
    return `[… ${list(element.options)
      .map((one) => textObject(one.text, nameOf))
      .join(' / ')}]`
  }
  if (element.type === 'feedback_buttons') {
    return [element.positive_button, element.negative_button]
      .map((one) => `[${textObject((one as Json | undefined)?.text, nameOf)}]`)
      .join(' ')
  }
  const value = valueText(values[String(block.block_id)]?.[String(element.action_id)], nameOf)
  return `<${value === '' ? textObject(element.placeholder, nameOf) : value}>`
}

/** What was chosen or typed, whatever kind of input it is. */
function valueText(state: unknown, nameOf: NameOf): string {
  if (!isObject(state)) return ''
  const { type: _type, ...rest } = state
  const value = Object.values(rest)[0]
  const one = (part: unknown): string => {
    if (part === null || part === undefined) return ''
    if (!isObject(part)) return nameOf(String(part)) ?? String(part)
    return part.type === 'rich_text' ? richTextOf(part, nameOf) : textObject(part.text, nameOf)
  }
  return Array.isArray(value) ? value.map(one).join(', ') : one(value)
}

/** Objects in a list, or the one object that stands in place of a list. */
function list(value: unknown): Json[] {
  if (isObject(value)) return [value]
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** mrkdwn as Slack would show it, without colours: mentions by name, links by label, dates by their fallback. */
function tidyMrkdwn(text: string, nameOf: NameOf): string {
  return unescapeControl(
    text
      .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
      .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_whole, id: string) => `@${nameOf(id) ?? id}`)
      .replace(
        /<#([A-Z0-9]+)(?:\|([^>]*))?>/g,
        (_whole, id: string, name?: string) => `#${nameOf(id) ?? name ?? id}`,
      )
      .replace(/<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g, (_whole, id: string) => `@${nameOf(id) ?? id}`)
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, '@$1')
      .replace(/<([^|>@#!][^|>]*)\|([^>]*)>/g, '$2 ($1)')
      .replace(/<((?:https?|mailto):[^|>]*)>/g, '$1'),
  )
}

function richTextOf(block: Json, nameOf: NameOf): string {
  return list(block.elements)
    .flatMap((part) => partLines(part, nameOf))
    .join('\n')
}

function partLines(part: Json, nameOf: NameOf): string[] {
  if (part.type === 'rich_text_list') {
    return list(part.elements).map((item, at) => {
      const mark = part.style === 'ordered' ? `${at + 1}.` : '•'
      return `${'  '.repeat(Number(part.indent ?? 0))}${mark} ${inlineText(item, nameOf)}`
    })
  }
  const text = inlineText(part, nameOf)
  return part.type === 'rich_text_quote' ? text.split('\n').map((line) => `> ${line}`) : [text]
}

function inlineText(part: Json, nameOf: NameOf): string {
  return list(part.elements)
    .map((one) => inline[String(one.type)]?.(one, nameOf) ?? '')
    .join('')
}

const inline: Record<string, (one: Json, nameOf: NameOf) => string> = {
  text: (one) => String(one.text),
  link: (one) => (one.text ? `${String(one.text)} (${String(one.url)})` : String(one.url)),
  user: (one, nameOf) => `@${nameOf(String(one.user_id)) ?? String(one.user_id)}`,
  usergroup: (one, nameOf) => `@${nameOf(String(one.usergroup_id)) ?? String(one.usergroup_id)}`,
  channel: (one, nameOf) => `#${nameOf(String(one.channel_id)) ?? String(one.channel_id)}`,
  emoji: (one) => `:${String(one.name)}:`,
  date: (one) => String(one.fallback ?? one.timestamp),
  broadcast: (one) => `@${String(one.range)}`,
  color: (one) => String(one.value),
}

/** How many messages of a channel, and how many notices. */
const LATEST = 5

/** Everything one person sees, as text: what a failing test prints. */
export function describeView(view: PersonView): string {
  const nameOf = namesIn(view)
  const part = (title: string, text: string) => `── ${title}\n${indent(text)}`
  return [
    `${view.me.realName} (${view.me.id}) at version ${view.version}, app ${view.bot.connected ? 'connected' : 'NOT connected'}`,
    ...view.notices.slice(-LATEST).map((notice) => part('Slack says', notice.text)),
    ...view.modals.map((modal) =>
      part(`modal ${modal.id}${modal.busy ? ' (busy)' : ''}`, textOf(modal, nameOf)),
    ),
    ...(view.home ? [part('Home', textOf(view.home, nameOf))] : []),
    ...view.channels
      .filter((channel) => channel.messages.length > 0)
      .map((channel) => part(nameOfChannel(channel, view), messagesText(channel, nameOf))),
  ].join('\n')
}

export function namesIn(view: PersonView): (id: string) => string | undefined {
  const names = new Map<string, string>([
    ...view.people.map((person) => [person.id, person.name] as const),
    ...view.groups.map((group) => [group.id, group.handle] as const),
    ...view.channels.map((channel) => [channel.id, channel.name] as const),
  ])
  return (id) => names.get(id)
}

function nameOfChannel(channel: SeenChannel, view: PersonView): string {
  return channel.kind === 'im' ? `direct message with ${view.bot.name}` : `#${channel.name}`
}

function messagesText(channel: SeenChannel, nameOf: (id: string) => string | undefined): string {
  return channel.messages
    .slice(-LATEST)
    .flatMap((message) => [
      messageText(message, nameOf),
      ...message.replies.map((reply) => indent(messageText(reply, nameOf))),
    ])
    .join('\n')
}

function messageText(message: SeenMessage, nameOf: (id: string) => string | undefined): string {
  const marks = `${message.ephemeral ? ' (only you)' : ''}${message.edited ? ' (edited)' : ''}`
  return `${nameOf(message.user) ?? message.user}${marks}: ${indent(textOf(message, nameOf)).trimStart()}`
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((one) => `   ${one}`)
    .join('\n')
}
