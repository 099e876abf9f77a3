import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:http'

/** What readiness depends on; checked again for every probe. */
type Vitals = {
  /** Resolves when the database answers. */
  readonly ping: () => Promise<void>
  /** Milliseconds since the sweeper's last successful run; undefined before the first. */
  readonly sinceSweep: () => number | undefined
  /** Is Slack's connection up (always true when Slack calls us)? */
  readonly slack: () => boolean
  readonly quarantine: () => Promise<{ readonly beganAt: Date } | undefined>
}

/** After this long without a successful run the sweeper counts as broken. */
const SWEEP_LATE_MS = 15_000

type Answer = { readonly status: number; readonly type: string; readonly body: string }

/** `/healthz`: the process lives. `/readyz`: database, sweeper and Slack work; says which does not, and
 * whether the restore lock is on. That stays 200, because people must still get answers. */
export function healthRoutes(
  vitals: Vitals,
  metrics: () => Promise<{ type: string; body: string }>,
): ReadonlyMap<string, () => Promise<Answer>> {
  return new Map([
    ['/healthz', async () => ({ status: 200, type: 'text/plain', body: 'ok\n' })],
    ['/readyz', () => ready(vitals)],
    ['/metrics', async () => ({ status: 200, ...(await metrics()) })],
  ])
}

async function ready(vitals: Vitals): Promise<Answer> {
  const since = vitals.sinceSweep()
  const database = await vitals.ping().then(
    () => 'ok',
    () => 'does not answer',
  )
  const checks = {
    database,
    sweeper: since !== undefined && since < SWEEP_LATE_MS ? 'ok' : 'does not run',
    slack: vitals.slack() ? 'ok' : 'not connected',
  }
  const quarantine = await vitals.quarantine().catch(() => undefined)
  const good = Object.values(checks).every((check) => check === 'ok')
  return {
    status: good ? 200 : 503,
    type: 'application/json',
    body: `${JSON.stringify({ ready: good, ...checks, ...(quarantine ? { quarantine: `since ${quarantine.beganAt.toISOString()}` } : {}) })}\n`,
  }
}

/** Answers one request from the table; false when the path is not ours. GET and HEAD only. */
export async function answerFrom(
  routes: ReadonlyMap<string, () => Promise<Answer>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const route = routes.get(path)
  if (!route) return false
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return true
  }
  const answer = await route()
  response.writeHead(answer.status, { 'content-type': answer.type, 'cache-control': 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : answer.body)
  return true
}

/** Answers other requests; false when nothing is there. */
export type Others = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

/** A separate server for Socket Mode; on loopback by default, because it shows internals. */
export async function serveHealth(
  routes: ReadonlyMap<string, () => Promise<Answer>>,
  port: number,
  host: string,
  others: Others = async () => false,
): Promise<Server> {
  const server = createServer((request, response) => {
    answerFrom(routes, request, response)
      .then(async (answered) => {
        if (!answered && !(await others(request, response))) response.writeHead(404).end()
      })
      .catch(() => {
        if (!response.headersSent) response.writeHead(500)
        response.end()
      })
  })
  server.requestTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return server
}
