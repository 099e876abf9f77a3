import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { answerJson, readBody } from '../http.ts'
import type { PersonView } from '../view.ts'
import { type Looking, nothingYet, type Rendering } from './scene.ts'
import { paneBody, paneHead, thread } from './workspace/channel.ts'
import { modal } from './workspace/modal.ts'
import { sidebar } from './workspace/sidebar.ts'

/** A person's view of a busy workspace is large. */
const MOST_BYTES = 32 * 1024 * 1024

const headers = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "frame-src 'self'",
    "frame-ancestors 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}

const here = (name: string): URL => new URL(name, import.meta.url)

export type PageOptions = {
  /** As whom the workspace is shown where the address does not say `?as=`. */
  readonly firstPerson?: string
}

/**
 * Answers the page's own addresses: `/`, `/page.css`, `/page.js` with its modules below `/page/`, and
 * `POST /page/render`, which turns a person's view into HTML. Resolves to false for all others, which are
 * left alone. It knows nothing of the workspace: the page fetches the view and sends it along.
 */
export function pageHandler(
  options: PageOptions = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/' && options.firstPerson && !searchParams.has('as')) {
      searchParams.set('as', options.firstPerson)
      response.writeHead(302, { ...headers, location: `/?${searchParams}` }).end()
      return true
    }
    if (request.method === 'POST' && pathname === '/page/render') {
      await answerRender(request, response)
      return true
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return false
    const file = await asset(pathname)
    if (!file) return false
    response.writeHead(200, { ...headers, 'content-type': `${file.type}; charset=utf-8` })
    response.end(request.method === 'HEAD' ? undefined : file.text)
    return true
  }
}

async function asset(pathname: string): Promise<{ type: string; text: string } | undefined> {
  if (pathname === '/') return { type: 'text/html', text: await readFile(here('page.html'), 'utf8') }
  if (pathname === '/page.css') return { type: 'text/css', text: await styles() }
  if (pathname === '/page.js') return { type: 'text/javascript', text: "import '/page/page.js'\n" }
  const script = /^\/page\/([a-z-]+\.js)$/.exec(pathname)?.[1]
  if (!script) return undefined
  try {
    return { type: 'text/javascript', text: await readFile(here(`browser/${script}`), 'utf8') }
  } catch {
    return undefined
  }
}

async function styles(): Promise<string> {
  const names = (await readdir(here('style/'))).filter((name) => name.endsWith('.css')).toSorted()
  const texts = await Promise.all(names.map((name) => readFile(here(`style/${name}`), 'utf8')))
  return texts.join('\n')
}

async function answerRender(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = (status: number, value: unknown): void => answerJson(response, status, value, headers)
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return answer(415, { error: 'application/json is expected' })
  }
  try {
    const { view, looking } = JSON.parse((await readBody(request, MOST_BYTES)).toString()) as {
      view: PersonView
      looking: Partial<Looking>
    }
    answer(200, render(view, looking, Date.now()))
  } catch (error) {
    answer(400, { error: error instanceof Error ? error.message : String(error) })
  }
}

/** Draws what a person sees; `looking` says what of it is open. */
function render(view: PersonView, looking: Partial<Looking>, now: number): Rendering {
  const scene = { view, looking: { ...nothingYet, ...looking }, now }
  const html = (node: ReactNode): string => (node === null ? '' : renderToStaticMarkup(node))
  return {
    sidebar: html(sidebar(scene)),
    head: html(paneHead(scene)),
    body: html(paneBody(scene)),
    thread: html(thread(scene)),
    modal: html(modal(scene)),
  }
}
