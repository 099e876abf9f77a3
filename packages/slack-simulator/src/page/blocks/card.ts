import { Fragment, createElement as h, type ReactNode } from 'react'
import { type Json, record, records, word } from '../../json.ts'
import type { Spot } from '../scene.ts'
import { plainText, textObject } from '../text/mrkdwn.ts'
import { richText } from '../text/rich-text.ts'
import { picture } from './basic.ts'
import { control } from './control.ts'

export function card(spot: Spot, block: Json): ReactNode {
  const wiring = { spot, blockId: word(block.block_id), fills: false }
  const line = (name: string): ReactNode =>
    block[name] ? h('div', { className: `card-${name}` }, textObject(spot.scene, block[name])) : null
  const buttons = records(block.actions).map((element) => control(wiring, element))
  const hero = block.hero_image
  return h(
    'div',
    { className: 'card' },
    hero ? h('div', { className: 'card-hero' }, `🖼 ${word(record(hero).alt_text)}`) : null,
    h(
      'div',
      { className: 'card-head' },
      block.icon ? picture(block.icon) : null,
      h('div', null, line('title'), line('subtitle')),
    ),
    line('body'),
    line('subtext'),
    buttons.length > 0 ? h('div', { className: 'row' }, ...buttons) : null,
  )
}

export function carousel(spot: Spot, block: Json): ReactNode {
  const cards = records(block.elements).map((element) =>
    card(spot, { ...element, block_id: element.block_id ?? block.block_id }),
  )
  return h('div', { className: 'carousel', role: 'group', 'aria-label': 'Cards', tabIndex: 0 }, ...cards)
}

/** A box around other blocks that can be made to fold. */
export function container(
  spot: Spot,
  block: Json,
  draw: (spot: Spot, block: Json, index: number) => ReactNode,
): ReactNode {
  const children = records(block.child_blocks).map((child, index) => draw(spot, child, index))
  const head = h(
    Fragment,
    null,
    block.icon ? picture(block.icon) : null,
    h(
      'span',
      { className: 'container-title' },
      block.rich_text_title ? richText(spot.scene, record(block.rich_text_title)) : plainText(block.title),
    ),
    block.subtitle ? h('span', { className: 'quiet' }, plainText(block.subtitle)) : null,
  )
  const body = h('div', { className: 'container-body' }, ...children)
  const width = word(block.width).replaceAll(/[^a-z]/g, '') || 'standard'
  const className = `container ${width}${block.has_header_divider === true ? ' divided' : ''}`
  if (block.is_collapsible !== true) {
    return h('div', { className }, h('div', { className: 'container-head' }, head), body)
  }
  const open = block.default_collapsed !== true
  return h('details', { className, open }, h('summary', { className: 'container-head' }, head), body)
}
