/** Looks into a file whose shape may be wrong: that was reported already, and must not hide another fault. */
import type { Json, JsonObject } from '../../core/json.ts'
import { type Path, quote, type Report } from './issue.ts'

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The members of a mapping at this key; none when something else is there. */
export function entriesOf(value: Json | undefined, key: string): [string, Json][] {
  const inner = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return isObject(inner) ? Object.entries(inner) : []
}

export function inside(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  )
}

/** A list's texts at their places; undefined where something else stands. */
export function words(value: Json | undefined): (string | undefined)[] {
  return Array.isArray(value) ? value.map((one) => (typeof one === 'string' ? one : undefined)) : []
}

export function textsIn(value: Json | undefined, key: string): string[] {
  return words(inside(value, key)).filter((one) => one !== undefined)
}

export function warnOfDuplicates(list: readonly (string | undefined)[], path: Path, report: Report): void {
  list.forEach((one, i) => {
    if (one !== undefined && list.indexOf(one) < i)
      report([...path, i], `${quote(one)} is named twice.`, { severity: 'warning' })
  })
}
