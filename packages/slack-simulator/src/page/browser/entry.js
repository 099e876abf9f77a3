// @ts-check
import { act, desk } from './desk.js'
import { change, press } from './press.js'
import { keep, wireOf } from './wiring.js'

/** @typedef {import('./wiring.js').Wire} Wire */
/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/** What was typed and not yet sent. @type {Map<Field, ReturnType<typeof setTimeout>>} */
const pending = new Map()
/** @type {Set<Promise<unknown>>} */
const sending = new Set()

const patience = 250

/**
 * Listens for typing in the fields of messages and views.
 *
 * @param {(viewId: string) => void} submit
 */
export function listenForEntries(submit) {
  document.addEventListener('input', (event) => {
    const field = fieldOf(event.target)
    if (!field || isPicker(field)) return
    field.setAttribute('data-touched', 'yes')
    clearTimeout(pending.get(field))
    pending.set(
      field,
      setTimeout(() => send(field), patience),
    )
  })
  document.addEventListener('change', (event) => {
    const field = fieldOf(event.target)
    if (!field) return
    if (isPicker(field)) pick(field)
    else if (pending.has(field)) send(field)
  })
  document.addEventListener('keydown', (event) => {
    const field = fieldOf(event.target)
    if (event.key !== 'Enter' || event.isComposing || !(field instanceof HTMLInputElement)) return
    event.preventDefault()
    enter(field, submit)
  })
}

/** Sends what was typed and waits until it has arrived. */
export async function sent() {
  for (const field of [...pending.keys()]) send(field)
  await Promise.all(sending)
}

/**
 * @param {HTMLInputElement} field
 * @param {(viewId: string) => void} submit
 */
async function enter(field, submit) {
  const wire = wireOf(field)
  if (!wire) return
  await sent()
  if (!wire.fills && field.dataset.enter === 'yes') await press(wire, entered(wire, field))
  else if (wire.place.kind === 'view' && field.closest('.modal')) submit(wire.place.view_id)
}

/** @param {Field} field */
function send(field) {
  clearTimeout(pending.get(field))
  pending.delete(field)
  const wire = wireOf(field)
  if (!wire || !field.isConnected) return
  const { block_id, action_id, place } = wire
  const value = entered(wire, field)
  keep(wire, value)
  const told = act({ kind: 'fill', where: place, block_id, action_id, value }).then(() =>
    !wire.fills && field.dataset.typing === 'yes' ? press(wire, value) : undefined,
  )
  sending.add(told)
  told.finally(() => sending.delete(told))
}

/** @param {Field} field */
function pick(field) {
  const wire = wireOf(field)
  if (wire) change(wire, entered(wire, field))
}

/**
 * @param {EventTarget | null} target
 * @returns {Field | undefined}
 */
function fieldOf(target) {
  const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
  return isField && target.dataset.action !== undefined ? target : undefined
}

/** @param {Field} field */
function isPicker(field) {
  return ['date', 'time', 'datetime-local'].includes(field.type)
}

/**
 * The content of a field, in the shape of `state.values`.
 *
 * @param {Wire} wire
 * @param {Field} field
 * @returns {Record<string, unknown>}
 */
function entered(wire, field) {
  const text = field.value === '' ? null : field.value
  if (wire.type === 'datepicker') return { selected_date: text }
  if (wire.type === 'timepicker') return { selected_time: text }
  if (wire.type === 'datetimepicker') return { selected_date_time: text === null ? null : secondsOf(text) }
  if (wire.type !== 'rich_text_input') return { value: text }
  const sections = (text ?? '').split('\n').map((line, index, all) => ({
    type: 'text',
    text: index < all.length - 1 ? `${line}\n` : line,
  }))
  const elements = [{ type: 'rich_text_section', elements: sections.filter((one) => one.text !== '') }]
  return { rich_text_value: text === null ? null : { type: 'rich_text', elements } }
}

/**
 * Seconds since 1970 of a time of day in the person's own zone.
 *
 * @param {string} local `YYYY-MM-DDTHH:MM`
 */
function secondsOf(local) {
  const guess = Date.parse(`${local}:00Z`)
  return (guess - offsetAt(guess - offsetAt(guess))) / 1000
}

/** @param {number} at */
function offsetAt(at) {
  const timeZone = desk.view?.me.timezone ?? 'UTC'
  const written = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at)
  return Date.parse(`${written.replace(' ', 'T')}Z`) - at
}
