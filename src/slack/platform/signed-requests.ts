/**
 * Is this request really Slack's, and new? Judged over the raw bytes before anything is parsed. Bolt's own check
 * takes any moment of the future and throws on a missing header, so this one stands in its place.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Slack's own rule: a request is good for five minutes, either side of now. */
const WINDOW = 300

export type Signed = { readonly signature: string } | { readonly forged: string }

/** `now` in seconds. The reason of a refusal is for the log; whoever sent the request learns nothing from it. */
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
  if (Math.abs(now - Number(timestamp)) > WINDOW) return { forged: 'timestamp' }
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest()
  const given = Buffer.from(signature.slice(3), 'hex')
  return timingSafeEqual(expected, given) ? { signature } : { forged: 'signature' }
}

/** The header's value when it came exactly once; `req.headers` would join or drop repeated ones. */
function only(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name)
  return values.length === 1 ? values[0] : undefined
}

export type Replays = {
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
        if (now - at <= 2 * WINDOW && seen.size < most) break
        seen.delete(old)
      }
      if (seen.has(signature)) return false
      seen.set(signature, now)
      return true
    },
  }
}
