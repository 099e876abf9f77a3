import type { RichInline } from './message.ts'

/**
 * Sentences as data. Whatever is put into a `say` template as a string is literal text: it is never parsed, by us
 * or by Slack, wherever the sentence is shown. Dates, mentions and emphasis are pieces of their own.
 */

type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly style?: 'bold' | 'code' }
  | { readonly kind: 'date'; readonly at: Date; readonly style: keyof typeof DATE_FORMATS }
  /** Leads where the operator said; the text may be typed. */
  | { readonly kind: 'link'; readonly url: string; readonly text: string }
  /** Mentions, which alert the person or the group. */
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'group'; readonly id: string }

export type RichText = readonly Piece[]

const DATE_FORMATS = {
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

/** A sentence as `mrkdwn`, within `max` characters as Slack counts them: after escaping. */
export function toMrkdwn(line: RichText, max: number): string {
  return within(line, max, true)
}

/** A sentence as a message's top-level text: no emphasis, the same words. */
export function toText(line: RichText, max: number): string {
  return within(line, max, false)
}

/** A sentence as words alone, for headers, buttons, dialogs and table cells; times in UTC. */
export function toPlain(line: RichText, name: (id: string) => string): string {
  return line
    .map((piece) => {
      if (piece.kind === 'text' || piece.kind === 'link') return piece.text
      return piece.kind === 'date' ? utc(piece) : name(piece.id)
    })
    .join('')
}

export function toRich(line: RichText): RichInline[] {
  return joined(line).map((piece): RichInline => {
    if (piece.kind === 'person') return { type: 'user', user_id: piece.id }
    if (piece.kind === 'group') return { type: 'usergroup', usergroup_id: piece.id }
    if (piece.kind === 'link') return { type: 'link', url: piece.url, text: piece.text }
    if (piece.kind === 'date')
      return {
        type: 'date',
        timestamp: seconds(piece.at),
        format: DATE_FORMATS[piece.style],
        fallback: utc(piece),
      }
    return {
      type: 'text',
      text: piece.text,
      ...(piece.style ? { style: { [piece.style]: true } } : {}),
    }
  })
}

/** Neighbours of one style as one piece: it reads the same and takes less room. */
function joined(line: RichText): RichText {
  const out: Piece[] = []
  for (const piece of line) {
    const last = out.at(-1)
    if (piece.kind === 'text' && last?.kind === 'text' && last.style === piece.style)
      out[out.length - 1] = { ...last, text: last.text + piece.text }
    else out.push(piece)
  }
  return out
}

function within(line: RichText, max: number, styled: boolean): string {
  let out = ''
  for (const piece of line) {
    const next = mark(piece, styled)
    if (out.length + next.length <= max) {
      out += next
      continue
    }
    return `${out}${piece.kind === 'text' ? cut(piece.text, max - out.length - 1) : ''}…`.slice(0, max)
  }
  return out
}

/** As many code points as fit once they are escaped. */
function cut(text: string, maxChars: number): string {
  const points = [...text]
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (inert(points.slice(0, middle).join('')).length <= maxChars) low = middle
    else high = middle - 1
  }
  return inert(points.slice(0, low).join(''))
}

function mark(piece: Piece, styled: boolean): string {
  if (piece.kind === 'person') return `<@${piece.id}>`
  if (piece.kind === 'group') return `<!subteam^${piece.id}>`
  // Where only words are read, an address in angle brackets would be read too.
  if (piece.kind === 'link')
    return styled ? `<${address(piece.url)}|${label(piece.text)}>` : inert(piece.text)
  if (piece.kind === 'date') return `<!date^${seconds(piece.at)}^${DATE_FORMATS[piece.style]}|${utc(piece)}>`
  // Markup needs a letter on its inner side, so a text that begins or ends with a space goes without.
  const sign = piece.style && { bold: '*', code: '`' }[piece.style]
  const text = inert(piece.text)
  return styled && sign && text === text.trim() && text !== '' ? `${sign}${text}${sign}` : text
}

/** An address cannot hold what ends it. */
function address(url: string): string {
  return url.replace(/&/g, '&amp;').replace(/[<>|\s]/g, encodeURIComponent)
}

/** Of a link; a bar in it would begin another one. */
function label(text: string): string {
  return inert(text).replaceAll('|', '\u2223')
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}

function utc({ at, style }: Extract<Piece, { kind: 'date' }>): string {
  const [date, time = ''] = at.toISOString().split('T')
  if (style === 'day') return `${date}`
  return `${date} ${time.slice(0, style === 'second' ? 8 : 5)} UTC`
}

/**
 * Literal text for the two places that Slack parses: `mrkdwn` and a message's top-level text. Escaping `& < >` is
 * what Slack asks for, and is not enough: `@channel`, links, `:emoji:` and `*stars*` are read from bare characters.
 */

/** WORD JOINER: takes no room, breaks no line, and parts what would otherwise be read as markup. */
const JOINER = '\u2060'

function inert(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[@#](?=\S)/g, `$&${JOINER}`)
    .replace(/:(?=\/\/)/g, `:${JOINER}`)
    .replace(/:(?=[\p{L}\p{N}_+'-]+:)/gu, `:${JOINER}`)
    .replace(/`/g, '\u02cb')
    .replace(/\*/g, '\u2217')
    .replace(/~/g, '\u223c')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\u02cd')
}
