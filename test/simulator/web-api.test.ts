import { readFileSync } from 'node:fs'
import {
  type Logger,
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Simulator } from '../../src/simulator/server.ts'
import { methods } from '../../src/simulator/web-api/routes.ts'
import { startAcme } from './acme.ts'

/** Refusals are what these tests are about; the client's own warnings would only hide real ones. */
const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

let simulator: Simulator
let slack: WebClient

function clientWith(token: string | undefined): WebClient {
  return new WebClient(token, {
    slackApiUrl: simulator.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: silent,
  })
}

/** The error string and everything else of an answer that is not ok. */
async function refusal(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof WebAPIPlatformError)) throw error ?? new Error('the call was accepted')
  return error.data as unknown as Record<string, unknown>
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return (await refusal(call)).error
}

const section = (text: string) => [{ type: 'section', text: { type: 'mrkdwn', text } }]

beforeEach(async () => {
  simulator = await startAcme()
  slack = clientWith(simulator.botToken)
})
afterEach(() => simulator.stop())

describe('who may call', () => {
  test('the documented methods are exactly the routes', () => {
    const page = readFileSync(new URL('../../src/simulator/coverage.md', import.meta.url), 'utf8')
    const documented = [...page.matchAll(/^\| `([\w.]+)` \|/gm)].map((match) => match[1])
    expect(documented.sort()).toEqual(Object.keys(methods).sort())
  })

  test('each method takes one kind of token', async () => {
    expect(await errorOf(clientWith(undefined).auth.test())).toBe('not_authed')
    expect(await errorOf(clientWith('xoxb-other').auth.test())).toBe('invalid_auth')
    expect(await errorOf(clientWith(simulator.appToken).auth.test())).toBe('not_allowed_token_type')
    expect(await errorOf(slack.apps.connections.open())).toBe('not_allowed_token_type')
    const opened = await clientWith(simulator.appToken).apps.connections.open()
    expect(opened.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/link\/\?ticket=/)
  })

  test('auth.test says who the bot is and which scopes it has', async () => {
    const answer = await slack.auth.test()
    expect(answer).toMatchObject({ team_id: 'T0ACME', user_id: 'U0BOT', bot_id: 'B0SIM' })
    expect(answer.response_metadata?.scopes).toContain('chat:write')
  })

  test('a scope that is not in the manifest is missing', async () => {
    expect(await refusal(slack.users.lookupByEmail({ email: 'ana@acme.test' }))).toMatchObject({
      error: 'missing_scope',
      needed: 'users:read.email',
      provided: expect.stringContaining('users:read'),
    })
    expect((await slack.users.info({ user: 'U0ANA' })).user?.profile?.email).toBeUndefined()
  })

  test('unknown methods are unknown', async () => {
    expect(await errorOf(slack.apiCall('chat.shout', {}))).toBe('unknown_method')
    expect(await errorOf(slack.apiCall('constructor', {}))).toBe('unknown_method')
  })

  test('arguments come as a form, as JSON, as empty JSON and in the query', async () => {
    const authorization = `Bearer ${simulator.botToken}`
    const json = { authorization, 'content-type': 'application/json;charset=utf-8' }
    const post = async (method: string, headers: Record<string, string>, body: string) =>
      (await fetch(`${simulator.apiUrl}${method}`, { method: 'POST', headers, body })).json()
    expect(await post('auth.test', json, '')).toMatchObject({ ok: true })
    expect(await post('auth.test', json, '{')).toMatchObject({ error: 'invalid_json' })
    const message = JSON.stringify({ channel: 'C0TOWN', text: 'hi', blocks: section('hi') })
    expect(await post('chat.postMessage', json, message)).toMatchObject({ ok: true })
    const got = await fetch(`${simulator.apiUrl}users.info?user=U0ANA`, { headers: { authorization } })
    expect(await got.json()).toMatchObject({ ok: true, user: { id: 'U0ANA' } })
    const form = new URLSearchParams({ token: simulator.botToken, user: 'U0BEN' }).toString()
    expect(
      await post('users.info', { 'content-type': 'application/x-www-form-urlencoded' }, form),
    ).toMatchObject({
      user: { id: 'U0BEN' },
    })
  })
})

describe('messages', () => {
  test("posting to a person opens the direct message and answers with the channel's id", async () => {
    const posted = await slack.chat.postMessage({ channel: 'U0ANA', text: 'hello' })
    expect(posted.channel).toMatch(/^D/)
    expect(
      simulator
        .as('U0ANA')
        .dm()
        .messages.map((message) => message.text),
    ).toEqual(['hello'])
    expect(await errorOf(slack.chat.update({ channel: 'U0ANA', ts: String(posted.ts), text: 'x' }))).toBe(
      'channel_not_found',
    )
  })

  test('a bot speaks only where it sits and only where it can see', async () => {
    const post = (channel: string) => errorOf(slack.chat.postMessage({ channel, text: 'hi' }))
    expect(await post('C0EMPTY')).toBe('not_in_channel')
    expect(await post('G0SECRET')).toBe('channel_not_found')
    expect(await post('C0NOWHERE')).toBe('channel_not_found')
    expect(await post('C0OLD')).toBe('is_archived')
    expect(await post('U0GONE')).toBe('channel_not_found')
    expect(await post('U0BOT')).toBe('cannot_dm_bot')
    simulator.control.inviteBot('empty')
    await slack.chat.postMessage({ channel: '#empty', text: 'now' })
    expect(simulator.as('U0BEN').channel('empty').messages).toHaveLength(1)
  })

  test('an update with text alone takes the blocks away and shows that it was edited', async () => {
    const { ts } = await slack.chat.postMessage({ channel: 'C0TOWN', text: 'a', blocks: section('block a') })
    const at = { channel: 'C0TOWN', ts: String(ts) }
    const seen = () => simulator.as('U0ANA').channel('town').messages[0]
    await slack.chat.update({ ...at, text: 'b', blocks: section('block b') })
    expect(seen()).toMatchObject({ text: 'b', edited: false, blocks: [{ text: { text: 'block b' } }] })
    await slack.chat.update({ ...at, text: 'c' })
    expect(seen()).toMatchObject({ text: 'c', edited: true, blocks: [] })
    expect(await errorOf(slack.chat.update({ ...at, text: 'x'.repeat(4001) }))).toBe('msg_too_long')
    expect(await errorOf(slack.chat.update({ ...at, ts: '1.000001', text: 'x' }))).toBe('message_not_found')
  })

  test("a bot changes and deletes its own messages, not a person's", async () => {
    const said = await simulator.as('U0ANA').act({ kind: 'say', channel: 'C0TOWN', text: 'mine' })
    const ts = (said as { ts?: string }).ts ?? ''
    expect(await errorOf(slack.chat.update({ channel: 'C0TOWN', ts, text: 'x' }))).toBe('cant_update_message')
    expect(await errorOf(slack.chat.delete({ channel: 'C0TOWN', ts }))).toBe('cant_delete_message')
    const own = await slack.chat.postMessage({ channel: 'C0TOWN', text: 'own' })
    await slack.chat.delete({ channel: 'C0TOWN', ts: String(own.ts) })
    expect(
      simulator
        .as('U0ANA')
        .messages('town')
        .map((message) => message.text),
    ).toEqual(['mine'])
  })

  test('replies stay in their thread and are counted', async () => {
    const parent = String((await slack.chat.postMessage({ channel: 'C0TOWN', text: 'parent' })).ts)
    const first = await slack.chat.postMessage({ channel: 'C0TOWN', text: 'one', thread_ts: parent })
    await slack.chat.postMessage({ channel: 'C0TOWN', text: 'two', thread_ts: String(first.ts) })
    const [seen] = simulator.as('U0ANA').channel('town').messages
    expect(seen?.replies.map((reply) => reply.text)).toEqual(['one', 'two'])
    const history = await slack.conversations.history({ channel: 'C0TOWN' })
    expect(history.messages).toMatchObject([{ ts: parent, reply_count: 2 }])
    const thread = await slack.conversations.replies({ channel: 'C0TOWN', ts: parent })
    expect(thread.messages?.map((message) => message.text)).toEqual(['parent', 'one', 'two'])
    const lost = slack.chat.postMessage({ channel: 'C0TOWN', text: 'x', thread_ts: '1700000000.000100' })
    expect(await errorOf(lost)).toBe('thread_not_found')
    await slack.chat.delete({ channel: 'C0TOWN', ts: parent })
    expect(simulator.as('U0ANA').channel('town').messages[0]?.text).toBe('This message was deleted.')
  })

  test('an ephemeral message is seen by one member and cannot be found again', async () => {
    const { message_ts } = await slack.chat.postEphemeral({ channel: 'C0TOWN', user: 'U0ANA', text: 'psst' })
    expect(simulator.as('U0ANA').channel('town').messages).toMatchObject([{ text: 'psst', ephemeral: true }])
    expect(simulator.as('U0BEN').channel('town').messages).toEqual([])
    expect((await slack.conversations.history({ channel: 'C0TOWN' })).messages).toEqual([])
    expect(await errorOf(slack.chat.update({ channel: 'C0TOWN', ts: String(message_ts), text: 'x' }))).toBe(
      'message_not_found',
    )
    const elsewhere = slack.chat.postEphemeral({ channel: 'C0TOWN', user: 'U0GONE', text: 'x' })
    expect(await errorOf(elsewhere)).toBe('user_not_in_channel')
  })

  test('messages without content, and blocks that are too much, are refused', async () => {
    const post = (more: object) => errorOf(slack.apiCall('chat.postMessage', { channel: 'C0TOWN', ...more }))
    expect(await post({})).toBe('no_text')
    expect(await post({ blocks: '{' })).toBe('invalid_blocks_format')
    expect(await post({ blocks: JSON.stringify(JSON.stringify(section('x'))) })).toBe('invalid_blocks_format')
    const large = Array.from({ length: 6 }, () => section('x'.repeat(2500))).flat()
    expect(await post({ blocks: large })).toBe('msg_blocks_too_long')
    const wrong = await refusal(
      slack.apiCall('chat.postMessage', { channel: 'C0TOWN', blocks: section('x'.repeat(3001)) }),
    )
    expect(wrong).toMatchObject({
      error: 'invalid_blocks',
      response_metadata: {
        messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
      },
    })
  })

  test('ts grow strictly and a permalink names one message', async () => {
    const posted = await Promise.all(
      ['a', 'b', 'c'].map((text) => slack.chat.postMessage({ channel: 'C0TOWN', text })),
    )
    const stamps = posted.map((one) => String(one.ts))
    expect(new Set(stamps).size).toBe(3)
    for (const ts of stamps) expect(ts).toMatch(/^\d+\.\d{6}$/)
    const link = await slack.chat.getPermalink({ channel: 'C0TOWN', message_ts: stamps[0] ?? '' })
    expect(link.permalink).toBe(`https://acme.slack.com/archives/C0TOWN/p${stamps[0]?.replace('.', '')}`)
  })

  test('an uploaded file is shown where it was sent', async () => {
    await slack.files.uploadV2({
      channel_id: 'C0TOWN',
      filename: 'a.txt',
      content: 'hello',
      initial_comment: 'see',
    })
    const history = await slack.conversations.history({ channel: 'C0TOWN' })
    expect(history.messages).toMatchObject([{ text: 'see', files: [{ name: 'a.txt', size: 5 }] }])
  })
})

describe('people', () => {
  test('users.info tells guests, strangers, the deactivated and time zones', async () => {
    const info = async (user: string) => (await slack.users.info({ user })).user
    expect(await info('U0ANA')).toMatchObject({ real_name: 'Ana Ito', tz: 'Asia/Tokyo', tz_offset: 32_400 })
    expect(await info('U0GUEST')).toMatchObject({ is_restricted: true })
    expect(await info('U0STRANGER')).toMatchObject({ is_stranger: true, team_id: 'T0STRANGER' })
    expect(await info('U0GONE')).toMatchObject({ deleted: true })
    expect(await errorOf(slack.users.info({ user: 'U0NOBODY' }))).toBe('user_not_found')
  })

  test('lists come in pages', async () => {
    const names: string[] = []
    for await (const page of slack.paginate('users.list', { limit: 2 })) {
      const { members } = page as { members?: { name: string }[] }
      expect(members?.length).toBeLessThanOrEqual(2)
      names.push(...(members ?? []).map((member) => member.name))
    }
    expect(names).toEqual(['ana', 'ben', 'gone', 'guest', 'butler'])
  })

  test('a group and its members follow the control', async () => {
    expect((await slack.usergroups.users.list({ usergroup: 'S0OPS' })).users).toEqual(['U0BEN'])
    await simulator.control.setGroupMembers('S0OPS', ['U0ANA', 'U0BEN'])
    expect((await slack.usergroups.users.list({ usergroup: 'S0OPS' })).users).toEqual(['U0ANA', 'U0BEN'])
    expect(await errorOf(slack.usergroups.users.list({ usergroup: 'S0NONE' }))).toBe('no_such_subteam')
  })

  test('what can be learned of a conversation depends on the scopes for its kind', async () => {
    expect((await slack.conversations.info({ channel: 'C0EMPTY' })).channel).toMatchObject({
      is_member: false,
    })
    expect(await errorOf(slack.conversations.history({ channel: 'C0EMPTY' }))).toBe('not_in_channel')
    expect(await errorOf(slack.conversations.list({ types: 'private_channel' }))).toBe('missing_scope')
    expect(await errorOf(slack.conversations.join({ channel: 'C0EMPTY' }))).toBe('missing_scope')
    const opened = await slack.conversations.open({ users: 'U0ANA' })
    expect(await errorOf(slack.conversations.info({ channel: String(opened.channel?.id) }))).toBe(
      'missing_scope',
    )
    expect(await errorOf(slack.conversations.open({ users: 'U0GONE' }))).toBe('user_disabled')
  })
})

describe('when Slack is not well', () => {
  test('a planned fault strikes as often as it was planned', async () => {
    simulator.control.failNext('chat.postMessage', { error: 'fatal_error' }, 2)
    const post = () => slack.chat.postMessage({ channel: 'C0TOWN', text: 'x' })
    expect([await errorOf(post()), await errorOf(post())]).toEqual(['fatal_error', 'fatal_error'])
    expect((await post()).ok).toBe(true)
  })

  test('a status, a rate limit and an outage look as Slack makes them look', async () => {
    simulator.control.failNext('auth.test', { status: 500 })
    await expect(slack.auth.test()).rejects.toBeInstanceOf(WebAPIHTTPError)
    simulator.control.failNext('auth.test', { rateLimited: 7 })
    await expect(slack.auth.test()).rejects.toMatchObject({ retryAfter: 7 })
    simulator.control.down()
    await expect(slack.auth.test()).rejects.toMatchObject({ statusCode: 503 })
    simulator.control.down('refused')
    await expect(slack.auth.test()).rejects.toMatchObject({ code: 'slack_webapi_request_error' })
    simulator.control.up()
    expect((await slack.auth.test()).ok).toBe(true)
  })

  test('apply-then-reset posts the message although the app sees an error', async () => {
    simulator.control.failNext('chat.postMessage', 'apply-then-reset')
    await expect(slack.chat.postMessage({ channel: 'C0TOWN', text: 'twice?' })).rejects.toThrow()
    expect(simulator.as('U0ANA').messages('town')).toHaveLength(1)
  })

  test('a call that hangs is ended by the stop of the simulator', async () => {
    await simulator.stop()
    const { promise: called, resolve: record } = Promise.withResolvers<unknown>()
    simulator = await startAcme({ record })
    simulator.control.failNext('auth.test', 'hang')
    const hanging = clientWith(simulator.botToken).auth.test()
    const ended = expect(hanging).rejects.toThrow('fetch failed')
    await called
    await simulator.stop()
    await ended
  })

  test('posting faster than Slack allows in one channel is limited, and time heals it', async () => {
    await simulator.stop()
    simulator = await startAcme({ pace: 'slack' })
    slack = clientWith(simulator.botToken)
    const post = (channel: string) => slack.chat.postMessage({ channel, text: 'x' })
    const limited = async () => {
      for (let sent = 0; sent < 20; sent += 1) {
        const error = await post('C0TOWN').then(
          () => undefined,
          (reason: unknown) => reason,
        )
        if (error instanceof WebAPIRateLimitedError) return error.retryAfter
      }
      return undefined
    }
    expect(await limited()).toBe(1)
    expect((await post('U0ANA')).ok).toBe(true)
    simulator.control.advance(2000)
    expect((await post('C0TOWN')).ok).toBe(true)
  })

  test('after the app was removed its tokens are dead', async () => {
    await simulator.control.uninstall()
    expect(await errorOf(slack.auth.test())).toBe('account_inactive')
  })
})

describe('the record', () => {
  test('every call is kept with its answer and without its token', async () => {
    await slack.chat.postMessage({ channel: 'C0TOWN', text: 'x', token: simulator.botToken })
    await clientWith(simulator.appToken).apps.connections.open()
    const [call] = simulator.control.calls('chat.postMessage')
    expect(call).toMatchObject({ method: 'chat.postMessage', args: { text: 'x' }, answer: { ok: true } })
    const everything = JSON.stringify(simulator.control.calls())
    expect(everything).not.toContain(simulator.botToken)
    expect(everything).not.toContain(simulator.appToken)
    expect(everything).toContain('ticket=[redacted]')
  })
})
