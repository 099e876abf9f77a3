import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Json } from './json.ts'

const MOST_BYTES = 8 * 1024 * 1024

/** The whole body of a request; throws a RangeError when it is longer than `mostBytes`. */
export async function readBody(request: IncomingMessage, mostBytes: number = MOST_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > mostBytes) throw new RangeError('the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A call's arguments: from the query, a form, or JSON; the Python SDK sends JSON with an empty body. */
export function argumentsOf(request: IncomingMessage, body: Buffer): Json {
  const query = new URL(request.url ?? '/', 'http://simulator').searchParams
  const inQuery = Object.fromEntries(query)
  const text = body.toString()
  if (text === '') return inQuery
  if ((request.headers['content-type'] ?? '').startsWith('application/json')) {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw new SyntaxError('the body is not an object')
    }
    return { ...inQuery, ...parsed }
  }
  return { ...inQuery, ...Object.fromEntries(new URLSearchParams(text)) }
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}

export function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}
