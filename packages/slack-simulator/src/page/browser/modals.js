// @ts-check
import { act, desk, draw, part } from './desk.js'
import { sent } from './entry.js'
import { layerIsOpen } from './layer.js'

let shown = ''
let hadErrors = false

/** Sends what is in a modal. @param {string} view_id */
export async function submit(view_id) {
  await sent()
  desk.looking.errors = { ...desk.looking.errors, [view_id]: {} }
  const result = await act({ kind: 'submit', view_id })
  if (result.ok) return
  desk.looking.errors = {
    ...desk.looking.errors,
    [view_id]: result.errors ?? { '*': 'We had some trouble connecting. Try again?' },
  }
  hadErrors = true
  await draw()
}

/** @param {string} view_id */
function close(view_id) {
  return act({ kind: 'close', view_id })
}

/** Listens for the buttons around a modal, and keeps the focus where it belongs. */
export function listenForModals() {
  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null
    const submitting = target?.closest('[data-submit]')?.getAttribute('data-submit')
    const closing = target?.closest('[data-close]')?.getAttribute('data-close')
    if (submitting) submit(submitting)
    if (closing) close(closing)
  })
  document.addEventListener('keydown', (event) => {
    const top = desk.view?.modals.at(-1)
    if (event.key === 'Escape' && top && !layerIsOpen() && !document.querySelector('.confirm')) close(top.id)
  })
  desk.drawn.push(focus)
}

function focus() {
  const modal = part('modals').querySelector('.modal')
  const id = modal?.getAttribute('data-view') ?? ''
  if (id !== shown) {
    shown = id
    const first = modal?.querySelector('[data-focus]') ?? modal?.querySelector('.modal-body [data-action]')
    const target = first ?? modal ?? document.querySelector('#composer textarea')
    const inner = target?.matches('.ticks') ? target.querySelector('input') : target
    if (inner instanceof HTMLElement) inner.focus({ preventScroll: true })
  }
  if (!hadErrors) return
  hadErrors = false
  const wrong = modal?.querySelector('[aria-invalid]')
  if (wrong instanceof HTMLElement) wrong.focus()
}
