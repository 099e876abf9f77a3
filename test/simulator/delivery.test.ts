import { App, LogLevel } from '@slack/bolt'
import { WebClient } from '@slack/web-api'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { sign } from '../../src/simulator/http-delivery.ts'
import type { Simulator } from '../../src/simulator/server.ts'
import { runBot, startAcme } from './acme.ts'

type Envelope = { readonly type: string; readonly envelope_id?: string; readonly [key: string]: unknown }

/** A socket without Bolt, to see what goes over the wire. */
type Line = {
  readonly socket: WebSocket
  readonly heard: Envelope[]
  next(type: string): Promise<Envelope>
  readonly closed: Promise<unknown>
}

async function urlFor(simulator: Simulator): Promise<string> {
  const client = new WebClient(simulator.appToken, { slackApiUrl: simulator.apiUrl })
  return String((await client.apps.connections.open()).url)
}

async function dial(simulator: Simulator, url?: string): Promise<Line> {
  const socket = new WebSocket(url ?? (await urlFor(simulator)))
  const heard: Envelope[] = []
  const waiting: { type: string; resolve: (envelope: Envelope) => void }[] = []
  const taken = new Set<Envelope>()
  const match = () => {
    for (const wait of [...waiting]) {
      const found = heard.find((envelope) => envelope.type === wait.type && !taken.has(envelope))
      if (!found) continue
      taken.add(found)
      waiting.splice(waiting.indexOf(wait), 1)
      wait.resolve(found)
    }
  }
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    match()
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const line: Line = {
    socket,
    heard,
    closed,
    next: (type) =>
      new Promise((resolve) => {
        waiting.push({ type, resolve })
        match()
      }),
  }
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return line
}

function acknowledge({ socket }: Line, { envelope_id }: Envelope, payload?: object): void {
  socket.send(JSON.stringify(payload ? { envelope_id, payload } : { envelope_id }))
}

describe('over sockets', () => {
  test('a socket is greeted, and its ticket is worth nothing afterwards', async () => {
    await using simulator = await startAcme()
    const url = await urlFor(simulator)
    const line = await dial(simulator, url)
    expect(await line.next('hello')).toMatchObject({
      num_connections: 1,
      connection_info: { app_id: 'A0SIM' },
    })
    await expect(dial(simulator, url)).rejects.toThrow('401')
    expect(simulator.view('U0ANA').bot.connected).toBe(true)
  })

  test('the envelope of a command has every field, and mentions only where the manifest asks', async () => {
    await using simulator = await startAcme()
    const line = await dial(simulator)
    const ana = simulator.as('U0ANA')
    const first = ana.command('/butler give @ben and @ops <b> in #town', { channel: 'secret' })
    const envelope = await line.next('slash_commands')
    expect(envelope).toMatchObject({
      accepts_response_payload: true,
      payload: {
        team_id: 'T0ACME',
        team_domain: 'acme',
        channel_id: 'G0SECRET',
        channel_name: 'privategroup',
        user_id: 'U0ANA',
        user_name: 'ana',
        command: '/butler',
        text: 'give <@U0BEN|ben> and <!subteam^S0OPS|@ops> &lt;b&gt; in <#C0TOWN|town>',
        is_enterprise_install: 'false',
        response_url: expect.stringContaining(`${simulator.url}/hooks/commands/`),
        trigger_id: expect.any(String),
      },
    })
    acknowledge(line, envelope)
    expect(await first).toEqual({ ok: true })
    const second = ana.command('/plain give @ben')
    const plain = await line.next('slash_commands')
    expect(plain.payload).toMatchObject({ text: 'give @ben' })
    acknowledge(line, plain, { text: 'done', response_type: 'in_channel' })
    await second
    expect(
      simulator
        .as('U0BEN')
        .messages()
        .map((message) => message.text),
    ).toEqual(['done'])
  })

  test('commands and shortcuts outside the manifest cannot be called', async () => {
    await using simulator = await startAcme()
    const line = await dial(simulator)
    const ana = simulator.as('U0ANA')
    expect(await ana.command('/other x')).toMatchObject({ error: 'unknown_command' })
    expect(await ana.shortcut('other')).toMatchObject({ error: 'no_such_shortcut' })
    expect(ana.notices()).toEqual(['/other is not a valid command.'])
    expect(line.heard.map((envelope) => envelope.type)).toEqual(['hello'])
  })

  test('without an acknowledgement in time the person is told, and nothing is sent again', async () => {
    await using simulator = await startAcme({ ackDeadlineMs: 50 })
    const line = await dial(simulator)
    const ana = simulator.as('U0ANA')
    expect(await ana.command('/butler x')).toMatchObject({ ok: false, error: 'operation_timeout' })
    expect(ana.notices()).toEqual(['/butler failed with the error "operation_timeout"'])
    const [delivery] = simulator.control.deliveries()
    expect(delivery).toMatchObject({
      outcome: 'operation_timeout',
      ack: null,
      attempt: 0,
      transport: 'socket',
    })
    expect(line.heard.filter((envelope) => envelope.type === 'slash_commands')).toHaveLength(1)
  })

  test('without a live socket the person is told as soon as Slack gives up looking for one', async () => {
    await using simulator = await startAcme({ socketGraceMs: 20 })
    const ana = simulator.as('U0ANA')
    expect(await ana.command('/butler x')).toMatchObject({ error: 'dispatch_failed' })
    expect(ana.notices()).toEqual(['/butler failed with the error "dispatch_failed"'])
  })

  test('a socket that comes while Slack is looking gets the payload', async () => {
    await using simulator = await startAcme({ socketGraceMs: 5000 })
    const ana = simulator.as('U0ANA')
    const asked = ana.command('/butler x')
    const line = await dial(simulator)
    acknowledge(line, await line.next('slash_commands'))
    expect(await asked).toEqual({ ok: true })
  })

  test('payloads are spread over the sockets, of which ten are the most', async () => {
    await using simulator = await startAcme()
    const lines = await Promise.all(Array.from({ length: 10 }, () => dial(simulator)))
    const eleventh = await dial(simulator)
    expect(await eleventh.next('disconnect')).toMatchObject({ reason: 'too_many_websockets' })
    await eleventh.closed
    for (const line of lines) {
      line.socket.on('message', (data) => acknowledge(line, JSON.parse(String(data))))
    }
    const ana = simulator.as('U0ANA')
    for (const word of ['one', 'two', 'three']) await ana.command(`/butler ${word}`)
    const served = lines.filter((line) => line.heard.some((envelope) => envelope.type === 'slash_commands'))
    expect(served).toHaveLength(3)
  })

  test('a warning leaves the socket working, a refresh ends it', async () => {
    await using simulator = await startAcme({ socketGraceMs: 10 })
    const line = await dial(simulator)
    simulator.control.disconnectSockets('warning')
    expect(await line.next('disconnect')).toMatchObject({ reason: 'warning' })
    expect(simulator.view('U0ANA').bot.connected).toBe(true)
    simulator.control.disconnectSockets('refresh_requested')
    expect(await line.next('disconnect')).toMatchObject({ reason: 'refresh_requested' })
    await line.closed
    expect(await simulator.as('U0ANA').command('/butler x')).toMatchObject({ error: 'dispatch_failed' })
  })

  test('an event that is not acknowledged comes again with the same id', async () => {
    await using simulator = await startAcme({ ackDeadlineMs: 20, eventRetriesMs: [0, 0] })
    const line = await dial(simulator)
    await simulator.control.setGroupMembers('S0OPS', ['U0ANA'])
    const [first, second, third] = [
      await line.next('events_api'),
      await line.next('events_api'),
      await line.next('events_api'),
    ]
    expect(first).toMatchObject({
      accepts_response_payload: false,
      retry_attempt: 0,
      payload: {
        event: { type: 'subteam_members_changed', added_users: ['U0ANA'], removed_users: ['U0BEN'] },
      },
    })
    expect(second).toMatchObject({ retry_attempt: 1, retry_reason: 'timeout' })
    expect(third).toMatchObject({
      retry_attempt: 2,
      payload: { event_id: (first.payload as { event_id: string }).event_id },
    })
    expect(third.envelope_id).not.toBe(first.envelope_id)
  })

  test('events the app did not subscribe to are not delivered', async () => {
    await using simulator = await startAcme()
    const line = await dial(simulator)
    expect(await simulator.control.deliverEvent({ type: 'reaction_added' })).toBeUndefined()
    const left = simulator.control.deactivate('U0BEN')
    const event = await line.next('events_api')
    acknowledge(line, event)
    await left
    expect(event.payload).toMatchObject({
      event: { type: 'user_change', user: { id: 'U0BEN', deleted: true } },
    })
    expect(simulator.control.deliveries('events_api')).toHaveLength(1)
    expect(await simulator.as('U0BEN').command('/butler x')).toMatchObject({ error: 'account_inactive' })
  })

  test('Bolt comes back after its socket was taken away', { timeout: 20_000 }, async () => {
    await using running = await runBot((app) => app.command('/butler', async ({ ack }) => ack('back')))
    const ana = running.simulator.as('U0ANA')
    running.simulator.control.disconnectSockets('refresh_requested')
    await ana.see((view) => !view.bot.connected)
    await ana.see((view) => view.bot.connected, { within: 15_000, what: 'a connected bot' })
    expect(await ana.command('/butler x')).toEqual({ ok: true })
  })
})

describe('over HTTP', () => {
  const signingSecret = 'a-secret-of-the-test'

  async function runHttpBot(listen: (app: App) => void) {
    const { promise: address, resolve } = Promise.withResolvers<string>()
    const app = new App({
      token: 'xoxb-simulator',
      signingSecret,
      endpoints: ['/slack/events'],
      logLevel: LogLevel.ERROR,
      convoStore: false,
      tokenVerificationEnabled: false,
      botId: 'B0SIM',
      botUserId: 'U0BOT',
      unhandledRequestTimeoutMillis: 100,
    } as ConstructorParameters<typeof App>[0])
    listen(app)
    const server = await app.start({ port: 0, host: '127.0.0.1' })
    const at = (server as unknown as { address(): { port: number } }).address()
    resolve(`http://127.0.0.1:${at.port}/slack/events`)
    const url = await address
    const simulator = await startAcme({ delivery: { kind: 'http', url, signingSecret } })
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
      })
    })
    const { simulator } = running
    const ana = simulator.as('U0ANA')
    expect(simulator.signingSecret).toBe(signingSecret)
    expect(await ana.command('/butler tea & cake')).toEqual({ ok: true })
    expect(ana.messages()[0]?.text).toBe('tea &amp; cake')
    expect(await ana.pressButton('Go')).toEqual({ ok: true })
    await ana.openHome({ until: 'acked' })
    expect(seen).toEqual(['block_actions', 'app_home_opened'])
    expect(simulator.control.deliveries().map((one) => one.transport)).toEqual(['http', 'http', 'http'])
    expect(await simulator.control.verifyUrl()).toBe(true)
  })

  test('a bot that is not there, or does not answer, is reported to the person', async () => {
    await using running = await runHttpBot((app) => {
      app.command('/butler', async () => {})
    })
    const ana = running.simulator.as('U0ANA')
    // Bolt gives up after its own timeout with 404.
    expect(await ana.command('/butler x')).toMatchObject({ error: 'dispatch_failed' })
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
