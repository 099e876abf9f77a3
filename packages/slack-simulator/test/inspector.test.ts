import { request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Running, runBot, startAcme } from './acme.ts'

let running: Running

beforeEach(async () => {
  running = await runBot((app) => {
    app.command('/butler', async ({ ack, command }) => ack(command.text))
  })
})
afterEach(() => running[Symbol.asyncDispose]())

/** A request with headers of any kind, which fetch does not allow. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${running.simulator.url}${path}`,
      { method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve([response.statusCode ?? 0, Buffer.concat(chunks).toString()]))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }

test('the state is one person’s view, and waiting ends with the next change', async () => {
  const [status, body] = await raw('GET', '/sim/state?as=U0ANA')
  expect(status).toBe(200)
  const view = JSON.parse(body)
  expect(view).toMatchObject({ me: { id: 'U0ANA' }, bot: { connected: true }, modals: [], home: null })
  expect(view.channels.map((channel: { name: string }) => channel.name)).toContain('secret')
  const waiting = raw('GET', `/sim/state?as=U0BEN&after=${view.version}`)
  await running.app.client.chat.postMessage({ channel: 'C0TOWN', text: 'news' })
  const next = JSON.parse((await waiting)[1])
  expect(next.version).toBeGreaterThan(view.version)
  expect(next.channels[0].messages).toMatchObject([{ text: 'news' }])
  expect(next.channels.map((channel: { name: string }) => channel.name)).not.toContain('secret')
})

test('an act over HTTP is the same as an act in a test', async () => {
  const act = { as: 'U0ANA', act: { kind: 'command', channel: 'C0TOWN', text: '/butler hi' } }
  const [status, body] = await raw('POST', '/sim/act', JSON_TYPE, JSON.stringify(act))
  expect([status, JSON.parse(body)]).toEqual([200, { ok: true }])
  expect(running.simulator.as('U0ANA').channel('town').messages).toMatchObject([{ text: 'hi' }])
})

test('reading a channel takes its unread count away', async () => {
  await running.app.client.chat.postMessage({ channel: 'C0TOWN', text: 'news' })
  const ana = running.simulator.as('U0ANA')
  expect(ana.channel('town').unread).toBe(1)
  await raw('POST', '/sim/act', JSON_TYPE, '{"as":"U0ANA","act":{"kind":"read","channel":"C0TOWN"}}')
  expect(ana.channel('town').unread).toBe(0)
  expect(running.simulator.as('U0BEN').channel('town').unread).toBe(1)
})

test('pages of other sites can neither look nor act', async () => {
  const { host } = new URL(running.simulator.url)
  const state = '/sim/state?as=U0ANA'
  expect((await raw('GET', state, { host: 'rebound.test' }))[0]).toBe(403)
  expect((await raw('GET', state, { origin: 'https://evil.test' }))[0]).toBe(403)
  expect((await raw('GET', state, { origin: 'null' }))[0]).toBe(403)
  expect((await raw('GET', state, { origin: `http://${host}` }))[0]).toBe(200)
  const act = '{"as":"U0ANA","act":{"kind":"command","channel":"C0TOWN","text":"/butler hi"}}'
  expect((await raw('POST', '/sim/act', { 'content-type': 'text/plain' }, act))[0]).toBe(415)
  expect(running.simulator.control.deliveries()).toEqual([])
})

test('what is not Slack’s is left to the page', async () => {
  await using simulator = await startAcme({
    page: (incoming, response) => {
      if (incoming.url !== '/') return false
      response.end('the page')
      return true
    },
  })
  expect(await (await fetch(simulator.url)).text()).toBe('the page')
  expect((await fetch(`${simulator.url}/other`)).status).toBe(404)
})

test('nonsense is refused and breaks nothing', async () => {
  expect((await raw('POST', '/sim/act', JSON_TYPE, '{'))[0]).toBe(400)
  expect((await raw('POST', '/sim/act', JSON_TYPE, '{"as":"U0ANA"}'))[0]).toBe(400)
  expect((await raw('POST', '/sim/act', JSON_TYPE, '{"as":"U0NOBODY","act":{}}'))[0]).toBe(400)
  expect(await raw('POST', '/sim/act', JSON_TYPE, '{"as":"U0ANA","act":{"kind":"dance"}}')).toEqual([
    200,
    '{"ok":false,"error":"unknown_act"}',
  ])
  expect((await raw('GET', '/sim/state?as=U0NOBODY'))[0]).toBe(404)
  expect((await raw('GET', '/sim/elsewhere'))[0]).toBe(404)
  expect(await raw('GET', '/sim/violations')).toEqual([200, '[]'])
})
