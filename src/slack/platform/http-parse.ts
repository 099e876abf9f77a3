/** Bytes that Slack signed → the payload, in the two forms Slack uses; undefined for anything else. */

type Payload = Record<string, unknown>

/** Slack nests a view's blocks perhaps ten deep. */
const DEEPEST = 100

export function parseBody(contentType: string | undefined, raw: Uint8Array): Payload | undefined {
  const kind = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  const text = decode(raw)
  if (text === undefined) return undefined
  if (kind === 'application/json') return parseJson(text)
  if (kind !== 'application/x-www-form-urlencoded') return undefined
  const fields = new URLSearchParams(text)
  const names = [...fields.keys()]
  if (new Set(names).size !== names.length) return undefined
  const payload = fields.get('payload')
  return payload === null ? Object.fromEntries(fields) : parseJson(payload)
}

function decode(raw: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch {
    return undefined
  }
}

function parseJson(text: string): Payload | undefined {
  if (depthOf(text) > DEEPEST) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Payload)
      : undefined
  } catch {
    return undefined
  }
}

/** How deep brackets nest outside strings, without parsing. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]
    if (quoted) {
      if (sign === '\\') i++
      else if (sign === '"') quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === '[' || sign === '{') deepest = Math.max(deepest, ++depth)
    else if (sign === ']' || sign === '}') depth--
  }
  return deepest
}
