// @ts-check
import { suggest } from './api.js'
import { desk } from './desk.js'
import { closeLayer, make, openLayer, step } from './layer.js'
import { elementOf, storedIn } from './wiring.js'

/** @typedef {import('./wiring.js').Wire} Wire */
/** @typedef {{ [key: string]: any }} Json */
/** @typedef {{ id: string, words: string, note?: string, group?: string, option?: Json }} Choice */

/** @param {string} type */
function fieldOf(type) {
  const kind = ['user', 'channel', 'conversation'].find((one) => type.includes(`${one}s_`)) ?? 'option'
  return type.startsWith('multi_') ? `selected_${kind}s` : `selected_${kind}`
}

/**
 * Opens the list of a select menu, with a box to search in it.
 *
 * @param {Wire} wire
 * @param {(chosen: Json) => void} choose
 */
export function openPicker(wire, choose) {
  const element = elementOf(wire)
  const field = fieldOf(wire.type)
  const many = wire.type.startsWith('multi_')
  const external = wire.type.includes('external')
  const stored = storedIn(wire)[field] ?? element[field.replace('selected', 'initial')]
  /** @type {any[]} */
  let picked = many ? [...(stored ?? [])] : stored ? [stored] : []
  /** @param {any} one */
  const idOf = (one) => (typeof one === 'string' ? one : (one?.value ?? ''))
  const search = /** @type {HTMLInputElement} */ (
    make('input', {
      type: 'text',
      class: 'field',
      placeholder: 'Search',
      'aria-label': 'Search',
      role: 'combobox',
      'aria-expanded': 'true',
      'aria-controls': 'picker-list',
      autocomplete: 'off',
    })
  )
  const listBox = make('div', {
    role: 'listbox',
    class: 'picker-list',
    id: 'picker-list',
    'aria-multiselectable': String(many),
  })
  const box = make('div', { class: 'picker', id: 'picker' }, search, listBox)
  let settle = () => {}
  /** @type {HTMLElement[]} */
  let items = []
  let active = 0

  /** @param {Choice} choice */
  const take = (choice) => {
    const value = choice.option ?? choice.id
    if (!many) {
      closeLayer()
      wire.control.focus()
      choose({ [field]: value })
      return
    }
    const had = picked.some((one) => idOf(one) === choice.id)
    if (!had && picked.length >= (element.max_selected_items ?? Number.POSITIVE_INFINITY)) return
    picked = had ? picked.filter((one) => idOf(one) !== choice.id) : [...picked, value]
    choose({ [field]: picked })
    paint()
  }

  /** @type {Choice[]} */
  let shown = []
  const paint = () => {
    let group = ''
    items = []
    listBox.replaceChildren()
    for (const choice of shown) {
      if (choice.group && choice.group !== group) {
        group = choice.group
        listBox.append(make('div', { class: 'picker-group', role: 'presentation' }, group))
      }
      const on = picked.some((one) => idOf(one) === choice.id)
      const item = make('div', {
        role: 'option',
        class: 'picker-item',
        id: `pick-${items.length}`,
        'aria-selected': String(on),
      })
      item.append(make('span', { class: 'picker-words' }, choice.words))
      if (choice.note) item.append(make('small', {}, choice.note))
      item.addEventListener('pointerdown', (event) => event.preventDefault())
      item.addEventListener('click', () => take(choice))
      items.push(item)
      listBox.append(item)
    }
    if (items.length === 0) listBox.append(make('div', { class: 'menu-none' }, 'No matches'))
    mark(Math.min(active, Math.max(0, items.length - 1)))
    settle()
  }

  /** @param {number} index */
  const mark = (index) => {
    active = index
    for (const [position, item] of items.entries()) item.classList.toggle('active', position === index)
    items[index]?.scrollIntoView({ block: 'nearest' })
    search.setAttribute('aria-activedescendant', items[index]?.id ?? '')
  }

  let asked = 0
  const refresh = async () => {
    const words = search.value
    if (external) {
      asked += 1
      const mine = asked
      if (words.length < (element.min_query_length ?? 3)) {
        shown = []
        listBox.replaceChildren(make('div', { class: 'menu-none' }, 'Type to search'))
        return
      }
      const found = await suggest(desk.as, wire.place, wire.block_id, wire.action_id, words).catch(() => ({
        options: [],
      }))
      if (mine !== asked) return
      shown = optionsOf(found)
    } else {
      shown = choicesOf(wire.type, element).filter((choice) =>
        `${choice.words} ${choice.note ?? ''}`.toLowerCase().includes(words.toLowerCase()),
      )
    }
    active = 0
    paint()
  }

  search.addEventListener('input', refresh)
  box.addEventListener('keydown', (event) => {
    const next = step(event, items, active)
    if (next !== undefined && event.key.startsWith('Arrow')) {
      event.preventDefault()
      mark(next)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      event.stopPropagation()
      items[active]?.click()
    } else if (event.key === 'Tab') {
      closeLayer()
      wire.control.focus()
    }
  })
  settle = openLayer(wire.control, box, { wide: true })
  search.focus()
  refresh()
}

/**
 * @param {string} type
 * @param {Json} element
 * @returns {Choice[]}
 */
function choicesOf(type, element) {
  const people = desk.view?.people.filter((one) => !one.deleted) ?? []
  const channels = desk.view?.channels ?? []
  const everyone = people.map(({ id, realName, name }) => ({ id, words: realName || name, note: name }))
  const rooms = channels.filter((one) => one.kind !== 'im').map(({ id, name }) => ({ id, words: `#${name}` }))
  if (type.includes('users_')) return everyone
  if (type.includes('channels_'))
    return rooms.filter(({ id }) => channels.find((one) => one.id === id)?.kind === 'channel')
  if (type.includes('conversations_')) return [...rooms, ...everyone]
  return optionsOf(element)
}

/**
 * @param {Json} source
 * @returns {Choice[]}
 */
function optionsOf(source) {
  /** @type {(group?: string) => (option: Json) => Choice} */
  const choice = (group) => (option) => ({
    id: option.value,
    words: option.text?.text ?? '',
    note: option.description?.text ?? '',
    ...(group ? { group } : {}),
    option,
  })
  if (Array.isArray(source.option_groups)) {
    return source.option_groups.flatMap((/** @type {Json} */ group) =>
      (group.options ?? []).map(choice(group.label?.text)),
    )
  }
  return (source.options ?? []).map(choice())
}
