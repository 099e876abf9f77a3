import { Fragment, createElement as h, type ReactNode } from 'react'
import { type Json, label, quantity, record, records, word } from '../../json.ts'
import { idOf, type Spot } from '../scene.ts'
import { anchor } from '../text/mention.ts'
import { plainText, textObject } from '../text/mrkdwn.ts'
import { control } from './control.ts'

export function header(_: Spot, block: Json): ReactNode {
  const level = Math.min(Math.max(quantity(block.level) ?? 1, 1), 4)
  return h(`h${level + 2}`, { className: `heading level-${level}` }, plainText(block.text))
}

export function section(spot: Spot, block: Json): ReactNode {
  const text = block.text ? h('div', { className: 'text' }, textObject(spot.scene, block.text)) : null
  const fields = records(block.fields).map((field) =>
    h('div', { className: 'cell' }, textObject(spot.scene, field)),
  )
  const accessory = block.accessory ? record(block.accessory) : undefined
  const wiring = { spot, blockId: word(block.block_id), fills: false }
  return h(
    Fragment,
    null,
    h(
      'div',
      { className: 'section-body' },
      text,
      fields.length > 0 ? h('div', { className: 'cells' }, ...fields) : null,
    ),
    accessory
      ? h(
          'div',
          { className: 'accessory' },
          accessory.type === 'image' ? picture(accessory) : control(wiring, accessory),
        )
      : null,
  )
}

export function context(spot: Spot, block: Json): ReactNode {
  const parts = records(block.elements).map((element) =>
    element.type === 'image'
      ? picture(element)
      : h('span', { className: 'context-text' }, textObject(spot.scene, element)),
  )
  return h(Fragment, null, ...parts)
}

export function actions(spot: Spot, block: Json): ReactNode {
  const wiring = { spot, blockId: word(block.block_id), fills: false }
  return h(Fragment, null, ...records(block.elements).map((element) => control(wiring, element)))
}

/** A label, a control, and what is to be said about it. */
export function input(spot: Spot, block: Json): ReactNode {
  const blockId = word(block.block_id)
  const element = record(block.element)
  const labelId = idOf(spot, blockId, 'label')
  const noteId = idOf(spot, blockId, 'note')
  const error = spot.errors[blockId]
  const hint = label(block.hint)
  const wiring = {
    spot,
    blockId,
    labelledBy: labelId,
    ...(error || hint ? { describedBy: noteId } : {}),
    invalid: Boolean(error),
    fills: block.dispatch_action !== true,
  }
  const target = { id: labelId, htmlFor: idOf(spot, blockId, word(element.action_id)), className: 'label' }
  return h(
    Fragment,
    null,
    h(
      'label',
      target,
      plainText(block.label),
      block.optional === true ? h('span', { className: 'optional' }, ' (optional)') : null,
    ),
    control(wiring, element),
    error ? h('div', { className: 'error', id: noteId, role: 'alert' }, error) : null,
    hint ? h('div', { className: 'hint', ...(error ? {} : { id: noteId }) }, hint) : null,
  )
}

const levels: Readonly<Record<string, string>> = {
  default: 'Note',
  info: 'Information',
  warning: 'Warning',
  error: 'Error',
  success: 'Success',
}

export function alert(spot: Spot, block: Json): ReactNode {
  const level = word(block.level) in levels ? word(block.level) : 'default'
  const sign = { warning: '!', error: '!', success: '✓' }[level] ?? 'i'
  return h(
    'div',
    { className: `alert ${level}`, role: 'note', 'aria-label': levels[level] },
    h('span', { className: 'sign', 'aria-hidden': true }, sign),
    h('div', { className: 'text' }, textObject(spot.scene, block.text)),
  )
}

/** The page loads nothing from outside, so an image is named, not shown. */
export function picture(value: unknown): ReactNode {
  const source = record(value)
  const words = word(source.alt_text) || 'Image'
  return h('span', { className: 'picture', role: 'img', 'aria-label': words, title: words }, '🖼')
}

export function image(_: Spot, block: Json): ReactNode {
  const title = label(block.title)
  return h(
    'figure',
    null,
    title ? h('figcaption', null, title) : null,
    h(
      'div',
      { className: 'image-note', role: 'img', 'aria-label': word(block.alt_text) },
      `🖼 ${word(block.alt_text)}`,
    ),
    anchor(word(block.image_url), 'Open image'),
  )
}

export function video(_: Spot, block: Json): ReactNode {
  return h(
    'figure',
    null,
    h('figcaption', null, anchor(word(block.title_url), plainText(block.title))),
    h(
      'div',
      { className: 'image-note', role: 'img', 'aria-label': word(block.alt_text) },
      '▶ ',
      word(block.alt_text),
    ),
    h('span', { className: 'quiet' }, plainText(block.description)),
  )
}
