/**
 * Removes what can be personal or secret from SQL: strings, numbers, comments. What is ambiguous is removed
 * too; a text that cannot be read to its end is cut where the ambiguity begins.
 */
import type { Redaction } from '../../core/activity/activity.ts'

export type Token = {
  readonly kind:
    | 'space'
    | 'comment'
    | 'string'
    | 'dollar'
    | 'number'
    | 'name'
    | 'word'
    | 'parameter'
    | 'sign'
    | 'broken'
  readonly text: string
}

// As PostgreSQL reads them: every character beyond ASCII can be part of a name, a no-break space too.
const SPACE = /^[ \t\n\r\f\v]+/
const WORD = /^[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/
const NUMBER =
  /^(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)/
const PARAMETER = /^\$[0-9]+/
const DOLLAR = /^\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/
/** Letters that can stand right before a quote and belong to it. */
const PREFIXED = /^(?:[eEbBxXnN]|[uU]&)'/

/** PostgreSQL's tokens, as far as it takes to know where a literal begins and ends. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < sql.length) {
    const token = tokenAt(sql, at)
    tokens.push(token)
    if (token.kind === 'broken') break
    at += token.text.length
  }
  return tokens
}

function tokenAt(sql: string, at: number): Token {
  const rest = sql.slice(at, at + 300)
  const found = (kind: Token['kind'], length: number | undefined): Token =>
    length === undefined
      ? { kind: 'broken', text: sql.slice(at) }
      : { kind, text: sql.slice(at, at + length) }
  const matched = (kind: Token['kind'], shape: RegExp) => {
    const [text] = shape.exec(rest) ?? []
    if (!text) return undefined
    // Long runs are matched once more over the whole rest.
    return found(kind, text.length < rest.length ? text.length : (shape.exec(sql.slice(at))?.[0].length ?? 0))
  }
  if (rest.startsWith('--')) {
    const end = /[\r\n]/.exec(sql.slice(at))?.index ?? sql.length - at
    return found('comment', end)
  }
  if (rest.startsWith('/*')) return found('comment', commentLength(sql, at))
  if (rest.startsWith("'")) return found('string', stringLength(sql, at, 'plain'))
  const [prefix] = PREFIXED.exec(rest) ?? []
  if (prefix) {
    const style = /^e/i.test(prefix) ? 'escaped' : 'plain'
    const length = stringLength(sql, at + prefix.length - 1, style)
    return found('string', length === undefined ? undefined : length + prefix.length - 1)
  }
  if (rest.startsWith('"')) return found('name', nameLength(sql, at))
  if (/^u&"/i.test(rest)) {
    const length = nameLength(sql, at + 2)
    return found('name', length === undefined ? undefined : length + 2)
  }
  const [dollar] = DOLLAR.exec(rest) ?? []
  if (dollar) {
    const end = sql.indexOf(dollar, at + dollar.length)
    return found('dollar', end < 0 ? undefined : end + dollar.length - at)
  }
  return (
    matched('space', SPACE) ??
    matched('word', WORD) ??
    matched('parameter', PARAMETER) ??
    matched('number', NUMBER) ??
    found('sign', 1)
  )
}

/** Comments nest in PostgreSQL. */
function commentLength(sql: string, at: number): number | undefined {
  const marks = /\/\*|\*\//g
  marks.lastIndex = at
  let depth = 0
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.index + 2 - at
  }
  return undefined
}

/**
 * Whether a backslash escapes in a plain string is a setting that the person can change in the session, and the log does
 * not say it. Where it would matter for the string's end, nobody here knows that end.
 */
function stringLength(sql: string, at: number, style: 'plain' | 'escaped'): number | undefined {
  for (let i = at + 1; i < sql.length; i++) {
    if (sql[i] === '\\') {
      if (style === 'escaped') i++
      else if (sql[i + 1] === "'") return undefined
      else if (sql[i + 1] === '\\') i++
    } else if (sql[i] === "'") {
      if (sql[i + 1] !== "'") return i + 1 - at
      i++
    }
  }
  return undefined
}

function nameLength(sql: string, at: number): number | undefined {
  for (let i = at + 1; i < sql.length; i++) {
    if (sql[i] !== '"') continue
    if (sql[i + 1] !== '"') return i + 1 - at
    i++
  }
  return undefined
}

/** Statements whose text is always hidden, because it may contain a password or similar. */
const SECRET_WORD = /pass(?:word|wd|phrase)|secret|credential|token|api_?key/i
const SECRET_TEXT = /pass(?:word|wd)\s*=|:\/\/[^\s:@/]+:[^\s@]+@|PRIVATE KEY/i
const SECRET_OWNER = new Set(['role', 'user', 'group', 'mapping', 'server', 'subscription', 'connection'])

export const HIDDEN_STATEMENT = '… (hidden: it may hold a password)'

/** One statement's text, or several ones', fit to be kept. */
export function redactSql(sql: string, how: Redaction): string {
  if (how === 'all') return ''
  const tokens = tokensOf(sql)
  if (holdsPassword(tokens)) return `${leadingWords(tokens)} ${HIDDEN_STATEMENT}`.trim()
  const secret = tokens.some(
    ({ kind, text }) => kind !== 'word' && kind !== 'space' && SECRET_TEXT.test(text),
  )
  const kept = how === 'none' && !secret ? sql : withoutLiterals(tokens)
  return kept.replace(/\s+/g, ' ').trim()
}

/** `ALTER ROLE … PASSWORD …`, user mappings, connection strings of subscriptions and servers. */
function holdsPassword(tokens: readonly Token[]): boolean {
  const words = tokens.filter((one) => one.kind === 'word').map((one) => one.text.toLowerCase())
  const changes = words.some((word) => word === 'create' || word === 'alter')
  if (!changes || !words.some((word) => SECRET_OWNER.has(word))) return false
  return (
    words.some((word) => SECRET_WORD.test(word) || word === 'connection') ||
    tokens.some((one) => one.kind !== 'word' && one.kind !== 'space' && SECRET_WORD.test(one.text))
  )
}

function leadingWords(tokens: readonly Token[]): string {
  const words = tokens.filter((one) => one.kind !== 'space' && one.kind !== 'comment').slice(0, 2)
  return words.every((one) => one.kind === 'word') ? words.map((one) => one.text).join(' ') : ''
}

/** DO blocks in DO blocks are read so deep; one that is deeper stays closed. Each level reads its text once more. */
const MAX_DEPTH = 3

function withoutLiterals(tokens: readonly Token[], depth = 0): string {
  const bodies = depth < MAX_DEPTH ? doBodies(tokens) : new Set<number>()
  let text = ''
  for (const [at, token] of tokens.entries()) {
    const body = bodies.has(at) ? tokensOf(insideDollars(token.text)) : undefined
    text += body ? `$$ ${withoutLiterals(body, depth + 1)} $$` : shown(token)
    // A literal or a comment that is open where the body ends may go on behind it: `do $$ begin perform 'a$$b' …`
    const last = body?.at(-1)
    if (last?.kind === 'broken' || last?.text.startsWith('--')) return `${text} …`
  }
  return text
}

function shown({ kind, text }: Token): string {
  switch (kind) {
    case 'string':
      return "'…'"
    case 'dollar':
      return '$$…$$'
    case 'number':
      return '?'
    case 'comment':
      return ' '
    case 'broken':
      return '…'
    default:
      return text
  }
}

/**
 * A DO block's statements have no lines of their own in the log, so its body is read as statements. Bodies in
 * other languages than PL/pgSQL stay closed: their strings have other ends.
 */
function doBodies(tokens: readonly Token[]): ReadonlySet<number> {
  const bodies = new Set<number>()
  let words: string[] = []
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind === 'space' || kind === 'comment') continue
    if (kind === 'dollar' && /^do(?: language plpgsql)?$/.test(words.join(' '))) bodies.add(at)
    words = text === ';' ? [] : [...words.slice(0, 3), kind === 'word' ? text.toLowerCase() : text]
    if (kind === 'dollar') words.push('')
  }
  // A language that is named behind the body counts as well.
  const other = tokens.some(
    ({ text }, at) => text.toLowerCase() === 'language' && nextWord(tokens, at) !== 'plpgsql',
  )
  return other ? new Set() : bodies
}

function nextWord(tokens: readonly Token[], at: number): string | undefined {
  return tokens
    .slice(at + 1)
    .find((one) => one.kind !== 'space' && one.kind !== 'comment')
    ?.text.toLowerCase()
}

function insideDollars(text: string): string {
  const mark = text.indexOf('$', 1) + 1
  return text.slice(mark, -mark)
}
