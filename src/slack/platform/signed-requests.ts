/**
 * Is this request really Slack's, and new? Judged over the raw bytes before anything is parsed. Bolt's own check
 * takes any moment of the future and throws on a missing header, so this one stands in its place.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Slack's own rule: a request is good for five minutes, either side of now. */
const WINDOW_SECONDS = 300

type Signed = { readonly signature: string } | { readonly forged: string }

/** `now` in seconds. The reason of a refusal is for the log; the sender of the request learns nothing from it. */
export function checkSignature(
  secret: string,
  headers: Pick<IncomingMessage, 'rawHeaders'>,
  body: Uint8Array,
  now: number,
): Signed {
  const signature = only(headers.rawHeaders, 'x-slack-signature')
  const timestamp = only(headers.rawHeaders, 'x-slack-request-timestamp')
  if (signature === undefined || timestamp === undefined) return { forged: 'headers' }
  if (!/^v0=[0-9a-f]{64}$/.test(signature)) return { forged: 'signature form' }
  if (!/^[1-9][0-9]{0,11}$/.test(timestamp)) return { forged: 'timestamp form' }
  if (Math.abs(now - Number(timestamp)) > WINDOW_SECONDS) return { forged: 'timestamp' }
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest()
  const given = Buffer.from(signature.slice(3), 'hex')
  return timingSafeEqual(expected, given) ? { signature } : { forged: 'signature' }
}

/** The header's value when it came exactly once; `req.headers` would join or drop repeated ones. */
function only(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name)
  return values.length === 1 ? values[0] : undefined
}

type Replays = {
  /** True the first time; false when this very request came before. */
  first(signature: string, now: number): boolean
}

/**
 * Remembers the signatures of ten minutes, twice what a timestamp is good for. It saves work and is not what makes
 * a replay harmless: it is one process's memory, bounded, and empty after a restart. A verb that comes twice, here
 * or on another replica, loses by the database's compare-and-set.
 */
export function makeReplays(most = 50_000): Replays {
  const seen = new Map<string, number>()
  return {
    first(signature, now) {
      for (const [old, at] of seen) {
        if (now - at <= 2 * WINDOW_SECONDS && seen.size < most) break
        seen.delete(old)
      }
      if (seen.has(signature)) return false
      seen.set(signature, now)
      return true
    },
  }
}

/** Bytes that Slack signed → the payload, in the two forms Slack uses; undefined for anything else. */

type Payload = Record<string, unknown>

/** Slack nests a view's blocks perhaps ten deep. */
const MAX_DEPTH = 100

/** Bytes that Slack signed → the payload, in the two forms Slack uses; undefined for anything else. */
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
  if (depthOf(text) > MAX_DEPTH) return undefined
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
