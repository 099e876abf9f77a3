// @ts-check
import { confirmed } from './confirm.js'
import { act, desk, draw } from './desk.js'
import { openMenu } from './menu.js'
import { openPicker } from './picker.js'
import { elementOf, keep, wireOf } from './wiring.js'

/** @typedef {import('./wiring.js').Wire} Wire */
/** @typedef {{ [key: string]: any }} Json */

/** Listens for presses and choices on everything an app can put into a message or view. */
export function listenForPresses() {
  document.addEventListener('click', (event) => {
    const wire = wireOf(event.target)
    if (!wire || wire.control.hasAttribute('data-waiting')) return
    if (wire.type === 'overflow') openOverflow(wire)
    else if (wire.type.endsWith('_select')) openPicker(wire, (chosen) => change(wire, chosen))
    else if (wire.control.matches('button')) pressButton(wire)
  })
  document.addEventListener('change', (event) => {
    const wire = wireOf(event.target)
    if (wire && (wire.type === 'checkboxes' || wire.type === 'radio_buttons')) change(wire, ticked(wire))
  })
}

/** @param {Wire} wire */
async function pressButton(wire) {
  const { url } = wire.control.dataset
  if (!(await confirmed(wire.control))) return
  if (url) window.open(url, '_blank', 'noopener,noreferrer')
  const chosen = wire.type === 'feedback_buttons' ? { value: wire.control.dataset.value } : undefined
  await press(wire, chosen)
}

/**
 * Presses, and shows that it waits until the app has answered.
 *
 * @param {Wire} wire
 * @param {Json} [chosen]
 */
export async function press(wire, chosen) {
  wire.control.setAttribute('data-waiting', 'yes')
  wire.control.classList.add('waiting')
  const { block_id, action_id, place } = wire
  try {
    return await act({ kind: 'press', where: place, block_id, action_id, ...(chosen ? { chosen } : {}) })
  } finally {
    wire.control.removeAttribute('data-waiting')
    wire.control.classList.remove('waiting')
  }
}

/** @param {Wire} wire */
function openOverflow(wire) {
  /** @type {Json[]} */
  const options = elementOf(wire).options ?? []
  const entries = options.map((option) => ({
    words: option.text?.text ?? '',
    note: option.description?.text ?? '',
    choose: async () => {
      if (!(await confirmed(wire.control))) return
      if (/^https?:\/\//i.test(option.url ?? '')) window.open(option.url, '_blank', 'noopener,noreferrer')
      await press(wire, { selected_option: option })
    },
  }))
  openMenu(wire.control, 'More actions', entries)
}

/**
 * @param {Wire} wire
 * @returns {Json}
 */
function ticked(wire) {
  /** @type {Json[]} */
  const options = elementOf(wire).options ?? []
  /** @type {NodeListOf<HTMLInputElement>} */
  const boxes = wire.control.querySelectorAll('input:checked')
  const selected = [...boxes].map((box) => options[Number(box.dataset.option)])
  return wire.type === 'checkboxes' ? { selected_options: selected } : { selected_option: selected[0] }
}

/**
 * Something was chosen: the app is told immediately, or with the form it belongs to.
 *
 * @param {Wire} wire
 * @param {Json} value
 */
export async function change(wire, value) {
  if (!wire.fills && !(await confirmed(wire.control))) {
    await draw()
    return
  }
  wire.control.setAttribute('data-touched', 'yes')
  keep(wire, value)
  const { block_id, action_id, place } = wire
  try {
    if (wire.fills) await act({ kind: 'fill', where: place, block_id, action_id, value })
    else await press(wire, value)
  } finally {
    wire.control.removeAttribute('data-touched')
    if (wire.place.kind === 'message' && desk.view) await draw()
  }
}
