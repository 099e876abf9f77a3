import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { Clock } from './clock.ts'
import type { Ack, Attempt, Transport } from './deliver.ts'
import type { Json } from './json.ts'
import type { DeliveryType } from './record.ts'

export type RawRequest = {
  readonly body: string
  readonly contentType?: string
  /** Seconds; default: now. */
  readonly timestamp?: number
  /** Default: the right one for this body and timestamp. `null` leaves the header out. */
  readonly signature?: string | null
  /** Signs with another secret. */
  readonly secret?: string
  readonly headers?: Record<string, string>
}

export type RawAnswer = { readonly status: number; readonly body: string; readonly contentType: string }

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

/** The Events API over HTTP: each payload is a signed POST to the app's URL. */
export class HttpDelivery implements Transport {
  readonly kind = 'http'
  readonly #url: string
  readonly #secret: string
  readonly #deadline: number
  readonly #clock: Clock
  #last: RawRequest | undefined
  #reachable = true

  constructor(options: { url: string; signingSecret: string; deadlineMs: number; clock: Clock }) {
    this.#url = options.url
    this.#secret = options.signingSecret
    this.#deadline = options.deadlineMs
    this.#clock = options.clock
  }

  connected(): boolean {
    return this.#reachable
  }

  /** The last payload exactly as it went out, for tests that send it again. */
  last(): RawRequest | undefined {
    return this.#last
  }

  async send(type: DeliveryType, payload: Json, { attempt, reason }: Attempt): Promise<Ack> {
    const retry: Record<string, string> =
      attempt > 0 ? { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': reason } : {}
    try {
      const answer = await this.deliver({ ...encoded(type, payload), headers: retry })
      this.#reachable = true
      if (answer.status >= 300) return { outcome: 'dispatch_failed', reason: 'http_error' }
      return { outcome: 'acked', payload: decoded(answer) }
    } catch (error) {
      this.#reachable = false
      const late = error instanceof Error && error.name === 'TimeoutError'
      return late
        ? { outcome: 'operation_timeout', reason: 'http_timeout' }
        : { outcome: 'dispatch_failed', reason: 'connection_failed' }
    }
  }

  deliver(raw: RawRequest): Promise<RawAnswer> {
    const timestamp = raw.timestamp ?? Math.floor(this.#clock.now() / 1000)
    const signature =
      raw.signature === undefined ? sign(raw.body, timestamp, raw.secret ?? this.#secret) : raw.signature
    const headers: Record<string, string> = {
      'content-type': raw.contentType ?? JSON_TYPE,
      'content-length': String(Buffer.byteLength(raw.body)),
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(timestamp),
      ...(signature === null ? {} : { 'x-slack-signature': signature }),
      ...raw.headers,
    }
    this.#last = { ...raw, timestamp, signature }
    return post(this.#url, headers, raw.body, this.#deadline)
  }
}

export function sign(body: string, timestamp: number, secret: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
}

/** Commands come as a form, interactions as JSON in a form, events as JSON. */
function encoded(type: DeliveryType, payload: Json): { body: string; contentType: string } {
  if (type === 'events_api') return { body: JSON.stringify(payload), contentType: JSON_TYPE }
  const fields =
    type === 'slash_commands' ? (payload as Record<string, string>) : { payload: JSON.stringify(payload) }
  return { body: new URLSearchParams(fields).toString(), contentType: FORM }
}

function decoded({ body, contentType }: RawAnswer): Json | undefined {
  if (body === '') return undefined
  if (!contentType.startsWith(JSON_TYPE)) return { text: body }
  return JSON.parse(body) as Json
}

/** A connection of its own each time, so that an app can stop without waiting for ours to go idle. */
function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  timeout: number,
): Promise<RawAnswer> {
  const open = url.startsWith('https:') ? secureRequest : request
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout)
    const failed = (error: Error) => reject(signal.aborted ? signal.reason : error)
    const outgoing = open(url, { method: 'POST', headers, agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', failed)
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          contentType: response.headers['content-type'] ?? '',
        })
      })
    })
    outgoing.on('error', failed)
    outgoing.end(body)
  })
}
