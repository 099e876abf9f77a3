import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson, answerText, readBody } from './http.ts'
import { isObject, type Json } from './json.ts'
import { perform } from './people/perform.ts'
import { fileSeenBy, viewOf } from './people/person-view.ts'
import { type Question, suggest } from './people/suggest.ts'
import type { Platform } from './platform.ts'
import type { Act } from './view.ts'

const LONGEST_WAIT_MS = 25_000

/**
 * Only pages of this server may look and act: a foreign Host means a name that was made to point here, a foreign
 * Origin means another site's page in the same browser.
 */
export function isOwnRequest(request: IncomingMessage, port: number): boolean {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`]
  const { host = '', origin } = request.headers
  return own.includes(host) && (origin === undefined || own.some((one) => origin === `http://${one}`))
}

/** The page's window into the workspace, under `/sim/`. */
export async function answerInspector(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator')
  const route = `${request.method} ${url.pathname}`
  if (route === 'GET /sim/state') {
    await answerState(platform, url.searchParams, response)
  } else if (route === 'GET /sim/file') {
    answerFile(platform, url.searchParams, response)
  } else if (route === 'GET /sim/violations') {
    answerJson(response, 200, platform.violations)
  } else if (route === 'POST /sim/act' || route === 'POST /sim/suggest') {
    await answerAct(platform, route, request, response)
  } else answerText(response, 404, 'not found')
}

async function answerState(
  platform: Platform,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const userId = query.get('as') ?? ''
  if (!platform.workspace.people.has(userId)) {
    answerText(response, 404, 'nobody has that id')
    return
  }
  const after = Number(query.get('after') ?? Number.NaN)
  if (Number.isInteger(after)) {
    const ended = new AbortController()
    response.once('close', () => ended.abort())
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(LONGEST_WAIT_MS)])
    await platform.workspace.changed(after, signal)
  }
  if (!response.destroyed)
    answerJson(response, 200, viewOf(platform, userId), { 'cache-control': 'no-store' })
}

/** Pictures are shown, everything else is only ever saved: what an app uploads must not run in this page. */
function answerFile(platform: Platform, query: URLSearchParams, response: ServerResponse): void {
  const id = query.get('id') ?? ''
  const content = fileSeenBy(platform, query.get('as') ?? '', id)
  if (!content) {
    answerText(response, 404, 'no such file')
    return
  }
  const name = platform.uploads.get(id)?.name ?? id
  const type = name.endsWith('.png') ? 'image/png' : 'application/octet-stream'
  const disposition = type === 'image/png' ? 'inline' : 'attachment'
  response.writeHead(200, {
    'content-type': type,
    'content-disposition': `${disposition}; filename*=UTF-8''${encodeURIComponent(name)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'no-store',
  })
  response.end(content)
}

async function answerAct(
  platform: Platform,
  route: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A form of another site can post text without asking; JSON it cannot.
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    answerText(response, 415, 'send JSON')
    return
  }
  const body = parsed(await readBody(request))
  const person = platform.workspace.people.get(String(body?.as))
  if (!body || !person || (route === 'POST /sim/act' && !isObject(body.act))) {
    answerText(response, 400, 'say who acts, and what is done')
    return
  }
  const answer =
    route === 'POST /sim/act'
      ? await perform(platform, person.id, body.act as unknown as Act)
      : await suggest(platform, person, body as unknown as Question)
  answerJson(response, 200, answer)
}

function parsed(body: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
