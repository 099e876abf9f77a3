/**
 * Sentences as data. Whatever is put into a `say` template as a string is literal text: it is never parsed, by us
 * or by Slack, wherever the sentence is shown. Dates, mentions and emphasis are pieces of their own.
 */

export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly style?: 'bold' | 'code' }
  | { readonly kind: 'date'; readonly at: Date; readonly style: keyof typeof DATE_FORMATS }
  /** Leads where the operator said; the text may be typed. */
  | { readonly kind: 'link'; readonly url: string; readonly text: string }
  /** Mentions, which alert the person or the group. */
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'group'; readonly id: string }

export type RichText = readonly Piece[]

export const DATE_FORMATS = {
  moment: '{date_short_pretty} at {time}',
  second: '{date_short_pretty} at {time_secs}',
  day: '{date_short}',
} as const

export type Sayable = string | number | Piece | RichText

/** ``say`${person(id)} has ${bold('read')} until ${moment(end)}.` `` */
export function say(words: TemplateStringsArray, ...values: readonly Sayable[]): RichText {
  return words.flatMap((word, at) => {
    const value = values[at]
    return [...(word === '' ? [] : [plain(word)]), ...(value === undefined ? [] : lineOf(value))]
  })
}

function lineOf(value: Sayable): RichText {
  if (typeof value === 'string') return value === '' ? [] : [plain(value)]
  if (typeof value === 'number') return [plain(String(value))]
  return Array.isArray(value) ? value : [value as Piece]
}

const plain = (text: string): Piece => ({ kind: 'text', text })
export const bold = (text: string): Piece => ({ kind: 'text', text, style: 'bold' })
export const code = (text: string): Piece => ({ kind: 'text', text, style: 'code' })
export const link = (url: string, text: string): Piece => ({ kind: 'link', url, text })
export const person = (id: string): Piece => ({ kind: 'person', id })
export const group = (id: string): Piece => ({ kind: 'group', id })
export const moment = (at: Date): Piece => ({ kind: 'date', at, style: 'moment' })
export const second = (at: Date): Piece => ({ kind: 'date', at, style: 'second' })
export const day = (at: Date): Piece => ({ kind: 'date', at, style: 'day' })

/** Sentences of one paragraph, with a space between them; the empty ones are left out. */
export function together(...lines: readonly (Sayable | undefined)[]): RichText {
  return between(
    lines.flatMap((line) => (line === undefined ? [] : [lineOf(line)])),
    ' ',
  )
}

/** `a, b and c`. */
export function listed(items: readonly Sayable[], last = 'and'): RichText {
  const lines = items.map(lineOf)
  if (lines.length < 2) return lines[0] ?? []
  return [...between(lines.slice(0, -1), ', '), plain(` ${last} `), ...(lines.at(-1) ?? [])]
}

export function between(lines: readonly RichText[], gap: string): RichText {
  const full = lines.filter((line) => line.length > 0)
  return full.flatMap((line, at) => (at === 0 ? line : [plain(gap), ...line]))
}
