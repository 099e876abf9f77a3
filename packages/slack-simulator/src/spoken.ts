import { isObject, type Json } from './block-rules/rule.ts'
import { unescapeControl } from './escape.ts'

export type Say = { readonly nameOf: (id: string) => string | undefined }

/** mrkdwn as Slack would show it, without colours: mentions by name, links by label, dates by their fallback. */
export function tidyMrkdwn(text: string, say: Say): string {
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

export function richTextOf(block: Json, say: Say): string {
  return parts(block.elements)
    .flatMap((part) => partLines(part, say))
    .join('\n')
}

function partLines(part: Json, say: Say): string[] {
  if (part.type === 'rich_text_list') {
    return parts(part.elements).map((item, at) => {
      const mark = part.style === 'ordered' ? `${at + 1}.` : '•'
      return `${'  '.repeat(Number(part.indent ?? 0))}${mark} ${inlineText(item, say)}`
    })
  }
  const text = inlineText(part, say)
  return part.type === 'rich_text_quote' ? text.split('\n').map((line) => `> ${line}`) : [text]
}

function inlineText(part: Json, say: Say): string {
  return parts(part.elements)
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

function parts(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
