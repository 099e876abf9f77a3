import type { RichInline } from './message.ts'
import { DATE_FORMATS, type Piece, type RichText } from './rich-text.ts'

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
