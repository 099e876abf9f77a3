import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson, answerText, argumentsOf, readBody } from './http.ts'
import { identified } from './input-values.ts'
import type { Json } from './json.ts'
import { acceptBlocks } from './message-content.ts'
import { type Platform, watchForHazards } from './platform.ts'
import type { ReplyPlace } from './response-urls.ts'
import { SlackError } from './slack-error.ts'
import type { Channel, Message } from './workspace.ts'

/**
 * Carries out an answer to an interaction, given in the acknowledgement or through a response_url. It reaches the
 * conversation even if the bot is not in it, and only the person sees it unless it says `in_channel`.
 */
export function reply(platform: Platform, place: ReplyPlace, answer: Json, where: string): void {
  const { workspace } = platform
  const channel = workspace.channels.get(place.channelId)
  if (!channel) throw new SlackError('channel_not_found')
  const source = place.source ? workspace.message(channel, place.source) : undefined
  if (answer.delete_original === true) {
    if (!source) throw new SlackError('message_not_found')
    workspace.remove(channel, source)
    return
  }
  if (answer.attachments !== undefined) throw new SlackError('invalid_attachments')
  const blocks = acceptBlocks(answer.blocks)
  const text = typeof answer.text === 'string' ? answer.text : ''
  if (text === '' && blocks === undefined) throw new SlackError('no_text')
  watchForHazards(platform, where, { ...answer, blocks })
  const named = identified(blocks ?? [], workspace.ids)
  if (answer.replace_original === true && source) {
    source.text = text
    source.blocks = named
    delete source.attachments
    workspace.touch()
    return
  }
  workspace.post(channel, {
    ...author(platform),
    ...audience(place, answer, channel, source),
    text,
    blocks: named,
  })
}

function author(platform: Platform): Pick<Message, 'user' | 'fromBot'> {
  return { user: platform.workspace.app.botUserId, fromBot: true }
}

function audience(
  place: ReplyPlace,
  answer: Json,
  channel: Channel,
  source: Message | undefined,
): Partial<Message> {
  const thread = typeof answer.thread_ts === 'string' ? answer.thread_ts : undefined
  if (answer.response_type === 'in_channel') {
    if (thread !== undefined && !channel.messages.some((message) => message.ts === thread)) {
      throw new SlackError('thread_not_found')
    }
    return thread === undefined ? {} : { thread_ts: thread }
  }
  const inThread = thread ?? source?.thread_ts
  return { ephemeralTo: place.userId, ...(inThread === undefined ? {} : { thread_ts: inThread }) }
}

type Outcome = { readonly status: number; readonly error?: string }

/** A POST to a response_url. Slack answers a plain "ok", and 404 when the URL is too old or was used too often. */
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
