import type { AddressInfo } from 'node:net'
import { App, LogLevel } from '@slack/bolt'
import { describe, expect, test } from 'vitest'
import { sign } from '../src/http-delivery.ts'
import type { SimulatorOptions } from '../src/server.ts'
import { startAcme } from './acme.ts'

describe('over HTTP', () => {
  const signingSecret = 'a-secret-of-the-test'

  async function runHttpBot(listen: (app: App) => void, options: Partial<SimulatorOptions> = {}) {
    const app = new App({
      token: 'xoxb-simulator',
      signingSecret,
      endpoints: ['/slack/events'],
      logLevel: LogLevel.ERROR,
      convoStore: false,
      tokenVerificationEnabled: false,
      botId: 'B0SIM',
      botUserId: 'U0BOT',
    })
    listen(app)
    const server = await app.start({ port: 0, host: '127.0.0.1' })
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/slack/events`
    const simulator = await startAcme({ delivery: { kind: 'http', url, signingSecret }, ...options })
    return {
      simulator,
      url,
      async [Symbol.asyncDispose]() {
        await app.stop()
        await simulator.stop()
      },
    }
  }

  test('commands, presses and events reach the real Bolt, signed', async () => {
    const seen: string[] = []
    const last = Promise.withResolvers<void>()
    await using running = await runHttpBot((app) => {
      app.command('/butler', async ({ ack, command }) =>
        ack({
          text: command.text,
          blocks: [
            {
              type: 'actions',
              elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }],
            },
          ],
        }),
      )
      app.action('go', async ({ ack, body }) => {
        seen.push(body.type)
        await ack()
      })
      app.event('app_home_opened', async ({ event }) => {
        seen.push(event.type)
        last.resolve()
      })
    })
    const { simulator } = running
    const ana = simulator.as('U0ANA')
    expect(simulator.signingSecret).toBe(signingSecret)
    expect(await ana.command('/butler tea & cake')).toEqual({ ok: true })
    expect(ana.messages()[0]?.text).toBe('tea &amp; cake')
    expect(await ana.pressButton('Go')).toEqual({ ok: true })
    await ana.openHome({ until: 'acked' })
    await last.promise
    expect(seen).toEqual(['block_actions', 'app_home_opened'])
    expect(simulator.control.deliveries().map((one) => one.transport)).toEqual(['http', 'http', 'http'])
    expect(await simulator.control.verifyUrl()).toBe(true)
  })

  test('a bot that is not there, or does not answer, is reported to the person', async () => {
    const silent = (app: App) => app.command('/butler', async () => {})
    await using running = await runHttpBot(silent, { ackDeadlineMs: 50 })
    expect(await running.simulator.as('U0ANA').command('/butler x')).toMatchObject({
      error: 'operation_timeout',
    })
    await using nowhere = await startAcme({
      delivery: { kind: 'http', url: 'http://127.0.0.1:9/slack/events', signingSecret },
    })
    expect(await nowhere.as('U0ANA').command('/butler x')).toMatchObject({ error: 'dispatch_failed' })
    expect(nowhere.view('U0ANA').bot.connected).toBe(false)
  })

  test('a forged or an old request is turned away, a replayed one is not told apart', async () => {
    let commands = 0
    await using running = await runHttpBot((app) => {
      app.command('/butler', async ({ ack }) => {
        commands += 1
        await ack()
      })
    })
    const { control } = running.simulator
    await running.simulator.as('U0ANA').command('/butler x')
    const last = control.lastDelivery()
    if (!last) throw new Error('nothing was delivered')
    const status = async (change: object) => (await control.deliverRaw({ ...last, ...change })).status
    const now = Math.floor(Date.now() / 1000)
    expect(await status({ secret: 'guessed', signature: undefined })).toBe(401)
    expect(await status({ signature: null })).toBe(401)
    expect(await status({ body: `${last.body}&text=all` })).toBe(401)
    expect(await status({ timestamp: now - 301, signature: undefined })).toBe(401)
    expect(commands).toBe(1)
    expect(await status({})).toBe(200)
    expect(commands).toBe(2)
  })

  test('the signature is the one in the example of the documentation', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
      '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
      '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.' +
      '803a0bc887a14d10d2c447fce8b6703c'
    expect(sign(body, 1_531_420_618, '8f742231b10e8888abcd99yyyzzz85a5')).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    )
  })
})
