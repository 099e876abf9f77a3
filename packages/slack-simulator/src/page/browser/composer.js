// @ts-check
import { act, complain, desk, part } from './desk.js'
import { make, step } from './layer.js'
import { openMenu } from './menu.js'

/** @typedef {{ words: string, hint: string, note: string, insert: string }} Offer */

/** What was begun and not sent, by place. @type {Map<string, string>} */
const drafts = new Map()

/**
 * Fills a form with a message box.
 *
 * @param {HTMLElement} form
 * @param {boolean} inThread
 */
export function composer(form, inThread) {
  const box = /** @type {HTMLTextAreaElement} */ (
    make('textarea', {
      rows: '1',
      role: 'combobox',
      'aria-expanded': 'false',
      'aria-autocomplete': 'list',
      'aria-controls': `${form.id}-offers`,
    })
  )
  const offers = make('div', {
    class: 'offers',
    role: 'listbox',
    id: `${form.id}-offers`,
    'aria-label': 'Suggestions',
    hidden: '',
  })
  const send = make('button', { type: 'submit', class: 'send', 'aria-label': 'Send', title: 'Send' }, '➤')
  const more = make(
    'button',
    {
      type: 'button',
      class: 'round',
      'aria-label': 'Shortcuts',
      title: 'Shortcuts',
      'aria-haspopup': 'menu',
    },
    '+',
  )
  const slash = make(
    'button',
    { type: 'button', class: 'round', 'aria-label': 'Run a slash command', title: 'Run a slash command' },
    '/',
  )
  const hint = make('span', { class: 'composer-hint' })
  const bar = make('div', { class: 'composer-bar' }, ...(inThread ? [] : [more, slash]), hint, send)
  form.append(offers, make('div', { class: 'composer-box' }, box, bar))

  /** @type {Offer[]} */
  let offered = []
  let active = 0
  let place = ''

  const where = () => `${desk.looking.open}/${inThread ? desk.looking.thread : ''}`

  const refresh = () => {
    box.style.height = 'auto'
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`
    send.classList.toggle('ready', box.value.trim() !== '')
    drafts.set(place, box.value)
    offered = offersFor(box.value.slice(0, box.selectionStart), inThread)
    active = 0
    show()
    const command = desk.view?.commands.find(({ command }) => box.value.startsWith(`${command} `))
    hint.textContent = command && !inThread ? `${command.command} ${command.usage_hint}` : ''
  }

  const show = () => {
    offers.hidden = offered.length === 0
    box.setAttribute('aria-expanded', String(offered.length > 0))
    const items = offered.map((offer, index) => {
      const selected = String(index === active)
      const item = make('div', {
        role: 'option',
        class: 'offer',
        id: `${offers.id}-${index}`,
        'aria-selected': selected,
      })
      item.append(
        make('b', {}, offer.words),
        ' ',
        make('span', { class: 'offer-hint' }, offer.hint),
        make('small', {}, offer.note),
      )
      item.addEventListener('pointerdown', (event) => event.preventDefault())
      item.addEventListener('click', () => take(index))
      return item
    })
    offers.replaceChildren(...items)
    box.setAttribute('aria-activedescendant', offered.length > 0 ? `${offers.id}-${active}` : '')
  }

  /** @param {number} index */
  const take = (index) => {
    const offer = offered[index]
    if (!offer) return
    const before = box.value.slice(0, box.selectionStart).replace(/[@/][\w.-]*$/, offer.insert)
    const after = box.value.slice(box.selectionStart)
    box.value = before + after
    box.setSelectionRange(before.length, before.length)
    box.focus()
    refresh()
  }

  const submit = async () => {
    const text = box.value.trim()
    if (text === '') return
    box.value = ''
    refresh()
    const result = await say(text, inThread)
    if (result && !result.ok && box.value === '') {
      box.value = text
      refresh()
    }
  }

  box.addEventListener('input', refresh)
  box.addEventListener('keydown', (event) => {
    if (event.isComposing) return
    const exact = offered.some(({ insert }) => insert.trim() === box.value.trim())
    const next =
      offered.length > 0 && event.key.startsWith('Arrow')
        ? step(
            event,
            [...offers.children].filter((one) => one instanceof HTMLElement),
            active,
          )
        : undefined
    if (next !== undefined) {
      event.preventDefault()
      active = next
      show()
    } else if (offered.length > 0 && (event.key === 'Tab' || (event.key === 'Enter' && !exact))) {
      event.preventDefault()
      take(active)
    } else if (event.key === 'Escape' && offered.length > 0) {
      offered = []
      show()
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      submit()
    }
  })
  box.addEventListener('blur', () => {
    offers.hidden = true
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  slash.addEventListener('click', () => {
    box.value = '/'
    box.focus()
    refresh()
  })
  more.addEventListener('click', () => openShortcuts(more))
  desk.drawn.push(() => {
    form.hidden = !inThread && !desk.view?.channels.some(({ id }) => id === desk.looking.open)
    const words = inThread ? 'Reply…' : `Message ${titleOf(desk.looking.open)}`
    box.placeholder = words
    box.setAttribute('aria-label', words)
    if (place !== where()) {
      place = where()
      box.value = drafts.get(place) ?? ''
      refresh()
    }
  })
}

/** @param {string} id */
function titleOf(id) {
  const channel = desk.view?.channels.find((one) => one.id === id)
  if (channel?.kind !== 'im') return `#${channel?.name ?? ''}`
  const person = desk.view?.people.find((one) => one.id === channel.with)
  return channel.with === desk.view?.bot.userId ? (desk.view?.bot.name ?? '') : (person?.realName ?? '')
}

/**
 * @param {string} before the text before the cursor
 * @param {boolean} inThread
 * @returns {Offer[]}
 */
function offersFor(before, inThread) {
  const { view } = desk
  if (!view) return []
  if (!inThread && /^\/[\w-]*$/.test(before)) {
    return view.commands
      .filter(({ command }) => command.startsWith(before))
      .map(({ command, usage_hint, description }) => ({
        words: command,
        hint: usage_hint,
        note: description,
        insert: `${command} `,
      }))
  }
  const name = /(?:^|\s)@([\w.-]*)$/.exec(before)?.[1]?.toLowerCase()
  if (name === undefined) return []
  const everybody = view.people
    .filter((one) => !one.deleted)
    .map((one) => ({ words: one.realName || one.name, handle: one.name }))
  const groups = view.groups.map(({ handle }) => ({ words: `@${handle}`, handle }))
  return [...everybody, ...groups]
    .filter(({ words, handle }) => `${words} ${handle}`.toLowerCase().includes(name))
    .slice(0, 8)
    .map(({ words, handle }) => ({ words, hint: `@${handle}`, note: '', insert: `@${handle} ` }))
}

/**
 * @param {string} text
 * @param {boolean} inThread
 */
async function say(text, inThread) {
  const { open: channel, thread } = desk.looking
  if (text.startsWith('/')) {
    if (inThread) {
      complain(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`)
      return { ok: false }
    }
    return act({ kind: 'command', channel, text })
  }
  return act({ kind: 'say', channel, text, ...(inThread && thread ? { thread_ts: thread } : {}) })
}

/** @param {HTMLElement} button */
function openShortcuts(button) {
  const entries = (desk.view?.shortcuts ?? []).map(({ callback_id, name, description }) => ({
    words: name,
    note: description,
    choose: () => {
      act({ kind: 'shortcut', callback_id })
    },
  }))
  openMenu(button, `Shortcuts of ${desk.view?.bot.name ?? 'apps'}`, entries, { above: true })
  part('layers').querySelector('.menu')?.classList.add('wide')
}
