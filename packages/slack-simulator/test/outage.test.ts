import { WebAPIHTTPError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Simulator } from '../src/server.ts'
import { startAcme } from './acme.ts'
import { clientOf, errorOf } from './web-client.ts'

let simulator: Simulator
let slack: WebClient

beforeEach(async () => {
  simulator = await startAcme()
  slack = clientOf(simulator)
})
afterEach(() => simulator.stop())

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
    const hanging = clientOf(simulator).auth.test()
    const ended = expect(hanging).rejects.toThrow('fetch failed')
    await called
    await simulator.stop()
    await ended
  })

  test('posting faster than Slack allows in one channel is limited, and time heals it', async () => {
    await simulator.stop()
    simulator = await startAcme({ pace: 'slack' })
    slack = clientOf(simulator)
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
    expect(await simulator.as('U0ANA').command('/butler x')).toMatchObject({ error: 'unknown_command' })
    expect((await clientOf(simulator, simulator.appToken).apps.connections.open()).ok).toBe(true)
  })
})
