/** What a bench found, as a table for people and as JSON for programs. */
import { cpus, loadavg } from 'node:os'

export type Required =
  | { readonly kind: 'ratio-at-most' | 'ratio-at-least'; readonly than: number }
  | { readonly kind: 'value-under'; readonly than: number }
  /** Worth knowing, and nobody promised anything. */
  | { readonly kind: 'none' }

export type Finding = {
  readonly name: string
  readonly unit: 'ms' | 'MB' | 'per s'
  readonly elevate: number
  /** What a program that does nothing else needs, in the same run; undefined where there is no such thing. */
  readonly limit: number | undefined
  readonly required: Required
}

/** One thing measured; starts all that it needs and leaves nothing behind. */
export type Bench = (options: { readonly quick: boolean }) => Promise<readonly Finding[]>

export type Judged = Finding & { readonly ratio: number | undefined; readonly met: boolean | undefined }

export function judge(finding: Finding): Judged {
  const { elevate, limit, required } = finding
  const ratio = limit === undefined ? undefined : elevate / limit
  return { ...finding, ratio, met: isMet(required, elevate, ratio) }
}

function isMet(required: Required, value: number, ratio: number | undefined): boolean | undefined {
  switch (required.kind) {
    case 'ratio-at-most':
      return ratio !== undefined && ratio <= required.than
    case 'ratio-at-least':
      return ratio !== undefined && ratio >= required.than
    case 'value-under':
      return value < required.than
    default:
      return undefined
  }
}

export function printTable(rows: readonly Judged[]): string {
  const head = ['what', 'elevate', 'limit', 'ratio', 'required', 'met?']
  const cells = rows.map((row) => [
    row.name,
    amount(row.elevate, row.unit),
    row.limit === undefined ? '-' : amount(row.limit, row.unit),
    row.ratio === undefined ? '-' : `${row.ratio.toFixed(2)}x`,
    wanted(row.required, row.unit),
    row.met === undefined ? '' : row.met ? 'yes' : 'MISSED',
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}

function amount(value: number, unit: Finding['unit']): string {
  return `${value.toFixed(unit === 'MB' || value >= 1000 ? 0 : value < 10 ? 2 : 1)} ${unit}`
}

function wanted(required: Required, unit: Finding['unit']): string {
  switch (required.kind) {
    case 'ratio-at-most':
      return `at most ${required.than}x`
    case 'ratio-at-least':
      return `at least ${required.than}x`
    case 'value-under':
      return `under ${required.than} ${unit}`
    default:
      return ''
  }
}

/** Numbers without the machine they were measured on say little. */
export function machine() {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    load: loadavg().map((one) => Math.round(one * 100) / 100),
  }
}
