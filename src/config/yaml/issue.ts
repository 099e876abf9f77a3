/** Something about the configuration that its author should know, where it stands in the file, and how it is printed. */
import { clamp, cleanText } from '../../core/access/reason.ts'
import { hideInLine } from '../rules/secret-literals.ts'

type Severity = 'fault' | 'warning'

export type Issue = {
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  /** `targets.orders-db.roles.read`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  readonly severity: Severity
}

export type Path = readonly (string | number)[]

/** `key` points at the key of a mapping, `value` at what stands behind it. */
export type Spot = 'key' | 'value'

/** Notes an issue; its place in the file is looked up from the path. */
export type Report = (path: Path, message: string, how?: { at?: Spot; severity?: Severity }) => void

export function writePath(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('')
}

export function sortIssues(issues: readonly Issue[]): Issue[] {
  const seen = new Set<string>()
  return issues
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .filter((issue) => {
      const same = `${issue.line}:${issue.column}:${issue.message}`
      return !seen.has(same) && seen.add(same)
    })
}

/** Text from the file inside a sentence of ours: short, on one line, and without anything that deceives a terminal. */
export function quote(text: string): string {
  return `“${clamp(cleanText(text).replace(/\s+/g, ' '), 60)}”`
}

export function quoteAll(texts: readonly string[]): string {
  const shown = texts.slice(0, 12).map(quote)
  return texts.length > shown.length
    ? `${shown.join(', ')} and ${texts.length - shown.length} more`
    : shown.join(', ')
}

/** Characters of a line that are shown around the place. */
const WIDTH = 160

/** Issues for the terminal: where, what, and the line itself with a caret under the place. */
export function printIssues(file: string, text: string, issues: readonly Issue[]): string {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  return issues.map((issue) => printIssue(issue, file, lines[issue.line - 1])).join('\n\n')
}

function printIssue(issue: Issue, file: string, line: string | undefined): string {
  const where = issue.path ? ` (${issue.path})` : ''
  const head = `${file}:${issue.line}:${issue.column}: ${issue.severity}: ${issue.message}${where}`
  if (line === undefined || line.trim() === '') return head
  // Whatever could steer the terminal or turn the line around becomes a blank; a blank keeps the caret in place.
  const plain = line
    .replace(/\r$/, '')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, (one) => ' '.repeat(one.length))
  const before = hideInLine(plain.slice(0, issue.column - 1))
  const shown = hideInLine(plain)
  // When something before the caret was hidden, the caret goes where the rest begins now.
  const caret = shown.startsWith(before) ? before.length : shown.length - plain.slice(issue.column - 1).length
  const start = Math.max(0, caret - WIDTH / 2)
  const cut = shown.slice(start, start + WIDTH)
  const gutter = `  ${issue.line} | `
  return `${head}\n${gutter}${cut}\n${' '.repeat(gutter.length + Math.max(0, caret - start))}^`
}
