// @ts-check
import { perform, rendering, state } from './api.js'
import { morph } from './morph.js'

/** @typedef {import('../../view.ts').PersonView} PersonView */
/** @typedef {import('../../view.ts').Act} Act */
/** @typedef {import('../scene.ts').Looking} Looking */
/** @typedef {{ -readonly [key in keyof Looking]: Looking[key] }} OwnLooking */

/** The one thing this tab knows: who sits here, what there is to see, and what of it is open. */
export const desk = {
  as: '',
  /** @type {PersonView | undefined} */
  view: undefined,
  /** @type {OwnLooking} */
  looking: { open: '', thread: null, values: {}, errors: {}, tables: {} },
  /** Called after each drawing. @type {(() => void)[]} */
  drawn: [],
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function part(id) {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page has no #${id}`)
  return element
}

let drawing = false
let again = false

/** Draws what there is to see. While one drawing is under way the next waits for it. */
export async function draw() {
  if (!desk.view) return
  if (drawing) {
    again = true
    return
  }
  drawing = true
  try {
    do {
      again = false
      await drawOnce()
    } while (again)
  } finally {
    drawing = false
  }
}

let shownPlace = ''
let shownThread = ''

async function drawOnce() {
  if (!desk.view) return
  const { open, thread } = desk.looking
  const html = await rendering(desk.view, desk.looking)
  const scroll = part('scroll')
  const threadScroll = part('thread-scroll')
  const stay = shownPlace === open && !isAtEnd(scroll)
  const threadStay = shownThread === thread && !isAtEnd(threadScroll)
  morph(part('sidebar'), html.sidebar)
  morph(part('head'), html.head)
  morph(part('body'), html.body)
  morph(part('thread'), html.thread)
  morph(part('modals'), html.modal)
  part('thread-pane').hidden = html.thread === ''
  part('workspace').inert = html.modal !== ''
  for (const after of desk.drawn) after()
  if (open === 'home') {
    if (shownPlace !== open) scroll.scrollTop = 0
  } else if (!stay) scroll.scrollTop = scroll.scrollHeight
  if (!threadStay) threadScroll.scrollTop = threadScroll.scrollHeight
  shownPlace = open
  shownThread = thread ?? ''
}

/** @param {HTMLElement} element */
function isAtEnd(element) {
  return element.scrollHeight - element.scrollTop - element.clientHeight < 60
}

/** @type {Record<string, string>} */
const reasons = {
  not_found: 'This is no longer here.',
  channel_not_found: 'You are not in this conversation.',
  is_archived: 'This channel is archived.',
  messages_tab_disabled: 'Sending messages to this app has been turned off.',
  view_busy: 'One moment: the last press is still under way.',
}

/**
 * Does something as this person, and says so where Slack did not take it. Where Slack itself has told the
 * person, nothing is said twice.
 *
 * @param {Act} act
 */
export async function act(act) {
  const before = desk.view?.notices.length ?? 0
  const result = await perform(desk.as, act)
  if (!result.ok && !result.errors) setTimeout(() => report(result.error, before), 400)
  return result
}

/**
 * @param {string} error
 * @param {number} before how many notices there were
 */
function report(error, before) {
  const notices = desk.view?.notices ?? []
  if (notices.length === before) complain(reasons[error] ?? error)
  else if (desk.view?.modals.length) complain(notices.at(-1)?.text ?? error)
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let quiet

/** @param {string} words */
export function complain(words) {
  const trouble = part('trouble')
  trouble.textContent = words
  trouble.hidden = false
  clearTimeout(quiet)
  quiet = setTimeout(() => {
    trouble.hidden = true
  }, 6000)
}

/** Follows the workspace for as long as the tab is open. */
export async function follow() {
  let failures = 0
  for (;;) {
    try {
      const next = await state(desk.as, desk.view?.version)
      if (failures > 0) part('trouble').hidden = true
      failures = 0
      const news = next.version !== desk.view?.version
      desk.view = next
      desk.as = next.me.id
      if (news) await draw()
    } catch (error) {
      failures += 1
      const why = error instanceof Error ? error.message : String(error)
      if (failures > 1) complain(`Trying to reach the workspace again … (${why})`)
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * failures, 5000)))
    }
  }
}
