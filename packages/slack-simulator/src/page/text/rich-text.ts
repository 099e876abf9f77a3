import { Fragment, createElement as h, type ReactNode } from 'react'
import { type Json, quantity, record, records, word } from '../../json.ts'
import type { Scene } from '../scene.ts'
import { emoji } from './emoji.ts'
import { anchor, broadcast, channelMention, groupMention, moment, userMention } from './mention.ts'

/** Draws a rich_text block's elements. */
export function richText(scene: Scene, block: Json): ReactNode {
  return h(Fragment, null, ...records(block.elements).map((element) => part(scene, element)))
}

function part(scene: Scene, element: Json): ReactNode {
  const children = spans(scene, element)
  switch (element.type) {
    case 'rich_text_quote':
      return h('blockquote', null, children)
    case 'rich_text_preformatted':
      return h('pre', null, children)
    case 'rich_text_list':
      return items(scene, element)
    default:
      return h('div', { className: 'rich-section' }, children)
  }
}

function items(scene: Scene, element: Json): ReactNode {
  const ordered = element.style === 'ordered'
  const indent = Math.min(quantity(element.indent) ?? 0, 8)
  const entries = records(element.elements).map((item) => h('li', null, part(scene, item)))
  const properties = {
    className: `rich-list indent-${indent}`,
    ...(ordered ? { start: (quantity(element.offset) ?? 0) + 1 } : {}),
  }
  return h(ordered ? 'ol' : 'ul', properties, ...entries)
}

function spans(scene: Scene, element: Json): ReactNode {
  return h(Fragment, null, ...records(element.elements).map((span) => styled(span, piece(scene, span))))
}

function styled(span: Json, drawn: ReactNode): ReactNode {
  const style = record(span.style)
  let wrapped = drawn
  if (style.code === true) wrapped = h('code', null, wrapped)
  if (style.strike === true) wrapped = h('s', null, wrapped)
  if (style.underline === true) wrapped = h('u', null, wrapped)
  if (style.italic === true) wrapped = h('i', null, wrapped)
  if (style.bold === true) wrapped = h('b', null, wrapped)
  if (style.highlight === true || style.client_highlight === true) wrapped = h('mark', null, wrapped)
  return wrapped
}

function piece(scene: Scene, span: Json): ReactNode {
  switch (span.type) {
    case 'text':
      return word(span.text)
    case 'link':
      return anchor(word(span.url), word(span.text) || word(span.url))
    case 'user':
      return userMention(scene, word(span.user_id))
    case 'usergroup':
      return groupMention(scene, word(span.usergroup_id))
    case 'channel':
      return channelMention(scene, word(span.channel_id))
    case 'broadcast':
      return broadcast(word(span.range))
    case 'emoji':
      return emoji(word(span.name))
    case 'date': {
      const url = word(span.url)
      const format = word(span.format)
      const fallback = word(span.fallback)
      return moment(scene, quantity(span.timestamp) ?? Number.NaN, format, fallback, url || undefined)
    }
    case 'color':
      return h('code', null, word(span.value))
    case 'team':
      return scene.view.team.name
    default:
      return word(span.text)
  }
}
