/** Issues for the terminal: where, what, and the line itself with a caret under the place. */

import { hideInLine } from '../rules/secret-literals.ts'
import type { Issue } from './issue.ts'

const WIDTH = 160

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
