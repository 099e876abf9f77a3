// @ts-check
import { desk } from './desk.js'
import { make } from './layer.js'
import { openMenu } from './menu.js'

/** Listens for the switcher in which one becomes another person. */
export function listenForSwitching() {
  document.addEventListener('click', (event) => {
    const switcher = event.target instanceof Element ? event.target.closest('#switcher') : null
    if (switcher instanceof HTMLElement) openSwitcher(switcher)
  })
}

function people() {
  return desk.view?.people.filter((one) => !one.isBot && !one.deleted) ?? []
}

/** @param {HTMLElement} switcher */
function openSwitcher(switcher) {
  const entries = people().map((person) => ({
    words: person.realName || person.name,
    note: `@${person.name}${person.isGuest ? ' · guest' : ''}`,
    current: person.id === desk.view?.me.id,
    /** @param {MouseEvent} event */
    choose: (event) => become(person.id, event.metaKey || event.ctrlKey),
  }))
  const beside = besideOthers()
    ? { words: 'One person only', choose: () => alone() }
    : { words: 'Show another person beside …', choose: () => openBeside(switcher) }
  openMenu(
    switcher,
    'Look at the workspace as',
    [...entries, { ...beside, sign: make('span', { class: 'menu-sign' }, '◫') }],
    { above: true },
  )
}

/** @param {HTMLElement} switcher */
function openBeside(switcher) {
  const others = people().filter((one) => one.id !== desk.view?.me.id)
  const entries = others.map((person) => ({
    words: person.realName || person.name,
    note: `@${person.name}`,
    choose: () => {
      window.location.assign(`/?${new URLSearchParams({ as: desk.as, beside: person.id })}`)
    },
  }))
  openMenu(switcher, 'Show beside', entries, { above: true })
}

/**
 * @param {string} id
 * @param {boolean} elsewhere
 */
function become(id, elsewhere) {
  const address = `/?${new URLSearchParams({ as: id })}`
  if (elsewhere) {
    window.open(address, '_blank')
    return
  }
  if (besideOthers()) {
    const outer = new URL(window.parent.location.href)
    outer.searchParams.set(window.name === 'right' ? 'beside' : 'as', id)
    window.parent.history.replaceState(null, '', outer)
  }
  window.location.assign(address)
}

function besideOthers() {
  return window.parent !== window && (window.name === 'left' || window.name === 'right')
}

function alone() {
  window.parent.location.assign(`/?${new URLSearchParams({ as: desk.as })}`)
}

/**
 * Shows two people next to each other, each in a frame of its own.
 *
 * @param {string} left
 * @param {string} right
 */
export function showBeside(left, right) {
  const frames = [left, right].map((as, index) =>
    make('iframe', {
      src: `/?${new URLSearchParams({ as })}`,
      name: index === 0 ? 'left' : 'right',
      title: `Person ${index + 1}`,
    }),
  )
  document.body.replaceChildren(...frames)
  document.body.classList.add('beside')
}
