import { createElement as h, type ReactNode } from 'react'
import { type Json, label, record, records, word } from '../../json.ts'
import { idOf, type Spot } from '../scene.ts'
import { plainText, textObject } from '../text/mrkdwn.ts'
import { entry, isEntry } from './entry.ts'
import { chosen, current, kindOfSelect, nameOfChosen, type Wiring, wires } from './wiring.ts'

/** Draws any interactive element, with the words of its confirm dialog waiting beside it. */
export function control(wiring: Wiring, element: Json): ReactNode {
  const drawn = drawControl(wiring, element)
  const key = `${idOf(wiring.spot, wiring.blockId, word(element.action_id))}-control`
  const confirm = element.confirm
  return h(
    'div',
    { className: `control control-${word(element.type)}`, 'data-key': key },
    drawn,
    confirm ? confirmText(wiring.spot, record(confirm)) : null,
  )
}

function confirmText(spot: Spot, confirm: Json): ReactNode {
  const properties = {
    hidden: true,
    'data-confirm': 'yes',
    'data-title': label(confirm.title),
    'data-yes': label(confirm.confirm) || 'Yes',
    'data-no': label(confirm.deny) || 'Cancel',
    'data-style': word(confirm.style) || 'primary',
  }
  return h('div', properties, textObject(spot.scene, confirm.text))
}

function drawControl(wiring: Wiring, element: Json): ReactNode {
  const type = word(element.type)
  if (isEntry(type)) return entry(wiring, element)
  if (type === 'overflow') return overflow(wiring, element)
  if (type === 'checkboxes' || type === 'radio_buttons') return ticks(wiring, element)
  if (type.endsWith('_select')) return select(wiring, element)
  if (type === 'image') return h('span', { className: 'image-note' }, word(element.alt_text))
  if (type === 'feedback_buttons') {
    const sides = [record(element.positive_button), record(element.negative_button)]
    return h('div', { className: 'row' }, ...sides.map((side) => button(wiring, { ...element, ...side })))
  }
  return button(wiring, element)
}

function button(wiring: Wiring, element: Json): ReactNode {
  const words = element.type === 'icon_button' ? 'Delete' : plainText(element.text)
  const style = word(element.style)
  const properties = {
    ...wires(wiring, element),
    className: `button${style === 'primary' || style === 'danger' ? ` ${style}` : ''}`,
    'data-url': /^https?:\/\//i.test(word(element.url)) ? word(element.url) : undefined,
    'data-value': word(element.value) || undefined,
    'aria-label': word(element.accessibility_label) || undefined,
  }
  return h('button', { ...properties, type: 'button' }, words)
}

function overflow(wiring: Wiring, element: Json): ReactNode {
  const properties = {
    ...wires(wiring, element),
    className: 'button overflow',
    'aria-haspopup': 'menu' as const,
    'aria-expanded': false,
    'aria-label': 'More actions',
  }
  return h('button', { ...properties, type: 'button' }, h('span', { 'aria-hidden': true }, '⋯'))
}

function ticks(wiring: Wiring, element: Json): ReactNode {
  const radio = element.type === 'radio_buttons'
  const now = current(wiring.spot, wiring.blockId, element)
  const selected = radio ? [record(now.selected_option)] : records(now.selected_options)
  const name = idOf(wiring.spot, wiring.blockId, word(element.action_id))
  const rows = records(element.options).map((option, index) => {
    const id = `${name}-${index}`
    const box = {
      type: radio ? 'radio' : 'checkbox',
      id,
      name,
      value: word(option.value),
      'data-option': String(index),
      defaultChecked: selected.some((one) => one.value === option.value),
    }
    const description = option.description
    return h(
      'div',
      { className: 'tick' },
      h('input', box),
      h(
        'label',
        { htmlFor: id },
        h('span', { className: 'tick-text' }, textObject(wiring.spot.scene, option.text)),
        description
          ? h('span', { className: 'tick-description' }, textObject(wiring.spot.scene, description))
          : null,
      ),
    )
  })
  return h(
    'div',
    { ...wires(wiring, element), className: 'ticks', role: radio ? 'radiogroup' : 'group' },
    ...rows,
  )
}

function select(wiring: Wiring, element: Json): ReactNode {
  const type = word(element.type)
  const picked = chosen(current(wiring.spot, wiring.blockId, element), type)
  const names = picked.map((one) =>
    kindOfSelect(type) === 'option' ? plainText(record(one).text) : nameOfChosen(wiring.spot, word(one)),
  )
  const placeholder =
    label(element.placeholder) || (type.startsWith('multi_') ? 'Select options' : 'Select an item')
  const many = type.startsWith('multi_')
  const id = `${idOf(wiring.spot, wiring.blockId, word(element.action_id))}-now`
  const properties = {
    ...wires(wiring, element),
    role: 'combobox',
    className: `select${many ? ' many' : ''}`,
    'aria-haspopup': 'listbox' as const,
    'aria-expanded': false,
    'aria-controls': 'picker',
    'aria-labelledby': [wiring.labelledBy, id].filter(Boolean).join(' '),
  }
  const shown =
    names.length === 0
      ? h('span', { className: 'placeholder', id }, placeholder)
      : many
        ? h(
            'span',
            { className: 'chips', id },
            ...names.map((name) => h('span', { className: 'chip' }, name)),
          )
        : h('span', { className: 'picked', id }, names[0])
  const arrow = h('span', { className: 'arrow', 'aria-hidden': true })
  return h('button', { ...properties, type: 'button' }, shown, arrow)
}
