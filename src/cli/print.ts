/** Answers of commands. */
import { foundWanting } from './exit-codes.ts'

/** One answer: JSON for programs, text for people. Not `ok` is exit code 1, all the same. */
export function print(json: boolean | undefined, value: unknown, text: string, ok = true): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`)
  if (!ok) foundWanting()
}

/** Columns as wide as their widest cell; the last one has no width. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

/** `1 event`, `2 events`; `many` where an s is not enough. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}
