import { optionsOf } from '../block-rules/element-rules.ts'
import { valueKey } from '../input-values.ts'
import type { Json } from '../json.ts'
import type { PersonView } from '../view.ts'
import { matches, type Words, wordsOf } from './find.ts'

/** What a person can put into an input, in words; lists for inputs that take several. */
export type Entry = string | number | Date | null | readonly string[]

/** Turns words into the shape in which Slack carries a value: a name into an id, a label into an option. */
export function entryFor(element: Json, entry: Entry, view: PersonView, offered: readonly Json[]): Json {
  const type = String(element.type)
  const key = type === 'overflow' ? 'selected_option' : valueKey(type)
  if (!key) throw new Error(`nothing can be put into a ${type}`)
  if (entry === null) return { [key]: null }
  const many = Array.isArray(entry) ? entry : [String(entry)]
  switch (key) {
    case 'selected_option':
      return { selected_option: optionCalled(many[0] ?? '', [...optionsOf(element), ...offered]) }
    case 'selected_options':
      return { selected_options: many.map((one) => optionCalled(one, [...optionsOf(element), ...offered])) }
    case 'selected_user':
      return { selected_user: personCalled(many[0] ?? '', view) }
    case 'selected_users':
      return { selected_users: many.map((one) => personCalled(one, view)) }
    case 'selected_channel':
    case 'selected_conversation':
      return { [key]: channelCalled(many[0] ?? '', view) }
    case 'selected_channels':
    case 'selected_conversations':
      return { [key]: many.map((one) => channelCalled(one, view)) }
    case 'selected_date_time':
      return {
        selected_date_time: entry instanceof Date ? Math.floor(entry.getTime() / 1000) : Number(entry),
      }
    case 'selected_date':
      return { selected_date: entry instanceof Date ? entry.toISOString().slice(0, 10) : String(entry) }
    case 'rich_text_value':
      return { rich_text_value: plainRichText(String(entry)) }
    default:
      return { [key]: String(entry) }
  }
}

/** By what it says, or by its value. */
function optionCalled(words: Words, options: readonly Json[]): Json {
  const found =
    options.find((option) => matches(wordsOf(option.text), words)) ??
    options.find((option) => option.value === words)
  if (found) return found
  const menu = options.map((option) => `"${wordsOf(option.text)}"`).join(', ')
  throw new Error(`"${String(words)}" is not on the menu: ${menu === '' ? 'it is empty' : menu}`)
}

function personCalled(words: string, view: PersonView): string {
  const name = words.replace(/^@/, '')
  const found = view.people.find((person) => [person.id, person.name, person.realName].includes(name))
  if (!found) throw new Error(`nobody is called "${words}"`)
  return found.id
}

function channelCalled(words: string, view: PersonView): string {
  const name = words.replace(/^#/, '')
  const found = view.channels.find((channel) => channel.id === name || channel.name === name)
  if (!found) throw new Error(`no channel is called "${words}"`)
  return found.id
}

function plainRichText(text: string): Json {
  const section = { type: 'rich_text_section', elements: [{ type: 'text', text }] }
  return { type: 'rich_text', elements: [section] }
}
