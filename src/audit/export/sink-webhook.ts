/**
 * Events by HTTP POST, signed by the Standard Webhooks scheme: HMAC-SHA-256 over `id.timestamp.body`, so that the
 * receiver knows who sent it, when, and, by the id, whether it has it already. The address is the operator's; nobody
 * else can choose it, and a redirect is an error, so that no answer can choose another.
 */
import { createHmac } from 'node:crypto'
import { type Batch, type Sink, SinkError } from '../../core/log/delivery.ts'
import { readBase64 } from '../checkpoint/note.ts'

const SHORTEST_KEY = 24
const LONGEST_KEY = 64

export type WebhookSettings = {
  readonly url: URL
  /** The first signs now; further ones are kept while a secret is being changed. */
  readonly keys: readonly Uint8Array[]
  readonly draw: (batch: Batch) => string
}

/** Throws with what to write instead; never with the secret or the address. */
export function readWebhook(url: string, secret: string): Pick<WebhookSettings, 'url' | 'keys'> {
  const address = URL.canParse(url.trim()) ? new URL(url.trim()) : undefined
  const isHere = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(address?.hostname ?? '')
  if (!address || !(address.protocol === 'https:' || (address.protocol === 'http:' && isHere)))
    throw new Error('its address is not an https address (http only for this machine itself).')
  return { url: address, keys: readSigningKeys(secret) }
}

/** `whsec_…`, or several with a space between. Throws with what to write instead; never with the secret. */
export function readSigningKeys(secret: string): readonly Uint8Array[] {
  const keys = secret
    .trim()
    .split(/\s+/)
    .map((one) => (one.startsWith('whsec_') ? readBase64(one.slice('whsec_'.length)) : undefined))
  const good = keys.filter(
    (key) => key !== undefined && key.length >= SHORTEST_KEY && key.length <= LONGEST_KEY,
  )
  if (good.length < keys.length)
    throw new Error(
      'its secret is not whsec_ and 24 to 64 bytes in base64. Make one: echo "whsec_$(openssl rand -base64 32)". ' +
        'Two, with a space between, sign both ways while a receiver changes over.',
    )
  return good as Buffer[]
}

export function signatureOf(keys: readonly Uint8Array[], id: string, at: number, body: string): string {
  return keys
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`)
    .join(' ')
}

export function webhookSink({ url, keys, draw }: WebhookSettings): Sink {
  return {
    send: async (batch, signal) => {
      const body = draw(batch)
      const headers = {
        'content-type': 'application/x-ndjson',
        'user-agent': 'elevate',
        'webhook-id': batch.id,
        'webhook-timestamp': String(batch.at),
        'webhook-signature': signatureOf(keys, batch.id, batch.at, body),
      }
      const answer = await post(url, { method: 'POST', headers, body, redirect: 'error', signal })
      // What it says does not matter, and may be long.
      await answer.body?.cancel().catch(() => {})
      if (answer.ok) return
      throw new SinkError(`the receiver answered ${answer.status}`, {
        tooLarge: answer.status === 413,
        retryAfter: secondsOf(answer.headers.get('retry-after')),
      })
    },
    close: async () => {},
  }
}

/** Errors of the network name hosts and ports, which are the operator's to know; never a whole address. */
async function post(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request)
  } catch (error) {
    if (request.signal?.aborted) throw new SinkError('the receiver did not answer in time')
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
    const why = cause?.message.includes('redirect') ? 'a redirect' : (cause?.code ?? 'no connection')
    throw new SinkError(`the receiver could not be reached (${why})`)
  }
}

function secondsOf(header: string | null): number | undefined {
  return header !== null && /^[0-9]{1,6}$/.test(header) ? Number(header) : undefined
}
