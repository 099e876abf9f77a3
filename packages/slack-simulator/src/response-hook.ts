import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Json } from './block-rules/rule.ts'
import { answerJson, answerText, argumentsOf, readBody } from './http-body.ts'
import type { Platform } from './platform.ts'
import { reply } from './reply.ts'
import { SlackError } from './slack-error.ts'

type Outcome = { readonly status: number; readonly error?: string }

/** A POST to a response_url. Slack answers a plain "ok", and 404 when the URL is worn out. */
export async function answerHook(
  platform: Platform,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const seq = platform.wire.begin()
  const at = platform.workspace.clock.now()
  const args = await read(request)
  const fault = platform.faults.take('response_url')
  const { status, error } = fault ? { status: 500, error: 'internal_error' } : carryOut(platform, path, args)
  const answer = error === undefined ? { ok: true } : { ok: false, error }
  platform.wire.keep(seq, { at, kind: 'call', method: 'response_url', args: args ?? {}, status, answer })
  if (error === undefined) answerText(response, status, 'ok')
  else answerJson(response, status, answer)
}

async function read(request: IncomingMessage): Promise<Json | undefined> {
  try {
    const body = argumentsOf(request, await readBody(request))
    return typeof body.payload === 'string' ? (JSON.parse(body.payload) as Json) : body
  } catch {
    return undefined
  }
}

function carryOut(platform: Platform, path: string, args: Json | undefined): Outcome {
  if (platform.faults.down) return { status: 503, error: 'service_unavailable' }
  if (!args) return { status: 400, error: 'invalid_payload' }
  const place = platform.responseUrls.use(path)
  if (typeof place === 'string') return { status: 404, error: place }
  try {
    reply(platform, place, args, 'response_url')
    return { status: 200 }
  } catch (error) {
    if (error instanceof SlackError) return { status: 400, error: error.message }
    throw error
  }
}
