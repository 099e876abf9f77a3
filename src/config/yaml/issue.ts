/** Something about the configuration that its author should know, and where it stands in the file. */
import { clamp, cleanText } from '../../core/access/reason.ts'

export type Severity = 'fault' | 'warning'

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
