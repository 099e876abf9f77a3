import { describe, expect, test } from 'vitest'
import { runBot } from './acme.ts'

const button = (text: string) => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text } }],
})

/** A bot that hands its response_urls over to the test. */
async function runTalkative() {
  const urls: string[] = []
  const running = await runBot((app) => {
    app.command('/butler', async ({ ack, body }) => {
      urls.push(body.response_url)
      await ack()
    })
    app.action('go', async ({ ack, body }) => {
      urls.push(String((body as { response_url?: string }).response_url))
      await ack()
    })
  })
  const post = async (message: object, url = urls.at(-1)) => {
    const answer = await fetch(String(url), {
      method: 'POST',
      body: JSON.stringify(message),
      headers: { 'content-type': 'application/json' },
    })
    return [answer.status, await answer.text()]
  }
  return { ...running, urls, post, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
}

describe('a response_url', () => {
  test('answers five times and then says 404', async () => {
    await using bot = await runTalkative()
    const { simulator, post } = bot
    const ana = simulator.as('U0ANA')
    await ana.command('/butler x', { channel: 'secret' })
    for (const text of ['1', '2', '3', '4', '5']) expect(await post({ text })).toEqual([200, 'ok'])
    expect(await post({ text: '6' })).toEqual([404, '{"ok":false,"error":"used_url"}'])
    expect(ana.channel('secret').messages.map((message) => message.text)).toEqual(['1', '2', '3', '4', '5'])
    expect(simulator.control.calls('response_url').map((call) => call.status)).toEqual([
      200, 200, 200, 200, 200, 404,
    ])
  })

  test('is worth nothing after half an hour', async () => {
    await using bot = await runTalkative()
    const { simulator, post } = bot
    await simulator.as('U0ANA').command('/butler x')
    simulator.control.advance(30 * 60_000 + 1)
    expect(await post({ text: 'late' })).toEqual([404, '{"ok":false,"error":"expired_url"}'])
    expect((await post({ text: 'x' }, `${simulator.url}/hooks/actions/T0ACME/9/guess`))[0]).toBe(404)
  })

  test('speaks to the person alone unless it says otherwise', async () => {
    await using bot = await runTalkative()
    const { simulator, post } = bot
    await simulator.as('U0ANA').command('/butler x', { channel: 'town' })
    await post({ text: 'for you' })
    await post({ text: 'for all', response_type: 'in_channel' })
    const texts = (who: string) =>
      simulator
        .as(who)
        .channel('town')
        .messages.map((message) => message.text)
    expect(texts('U0ANA')).toEqual(['for you', 'for all'])
    expect(texts('U0BEN')).toEqual(['for all'])
  })

  test('of a press replaces or deletes the message that was pressed', async () => {
    await using bot = await runTalkative()
    const { simulator, post } = bot
    const ana = simulator.as('U0ANA')
    await ana.command('/butler x', { channel: 'town' })
    await post({ text: 'choose', blocks: [button('Yes')] })
    expect(await ana.pressButton('Yes')).toEqual({ ok: true })
    expect(await post({ text: 'chosen', replace_original: true })).toEqual([200, 'ok'])
    expect(ana.channel('town').messages).toMatchObject([{ text: 'chosen', ephemeral: true, blocks: [] }])
    expect(await post({ delete_original: true })).toEqual([200, 'ok'])
    expect(ana.channel('town').messages).toEqual([])
    expect(await post({ delete_original: true })).toEqual([400, '{"ok":false,"error":"message_not_found"}'])
  })

  test('refuses what Slack would refuse in any message', async () => {
    await using bot = await runTalkative()
    const { simulator, post } = bot
    await simulator.as('U0ANA').command('/butler x')
    expect(await post({})).toEqual([400, '{"ok":false,"error":"no_text"}'])
    expect(await post({ text: 'x', blocks: [{ type: 'poster' }] })).toEqual([
      400,
      '{"ok":false,"error":"invalid_blocks"}',
    ])
  })
})

describe('the answer in an acknowledgement', () => {
  test('that Slack cannot use is reported to the person', async () => {
    await using running = await runBot((app) => {
      app.command('/butler', async ({ ack }) =>
        ack({ blocks: [{ type: 'divider', colour: 'red' } as never] }),
      )
    })
    const ana = running.simulator.as('U0ANA')
    expect(await ana.command('/butler x')).toMatchObject({ error: 'invalid_command_response' })
    expect(ana.notices()).toEqual(['/butler failed with the error "invalid_command_response"'])
  })
})

describe('a press', () => {
  test('carries the message, or only its place when it was ephemeral', async () => {
    const bodies: Record<string, unknown>[] = []
    await using running = await runBot((app) => {
      app.action('go', async ({ ack, body }) => {
        bodies.push(body as unknown as Record<string, unknown>)
        await ack()
      })
    })
    const { simulator, app } = running
    const ana = simulator.as('U0ANA')
    const blocks = [button('Go')] as never
    const posted = await app.client.chat.postMessage({ channel: 'C0TOWN', text: 'all', blocks })
    await ana.pressButton('Go')
    await app.client.chat.postEphemeral({ channel: 'C0TOWN', user: 'U0ANA', text: 'one', blocks })
    await ana.pressButton('Go')
    expect(bodies[0]).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0ANA', username: 'ana', team_id: 'T0ACME' },
      team: { id: 'T0ACME', domain: 'acme' },
      container: { type: 'message', message_ts: posted.ts, channel_id: 'C0TOWN', is_ephemeral: false },
      message: { ts: posted.ts, text: 'all', bot_id: 'B0SIM' },
      actions: [{ type: 'button', action_id: 'go', block_id: expect.any(String), text: { text: 'Go' } }],
    })
    expect(bodies[1]).toMatchObject({ container: { is_ephemeral: true } })
    expect(bodies[1]).not.toHaveProperty('message')
  })

  test('of somebody who cannot see the message does nothing', async () => {
    await using running = await runBot(() => {})
    const { simulator, app } = running
    await app.client.chat.postEphemeral({
      channel: 'C0TOWN',
      user: 'U0ANA',
      text: 'x',
      blocks: [button('Go')] as never,
    })
    const [message] = simulator.as('U0ANA').messages('town')
    const place = { kind: 'message' as const, channel: 'C0TOWN', ts: String(message?.ts) }
    const blockId = String(message?.blocks[0]?.block_id)
    expect(await simulator.as('U0BEN').press(place, blockId, 'go')).toEqual({ ok: false, error: 'not_found' })
    expect(simulator.control.deliveries()).toEqual([])
  })

  test('that nobody acknowledges is reported to the person', async () => {
    await using running = await runBot(() => {}, { ackDeadlineMs: 30 })
    const { simulator, app } = running
    await app.client.chat.postMessage({ channel: 'U0ANA', text: 'x', blocks: [button('Go')] as never })
    const ana = simulator.as('U0ANA')
    expect(await ana.pressButton('Go')).toEqual({ ok: false, error: 'operation_timeout' })
    expect(ana.notices()).toEqual(['The button "Go" failed with the error "operation_timeout"'])
  })
})
