/**
 * `POST /activity/<source>`: what another system saw accounts do, signed by the Standard Webhooks scheme. The signature
 * is checked over the raw bytes before anything is parsed; a refused sender learns nothing else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from '../read-body.ts'

export type ActivityDesk = {
  /** The signing keys of a source; undefined for an unknown name. */
  readonly keysOf: (source: string) => readonly Uint8Array[] | undefined
  readonly receive: (
    source: string,
    delivery: { readonly id: string; readonly body: unknown },
  ) => Promise<{ readonly status: number; readonly body: object }>
  /** Milliseconds since 1970. Node's clock, because a signature's age compares the sender's clock with this host's. */
  readonly now: () => number
}

const PREFIX = '/activity/'
const BODY_LIMIT = 1024 * 1024
/** Seconds, before or after now. */
const WINDOW = 300

/** Answers one request; false when the path is not ours. */
export async function answerActivity(
  desk: ActivityDesk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  if (!path.startsWith(PREFIX)) return false
  const { status, body } = await judge(desk, path.slice(PREFIX.length), request)
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: 'POST' } : {}),
    ...(status >= 400 ? { connection: 'close' } : {}),
  })
  response.end(text)
  return true
}

const refusal = (status: number, error: string) => ({ status, body: { error } })

async function judge(desk: ActivityDesk, source: string, request: IncomingMessage) {
  if (request.method !== 'POST') return refusal(405, 'Send activity with POST.')
  const raw = await readBody(request, BODY_LIMIT)
  if (raw === 'too-large') return refusal(413, `A delivery may have at most ${BODY_LIMIT} bytes.`)
  if (raw === 'broken') return refusal(400, 'The body did not arrive whole.')
  const id = signedId(desk.keysOf(source), request.rawHeaders, raw, desk.now())
  // An unknown source gets the same answer as a wrong signature.
  if (id === undefined) return refusal(401, 'The signature is not good.')
  let body: unknown
  try {
    body = JSON.parse(raw.toString('utf8'))
  } catch {
    return refusal(400, 'The body is not JSON.')
  }
  return desk.receive(source, { id, body })
}

function signedId(
  keys: readonly Uint8Array[] | undefined,
  headers: readonly string[],
  body: Buffer,
  now: number,
): string | undefined {
  const id = only(headers, 'webhook-id')
  const timestamp = only(headers, 'webhook-timestamp')
  const signatures = only(headers, 'webhook-signature')
  if (!keys || !id || !timestamp || !signatures) return undefined
  // The id becomes part of entry keys: one word without separators.
  if (!/^[A-Za-z0-9_.:-]{1,120}$/.test(id) || !/^[1-9][0-9]{0,11}$/.test(timestamp)) return undefined
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > WINDOW) return undefined
  const given = signatures
    .split(' ')
    .slice(0, 10)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
  const good = keys.some((key) => {
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected))
  })
  return good ? id : undefined
}

/** The header's value if it was sent exactly once; `headers` would join or drop repeated ones. */
function only(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name)
  return values.length === 1 ? values[0] : undefined
}
