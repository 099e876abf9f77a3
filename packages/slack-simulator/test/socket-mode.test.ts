import { describe, expect, test } from 'vitest'
import { runBot, startAcme } from './acme.ts'
import { acknowledge, dial, urlFor } from './line.ts'

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
    expect(JSON.stringify(first)).toContain('verification-token')
    expect(JSON.stringify(simulator.control.deliveries())).not.toContain('verification-token')
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
