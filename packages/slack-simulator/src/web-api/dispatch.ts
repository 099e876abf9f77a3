import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from '../faults.ts'
import { answerJson, argumentsOf, readBody } from '../http.ts'
import type { Json } from '../json.ts'
import type { Platform } from '../platform.ts'
import { SlackError } from '../slack-error.ts'
import { appMethods } from './app.ts'
import { channelToWrite } from './channel-access.ts'
import { chatMethods } from './chat.ts'
import { conversationMethods } from './conversations.ts'
import { fileMethods } from './files.ts'
import { Args, type Method, needScope } from './method.ts'
import { peopleMethods } from './people.ts'
import { viewMethods } from './views.ts'

/** Every Web API method there is. coverage.md lists the same ones. */
export const methods: Readonly<Record<string, Method>> = {
  ...appMethods,
  ...chatMethods,
  ...viewMethods,
  ...peopleMethods,
  ...conversationMethods,
  ...fileMethods,
}

type Answer = { readonly status: number; readonly body: Json; readonly headers?: Record<string, string> }

const RATE_LIMITED = { ok: false, error: 'ratelimited' }

/** Answers one call of `/api/<method>`. Slack says what went wrong in the body; the status stays 200. */
export async function answerCall(
  platform: Platform,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (platform.faults.down === 'refused') {
    request.destroy()
    return
  }
  const seq = platform.wire.begin()
  const at = platform.workspace.clock.now()
  const { args, token, readable } = await received(request)
  const fault = platform.faults.take(name)
  const answer = readable
    ? decide(platform, name, args, token, fault)
    : { status: 200, body: { ok: false, error: 'invalid_json' } }
  platform.wire.keep(seq, {
    at,
    kind: 'call',
    method: name,
    args,
    status: answer?.status ?? 0,
    answer: answer?.body ?? null,
  })
  if (fault === 'hang' || !answer) return
  if (fault === 'apply-then-reset') {
    request.socket.destroy()
    return
  }
  answerJson(response, answer.status, answer.body, answer.headers)
}

async function received(
  request: IncomingMessage,
): Promise<{ args: Json; token: string | undefined; readable: boolean }> {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  try {
    const { token, ...args } = argumentsOf(request, await readBody(request))
    return { args, token: bearer ?? (typeof token === 'string' ? token : undefined), readable: true }
  } catch {
    return { args: {}, token: bearer, readable: false }
  }
}

function decide(
  platform: Platform,
  name: string,
  args: Json,
  token: string | undefined,
  fault: Fault | undefined,
): Answer | undefined {
  if (platform.faults.down === 'unavailable')
    return { status: 503, body: { ok: false, error: 'service_unavailable' } }
  if (fault === 'hang') return undefined
  if (typeof fault === 'object') return faulted(fault)
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (!method) return { status: 200, body: { ok: false, error: 'unknown_method', req_method: name } }
  return run(platform, name, method, new Args(args), token)
}

function faulted(fault: Exclude<Fault, string>): Answer {
  if ('error' in fault) return { status: 200, body: { ok: false, error: fault.error } }
  if ('status' in fault) return { status: fault.status, body: { ok: false, error: 'internal_error' } }
  return { status: 429, body: RATE_LIMITED, headers: { 'retry-after': String(fault.rateLimited) } }
}

function run(
  platform: Platform,
  name: string,
  method: Method,
  args: Args,
  token: string | undefined,
): Answer {
  const headers: Record<string, string> = {
    'x-oauth-scopes': [...platform.manifest.scopes].join(','),
    'x-accepted-oauth-scopes': method.scope ?? '',
  }
  try {
    authenticate(platform, method, token)
    if (method.scope !== undefined) needScope(platform, method.scope)
    const wait = platform.rates?.take(bucketOf(platform, name, method, args), method.tier) ?? 0
    if (wait > 0) return { status: 429, body: RATE_LIMITED, headers: { 'retry-after': String(wait) } }
    return { status: 200, body: { ok: true, ...method.run(args, platform) }, headers }
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    return { status: 200, body: { ok: false, error: error.message, ...error.more }, headers }
  }
}

/** Each method takes one kind of token: the app's for opening sockets, the bot's for the rest. */
function authenticate(platform: Platform, method: Method, token: string | undefined): void {
  if (method.token === 'none') return
  const { app, bot } = platform.tokens
  if (token === undefined || token === '') throw new SlackError('not_authed')
  if (token !== app && token !== bot) throw new SlackError('invalid_auth')
  // The app's own token outlives its removal from one workspace.
  if (platform.uninstalled && token === bot) throw new SlackError('account_inactive')
  if (token !== (method.token === 'app' ? app : bot)) throw new SlackError('not_allowed_token_type')
}

/** Posting is counted for each channel, whether it was named by its id or by the person in it. */
function bucketOf(platform: Platform, name: string, method: Method, args: Args): string {
  if (method.tier !== 'post') return name
  try {
    return `${name} ${channelToWrite(platform, args.required('channel')).id}`
  } catch {
    return name
  }
}
