import { readFileSync } from 'node:fs'
import type { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Simulator } from '../src/server.ts'
import { methods } from '../src/web-api/dispatch.ts'
import { MANIFEST, startAcme } from './acme.ts'
import { clientOf, errorOf, refusal, section } from './web-client.ts'

let simulator: Simulator
let slack: WebClient

beforeEach(async () => {
  simulator = await startAcme()
  slack = clientOf(simulator)
})
afterEach(() => simulator.stop())

describe('who may call', () => {
  test('the documented methods are exactly the routes', () => {
    const page = readFileSync(new URL('../coverage.md', import.meta.url), 'utf8')
    const documented = [...page.matchAll(/^\| `([\w.]+)` \|/gm)].map((match) => match[1])
    expect(documented.sort()).toEqual(Object.keys(methods).sort())
  })

  test('each method takes one kind of token', async () => {
    expect(await errorOf(clientOf(simulator, '').auth.test())).toBe('not_authed')
    expect(await errorOf(clientOf(simulator, 'xoxb-other').auth.test())).toBe('invalid_auth')
    expect(await errorOf(clientOf(simulator, simulator.appToken).auth.test())).toBe('not_allowed_token_type')
    expect(await errorOf(slack.apps.connections.open())).toBe('not_allowed_token_type')
    const opened = await clientOf(simulator, simulator.appToken).apps.connections.open()
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

describe('people', () => {
  test('users.info tells guests, strangers, the deactivated and time zones', async () => {
    const info = async (user: string) => (await slack.users.info({ user })).user
    expect(await info('U0ANA')).toMatchObject({ real_name: 'Ana Ito', tz: 'Asia/Tokyo', tz_offset: 32_400 })
    expect(await info('U0GUEST')).toMatchObject({ is_restricted: true })
    expect(await info('U0STRANGER')).toMatchObject({ is_stranger: true, team_id: 'T0STRANGER' })
    expect(await info('U0GONE')).toMatchObject({ deleted: true })
    expect(await errorOf(slack.users.info({ user: 'U0NOBODY' }))).toBe('user_not_found')
  })

  test('a person is found by email only while active', async () => {
    await simulator.stop()
    simulator = await startAcme({
      manifest: MANIFEST.replace("'users:read',", "'users:read', 'users:read.email',"),
    })
    slack = clientOf(simulator)
    expect((await slack.users.lookupByEmail({ email: 'ANA@acme.test' })).user?.profile?.email).toBe(
      'ana@acme.test',
    )
    expect(await errorOf(slack.users.lookupByEmail({ email: 'gone@acme.test' }))).toBe('users_not_found')
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

  test('a disabled group is not there unless disabled ones are asked for, and keeps its members', async () => {
    const listed = async (include_disabled: boolean) =>
      (await slack.usergroups.list({ include_disabled })).usergroups?.find((one) => one.id === 'S0OPS')
    const { users: before } = await slack.usergroups.users.list({ usergroup: 'S0OPS' })
    await simulator.control.disableGroup('S0OPS')
    expect(await errorOf(slack.usergroups.users.list({ usergroup: 'S0OPS' }))).toBe('no_such_subteam')
    expect((await slack.usergroups.users.list({ usergroup: 'S0OPS', include_disabled: true })).users).toEqual(
      before,
    )
    expect(await listed(false)).toBeUndefined()
    expect((await listed(true))?.date_delete).toBeGreaterThan(0)
    await simulator.control.enableGroup('S0OPS')
    expect((await slack.usergroups.users.list({ usergroup: 'S0OPS' })).users).toEqual(before)
    expect((await listed(false))?.date_delete).toBe(0)
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

describe('the record', () => {
  test('every call is kept with its answer and without its token', async () => {
    await slack.chat.postMessage({ channel: 'C0TOWN', text: 'x', token: simulator.botToken })
    await clientOf(simulator, simulator.appToken).apps.connections.open()
    const [call] = simulator.control.calls('chat.postMessage')
    expect(call).toMatchObject({ method: 'chat.postMessage', args: { text: 'x' }, answer: { ok: true } })
    const everything = JSON.stringify(simulator.control.calls())
    expect(everything).not.toContain(simulator.botToken)
    expect(everything).not.toContain(simulator.appToken)
    expect(everything).toContain('ticket=[redacted]')
  })
})
