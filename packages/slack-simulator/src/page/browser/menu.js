// @ts-check
import { closeLayer, make, openLayer, step } from './layer.js'

/**
 * @typedef {object} Entry
 * @property {string} words
 * @property {string} [note]
 * @property {HTMLElement} [sign]
 * @property {boolean} [current]
 * @property {(event: MouseEvent) => void} choose
 */

/**
 * Opens a menu at a button.
 *
 * @param {HTMLElement} anchor
 * @param {string} title
 * @param {Entry[]} entries
 * @param {{ above?: boolean }} [options]
 */
export function openMenu(anchor, title, entries, options = {}) {
  const items = entries.map((entry) => {
    const words = make('span', { class: 'menu-words' }, make('span', {}, entry.words))
    if (entry.note) words.append(make('small', {}, entry.note))
    const item = make('button', { type: 'button', role: 'menuitem', class: 'menu-item', tabindex: '-1' })
    if (entry.sign) item.append(entry.sign)
    item.append(words)
    if (entry.current) item.append(make('span', { class: 'menu-current', 'aria-label': 'current' }, '✓'))
    item.addEventListener('click', (event) => {
      closeLayer()
      anchor.focus()
      entry.choose(event)
    })
    return item
  })
  const box = make('div', { role: 'menu', 'aria-label': title, class: 'menu' })
  box.append(make('div', { class: 'menu-title', role: 'presentation' }, title), ...items)
  if (items.length === 0) box.append(make('div', { class: 'menu-none' }, 'Nothing here'))
  box.addEventListener('keydown', (event) => {
    const next = step(event, items, items.indexOf(/** @type {HTMLElement} */ (document.activeElement)))
    if (event.key === 'Tab') closeLayer()
    if (next === undefined) return
    event.preventDefault()
    items[next]?.focus()
  })
  openLayer(anchor, box, options)
  const first = items[entries.findIndex((entry) => entry.current)] ?? items[0]
  first?.focus()
}
