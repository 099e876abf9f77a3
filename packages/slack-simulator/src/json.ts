/** Reading of JSON that an app sent: nothing about its shape is taken on trust. */

export type Json = Record<string, unknown>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object, or an empty one for anything else. */
export function record(value: unknown): Json {
  return isObject(value) ? value : {}
}

/** The list, or an empty one for anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The objects in a list. */
export function records(value: unknown): readonly Json[] {
  return list(value).map(record)
}

/** The text of a string or number, or '' for anything else. */
export function word(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** The number, or undefined for anything that is not a finite one. */
export function quantity(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** The characters of a text object, or of a bare string. */
export function label(value: unknown): string {
  return typeof value === 'string' ? value : word(record(value).text)
}
