// @ts-check
import { part } from './desk.js'

/** @type {(() => void) | undefined} */
let closeOpen

/** Closes whatever menu is open. */
export function closeLayer() {
  closeOpen?.()
}

export function layerIsOpen() {
  return closeOpen !== undefined
}

/**
 * Shows a box next to the control it belongs to. It goes away on Escape, on a press elsewhere, and when the
 * page scrolls or changes its size.
 *
 * @param {HTMLElement} anchor
 * @param {HTMLElement} box
 * @param {{ above?: boolean, wide?: boolean, focusBack?: boolean }} [options]
 * @returns {() => void} puts the box into its place again after its size has changed
 */
export function openLayer(anchor, box, options = {}) {
  closeLayer()
  box.classList.add('layer')
  part('layers').append(box)
  anchor.setAttribute('aria-expanded', 'true')
  place(anchor, box, options)
  /** @param {Event} event */
  const outside = (event) => {
    const target = /** @type {Node} */ (event.target)
    if (!box.contains(target) && !anchor.contains(target)) closeLayer()
  }
  /** @param {KeyboardEvent} event */
  const onEscape = (event) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    event.preventDefault()
    closeLayer()
    if (options.focusBack !== false) anchor.focus()
  }
  closeOpen = () => {
    closeOpen = undefined
    box.remove()
    anchor.setAttribute('aria-expanded', 'false')
    document.removeEventListener('pointerdown', outside, true)
    document.removeEventListener('keydown', onEscape, true)
    window.removeEventListener('resize', closeLayer)
  }
  document.addEventListener('pointerdown', outside, true)
  document.addEventListener('keydown', onEscape, true)
  window.addEventListener('resize', closeLayer)
  return () => place(anchor, box, options)
}

/**
 * @param {HTMLElement} anchor
 * @param {HTMLElement} box
 * @param {{ above?: boolean, wide?: boolean }} options
 */
function place(anchor, box, { above = false, wide = false }) {
  const edge = anchor.getBoundingClientRect()
  if (wide) box.style.minWidth = `${edge.width}px`
  const { width, height } = box.getBoundingClientRect()
  const left = Math.max(8, Math.min(edge.left, window.innerWidth - width - 8))
  const below = edge.bottom + 4
  const over = edge.top - height - 4
  const fits = below + height <= window.innerHeight - 8
  const top =
    (above && over >= 8) || (!fits && over >= 8) ? over : Math.min(below, window.innerHeight - height - 8)
  box.style.left = `${left}px`
  box.style.top = `${Math.max(8, top)}px`
}

/**
 * Makes an element with attributes and children.
 *
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/**
 * Moves within a list with the arrow keys.
 *
 * @param {KeyboardEvent} event
 * @param {HTMLElement[]} items
 * @param {number} active
 * @returns {number | undefined} the new active item, or undefined for other keys
 */
export function step({ key }, items, active) {
  if (items.length === 0) return undefined
  if (key === 'ArrowDown') return (active + 1) % items.length
  if (key === 'ArrowUp') return (active - 1 + items.length) % items.length
  if (key === 'Home') return 0
  return key === 'End' ? items.length - 1 : undefined
}
