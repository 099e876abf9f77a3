/** Slack over HTTP: one small server that lets in only what Slack signed, and serves the probes on the same port. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { App, Receiver } from '@slack/bolt'
import type { Log } from '../../core/ports.ts'
import { readBody } from '../../read-body.ts'
import { checkSignature, makeReplays, parseBody } from './signed-requests.ts'

/** Bytes. Slack's own payloads end far below this; a modal's view is at most 250 kB. */
const BODY_LIMIT = 1024 * 1024

export const ENDPOINT = '/slack/events'

/** A request that is not whole after this time is dropped. Milliseconds. */
const PATIENCE = 10_000

/** Path → handler of GET requests. */
export type ExtraRoutes = Readonly<
  Record<string, (req: IncomingMessage, res: ServerResponse) => void | Promise<void>>
>

export type HttpOptions = {
  readonly signingSecret: string
  readonly port: number
  readonly host?: string
  readonly log: Log
  readonly extraRoutes?: ExtraRoutes
  /** Answers other paths, whatever the method; false when the path is none of its own. */
  readonly others?: ((req: IncomingMessage, res: ServerResponse) => Promise<boolean>) | undefined
  /** Milliseconds since 1970. A signature's age is a matter between Slack's clock and this one. */
  readonly now?: () => number
}

type HttpReceiver = Omit<Receiver, 'start' | 'stop'> & {
  start(): Promise<void>
  stop(): Promise<void>
  port(): number | undefined
}

export function makeHttpReceiver(options: HttpOptions): HttpReceiver {
  if (options.signingSecret === '') throw new Error('the signing secret is empty')
  const { now: clock = Date.now } = options
  const routes = new Map(Object.entries(options.extraRoutes ?? {}))
  const replays = makeReplays()
  let app: App | undefined
  const server = createServer({
    headersTimeout: PATIENCE,
    requestTimeout: PATIENCE,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16 * 1024,
  })
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    serve(req, res).catch((error: unknown) => {
      options.log.error({ error: String(error) }, 'a request could not be served')
      answer(res, 500)
    })
  })

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = (req.url ?? '').split('?', 1)[0] ?? ''
    const extra = routes.get(path)
    if (extra && (req.method === 'GET' || req.method === 'HEAD')) return extra(req, res)
    if (path !== ENDPOINT && (await options.others?.(req, res))) return
    if (path !== ENDPOINT) return answer(res, extra ? 405 : 404)
    if (req.method !== 'POST') return answer(res, 405)
    return event(req, res)
  }

  async function event(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const raw = await readBody(req, BODY_LIMIT)
    if (raw === 'too-large') return answer(res, 413)
    if (raw === 'broken' || !app) return answer(res, 400)
    const now = Math.floor(clock() / 1000)
    if (isSslCheck(raw)) return answer(res, 200)
    const signed = checkSignature(options.signingSecret, req, raw, now)
    if ('forged' in signed) {
      options.log.warn({ why: signed.forged }, 'a request was refused that Slack did not sign')
      return answer(res, 401)
    }
    if (!replays.first(signed.signature, now)) return answer(res, 200)
    const body = parseBody(req.headers['content-type'], raw)
    if (!body) return answer(res, 400)
    if (body.type === 'url_verification') return answer(res, 200, { challenge: body.challenge })
    await app.processEvent({ body, ack: async (given: unknown) => answer(res, 200, given), ...retry(req) })
    // Bolt found nobody to answer: a kind of payload that this app did not subscribe to.
    answer(res, 404)
  }

  return {
    init: (given) => {
      app = given
    },
    start: () => listen(server, options.port, options.host),
    stop: () => close(server),
    port: () => {
      const address = server.address()
      return typeof address === 'object' && address ? address.port : undefined
    },
  }
}

/** Slack looks at our certificate now and then, unsigned. It is answered, and nothing is done. */
function isSslCheck(raw: Uint8Array): boolean {
  return (
    raw.length < 1_000 && new URLSearchParams(Buffer.from(raw).toString('latin1')).get('ssl_check') === '1'
  )
}

function retry(req: IncomingMessage): { retryNum?: number; retryReason?: string } {
  const number = req.headers['x-slack-retry-num']
  const reason = req.headers['x-slack-retry-reason']
  return {
    ...(typeof number === 'string' ? { retryNum: Number(number) } : {}),
    ...(typeof reason === 'string' ? { retryReason: reason } : {}),
  }
}

/** The first answer counts; a body is text or JSON. */
function answer(res: ServerResponse, status: number, content?: unknown): void {
  if (res.headersSent) return
  const text = content === undefined || typeof content === 'string' ? content : JSON.stringify(content)
  const json = text !== undefined && typeof content !== 'string'
  res.writeHead(status, {
    ...(text ? { 'content-type': json ? 'application/json' : 'text/plain' } : {}),
    ...(status >= 400 ? { connection: 'close' } : {}),
  })
  res.end(text)
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(host ? { host } : {}) }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Lets open requests finish for a moment, then closes. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
