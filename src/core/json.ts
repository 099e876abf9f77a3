/** Plain data that survives a trip through the database. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export type JsonObject = { readonly [key: string]: Json }

/**
 * JSON with exactly one spelling (RFC 8785, JCS): keys sorted by UTF-16 code units, no spaces, shortest escapes.
 * Numbers are whole and safe, because two programs can disagree on the digits of a fraction. Throws for others.
 */
export function canonicalJson(value: Json | undefined): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`canonical JSON takes whole numbers only, not ${value}`)
    return JSON.stringify(value)
  }
  if (value === undefined) throw new TypeError('canonical JSON has no undefined')
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value as { [key: string]: Json | undefined })
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`
}
