// @ts-check
import { composer } from './composer.js'
import { act, desk, draw, follow, part } from './desk.js'
import { listenForEntries } from './entry.js'
import { closeLayer, make } from './layer.js'
import { listenForModals, submit } from './modals.js'
import { listenForSwitching, showBeside } from './people.js'
import { listenForPresses } from './press.js'

const query = new URLSearchParams(window.location.search)
const as = query.get('as') ?? ''
const beside = query.get('beside')

if (beside) showBeside(as, beside)
else start()

function start() {
  desk.as = as
  composer(part('composer'), false)
  composer(part('thread-composer'), true)
  listenForPresses()
  listenForEntries(submit)
  listenForModals()
  listenForSwitching()
  window.addEventListener('hashchange', go)
  document.addEventListener('click', follows)
  document.addEventListener('visibilitychange', markRead)
  part('scroll').addEventListener('scroll', closeLayer)
  desk.drawn.push(settle, markRead, title, notices)
  go()
  follow()
}

/** Opens what the address names: `#C1`, `#C1/1700000000.000100`, `#home`. */
function go() {
  const [open = '', thread] = decodeURIComponent(window.location.hash.slice(1)).split('/')
  closeLayer()
  part('workspace').dataset.pane = thread ? 'thread' : 'main'
  if (open === 'home' && desk.looking.open !== 'home' && desk.view) act({ kind: 'open-home' })
  desk.looking.open = open
  desk.looking.thread = thread ?? null
  draw()
}

/** Where the address names no place, opens the first that has news, or the first of all. */
function settle() {
  const { view, looking } = desk
  if (!view) return
  if (!asked && looking.open === 'home') act({ kind: 'open-home' })
  asked = true
  const places = view.channels
  if (looking.open === 'home' || looking.open === 'messages') return
  if (places.some(({ id }) => id === looking.open)) return
  const first =
    places.find(({ unread }) => unread > 0) ?? places.find(({ kind }) => kind !== 'im') ?? places[0]
  window.location.replace(`#${first?.id ?? 'home'}`)
}

let asked = false
let reading = ''

/** Tells the simulator what this person has now looked at. */
async function markRead() {
  const channel = desk.view?.channels.find(({ id }) => id === desk.looking.open)
  if (!channel || channel.unread === 0 || document.hidden) return
  const newest = `${channel.id}:${channel.unread}:${channel.messages.at(-1)?.ts ?? ''}`
  if (reading === newest) return
  reading = newest
  await act({ kind: 'read', channel: channel.id })
  reading = ''
}

function title() {
  const { view } = desk
  if (!view) return
  const unread = view.channels.reduce((sum, one) => sum + one.unread, 0)
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${view.me.realName || view.me.name} · ${view.team.name}`
}

/** @type {Set<number>} */
const dismissed = new Set()
let old = -1

/** Shows Slack's own notices until they are dismissed. */
function notices() {
  const all = desk.view?.notices ?? []
  if (old < 0) old = all.length
  const shown = all
    .map((notice, index) => ({ ...notice, index }))
    .filter(({ index }) => index >= old && !dismissed.has(index))
  const boxes = shown.slice(-3).map(({ text, index }) => {
    const close = make('button', { type: 'button', class: 'plain', 'aria-label': 'Dismiss' }, '✕')
    close.addEventListener('click', () => {
      dismissed.add(index)
      notices()
    })
    const words = make(
      'div',
      {},
      make('div', { class: 'only-you' }, '👁 Only visible to you'),
      make('b', {}, 'Slackbot'),
      ' ',
      text,
    )
    return make(
      'div',
      { class: 'notice' },
      make('span', { class: 'avatar middle system', 'aria-hidden': 'true' }, '!'),
      words,
      close,
    )
  })
  const place = part('notices')
  if (
    place.childElementCount !== boxes.length ||
    place.textContent !== boxes.map((box) => box.textContent).join('')
  ) {
    place.replaceChildren(...boxes)
  }
}

/** Presses on what belongs to the page itself: threads, tables, the way back. @param {MouseEvent} event */
function follows(event) {
  const target = event.target instanceof Element ? event.target : null
  const thread = target?.closest('[data-thread]')?.getAttribute('data-thread')
  if (thread) window.location.hash = `${desk.looking.open}/${thread}`
  if (target?.closest('#thread-close')) window.location.hash = desk.looking.open
  if (target?.closest('[data-back]')) part('workspace').dataset.pane = 'sidebar'
  const place = target?.closest('a.place')
  if (place) part('workspace').dataset.pane = 'main'
  turnTable(target)
}

/** @param {Element | null} target */
function turnTable(target) {
  const table = target?.closest('[data-table]')
  if (!(table instanceof HTMLElement)) return
  const { table: key = '', page = '0', column = '', down } = table.dataset
  const now = { page: Number(page), column: column === '' ? null : Number(column), down: down === 'yes' }
  const sort = target?.closest('[data-sort]')?.getAttribute('data-sort')
  const turn = target?.closest('[data-turn]')?.getAttribute('data-turn')
  if (sort) {
    const again = now.column === Number(sort)
    desk.looking.tables = {
      ...desk.looking.tables,
      [key]: { page: 0, column: Number(sort), down: again && !now.down },
    }
  } else if (turn) desk.looking.tables = { ...desk.looking.tables, [key]: { ...now, page: Number(turn) } }
  else return
  draw()
}
