// @ts-check
import { desk } from './desk.js'

/** @typedef {import('../../view.ts').Place} Place */
/** @typedef {{ [key: string]: any }} Json */

/**
 * Which element of which message or view a control in the page is.
 *
 * @typedef {object} Wire
 * @property {HTMLElement} control
 * @property {Place} place
 * @property {string} placeKey
 * @property {string} block_id
 * @property {string} action_id
 * @property {string} type
 * @property {boolean} fills
 */

/**
 * @param {EventTarget | null} target
 * @returns {Wire | undefined}
 */
export function wireOf(target) {
  const control = target instanceof Element ? target.closest('[data-action]') : null
  if (!(control instanceof HTMLElement)) return undefined
  const {
    place: placeKey = '',
    block: block_id = '',
    action: action_id = '',
    type = '',
    fills,
  } = control.dataset
  return { control, place: placeOf(placeKey), placeKey, block_id, action_id, type, fills: fills === 'yes' }
}

/**
 * @param {string} key
 * @returns {Place}
 */
function placeOf(key) {
  const [kind, first = '', ts = ''] = key.split(':')
  return kind === 'view' ? { kind: 'view', view_id: first } : { kind: 'message', channel: first, ts }
}

/**
 * The element as the app sent it.
 *
 * @param {Wire} wire
 * @returns {Json}
 */
export function elementOf(wire) {
  return find(blocksOf(wire.place), wire.block_id, wire.action_id) ?? {}
}

/** @param {Place} place */
function blocksOf(place) {
  const { view } = desk
  if (!view) return []
  if (place.kind === 'view') {
    return (
      [...view.modals, ...(view.home ? [view.home] : [])].find((one) => one.id === place.view_id)?.blocks ??
      []
    )
  }
  const messages = view.channels.find((one) => one.id === place.channel)?.messages ?? []
  const all = messages.flatMap((message) => [message, ...message.replies])
  return all.find((message) => message.ts === place.ts)?.blocks ?? []
}

/**
 * @param {unknown} node
 * @param {string} block
 * @param {string} action
 * @param {string} inside
 * @returns {Json | undefined}
 */
function find(node, block, action, inside = '') {
  if (typeof node !== 'object' || node === null) return undefined
  const object = /** @type {Json} */ (node)
  const here = typeof object.block_id === 'string' ? object.block_id : inside
  if (here === block && object.action_id === action) return object
  for (const child of Object.values(object)) {
    const found = find(child, block, action, here)
    if (found) return found
  }
  return undefined
}

/**
 * What was put in before, in the shape of `state.values`.
 *
 * @param {Wire} wire
 * @returns {Json}
 */
export function storedIn(wire) {
  const { view } = desk
  if (wire.place.kind === 'message') {
    return /** @type {Json} */ (desk.looking.values[wire.placeKey]?.[wire.block_id]?.[wire.action_id] ?? {})
  }
  const id = wire.place.view_id
  const home = view?.home?.id === id ? view.home : undefined
  const open = view?.modals.find((one) => one.id === id) ?? home
  return /** @type {Json} */ (open?.state.values[wire.block_id]?.[wire.action_id] ?? {})
}

/**
 * Keeps what was put into an element of a message, of which Slack keeps the state by itself.
 *
 * @param {Wire} wire
 * @param {Json} value
 */
export function keep(wire, value) {
  if (wire.place.kind !== 'message') return
  const place = desk.looking.values[wire.placeKey] ?? {}
  const block = { ...place[wire.block_id], [wire.action_id]: { type: wire.type, ...value } }
  desk.looking.values = { ...desk.looking.values, [wire.placeKey]: { ...place, [wire.block_id]: block } }
}
