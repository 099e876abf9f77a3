// @ts-check

import { part } from './desk.js'
import { closeLayer, make } from './layer.js'

/**
 * Asks the question an app put before an action. Resolves to true at once where there is none.
 *
 * @param {Element} control
 * @returns {Promise<boolean>}
 */
export function confirmed(control) {
  const source = control.closest('.control')?.querySelector(':scope > [data-confirm]')
  if (!(source instanceof HTMLElement)) return Promise.resolve(true)
  closeLayer()
  const { title = '', yes = 'Yes', no = 'Cancel', style = 'primary' } = source.dataset
  const words = make('div', { class: 'modal-body text', id: 'confirm-text' })
  words.append(...[...source.childNodes].map((child) => child.cloneNode(true)))
  const deny = make('button', { type: 'button', class: 'button' }, no)
  const accept = make(
    'button',
    { type: 'button', class: `button ${style === 'danger' ? 'danger-fill' : 'primary'}` },
    yes,
  )
  const attributes = {
    role: 'alertdialog',
    'aria-modal': 'true',
    'aria-labelledby': 'confirm-title',
    'aria-describedby': 'confirm-text',
  }
  const box = make('div', { ...attributes, class: 'modal confirm' })
  box.append(
    make('header', { class: 'modal-head' }, make('h2', { id: 'confirm-title' }, title)),
    words,
    make('footer', { class: 'modal-foot' }, deny, accept),
  )
  const veil = make('div', { class: 'veil' }, box)
  return ask(veil, deny, accept, /** @type {HTMLElement} */ (control))
}

/**
 * @param {HTMLElement} veil
 * @param {HTMLElement} deny
 * @param {HTMLElement} accept
 * @param {HTMLElement} control
 * @returns {Promise<boolean>}
 */
function ask(veil, deny, accept, control) {
  const behind = [part('workspace'), part('modals')]
  const before = behind.map((element) => element.inert)
  return new Promise((resolve) => {
    /** @param {boolean} answer */
    const finish = (answer) => {
      veil.remove()
      for (const [index, element] of behind.entries()) element.inert = before[index] ?? false
      control.focus()
      resolve(answer)
    }
    deny.addEventListener('click', () => finish(false))
    accept.addEventListener('click', () => finish(true))
    veil.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation()
        finish(false)
      }
    })
    part('layers').append(veil)
    for (const element of behind) element.inert = true
    accept.focus()
  })
}
