import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHttpReceiver } from '../../src/slack/platform/http-receiver.ts'

const SECRET = 'a-signing-secret'
const NOW = 1_800_000_000

const seen: unknown[] = []
let now = NOW
let base = ''
const warned: object[] = []
const receiver = makeHttpReceiver({
  signingSecret: SECRET,
  port: 0,
  host: '127.0.0.1',
  log: {
    debug() {},
    info() {},
    warn: (facts) => void warned.push(facts),
    error: (facts) => void warned.push(facts),
  },
  extraRoutes: { '/healthz': (_, res) => void res.writeHead(200).end('ok') },
  now: () => now * 1000,
})

beforeAll(async () => {
  receiver.init({
    processEvent: async ({ body, ack }: { body: unknown; ack: (said?: unknown) => Promise<void> }) => {
      seen.push(body)
      await ack()
    },
  } as never)
  await receiver.start()
  base = `http://127.0.0.1:${receiver.port()}`
})
afterAll(() => receiver.stop())
beforeEach(() => {
  seen.length = 0
  now = NOW
})

function sign(body: string | Uint8Array, timestamp: string | number, secret = SECRET): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
}

const FORM = 'application/x-www-form-urlencoded'

function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Response> {
  return fetch(`${base}/slack/events`, {
    method: 'POST',
    body,
    headers: { 'content-type': FORM, ...headers },
  })
}

let counter = 0
function fresh(): string {
  return `command=%2Felevate&text=${counter++}`
}

function signed(body: string, timestamp: string | number = NOW, secret = SECRET) {
  return {
    'x-slack-signature': sign(body, timestamp, secret),
    'x-slack-request-timestamp': String(timestamp),
  }
}

describe('a request over HTTP', () => {
  it('comes in when Slack signed it', async () => {
    const body = fresh()
    expect((await post(body, signed(body))).status).toBe(200)
    expect(seen).toHaveLength(1)
  })

  it.each([-300, 0, 300])('may be %i s off', async (off) => {
    const body = fresh()
    expect((await post(body, signed(body, NOW + off))).status).toBe(200)
  })

  it.each([
    NOW - 301,
    NOW + 301,
    NOW + 315_360_000,
    'Infinity',
    '1e999',
    -NOW,
    `0${NOW}`,
    `${NOW}.0`,
    ` ${NOW}1`,
    '',
    '１８',
  ])('is refused with the timestamp %s, though the signature fits it', async (timestamp) => {
    const body = fresh()
    const asSent = encodeURIComponent(String(timestamp)) === String(timestamp) ? timestamp : 'x'
    const answer = await post(body, signed(body, asSent))
    expect([answer.status, await answer.text()]).toEqual([401, ''])
    expect(seen).toEqual([])
  })

  it.each([
    ['nothing', {}],
    ['no signature', { 'x-slack-request-timestamp': String(NOW) }],
    ['no timestamp', { 'x-slack-signature': `v0=${'0'.repeat(64)}` }],
    ['an empty signature', { 'x-slack-signature': '', 'x-slack-request-timestamp': String(NOW) }],
    ['v0= alone', { 'x-slack-signature': 'v0=', 'x-slack-request-timestamp': String(NOW) }],
    ['v1', { 'x-slack-signature': `v1=${'0'.repeat(64)}`, 'x-slack-request-timestamp': String(NOW) }],
    ['a short signature', { 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': String(NOW) }],
    [
      'a wrong signature',
      { 'x-slack-signature': `v0=${'0'.repeat(64)}`, 'x-slack-request-timestamp': String(NOW) },
    ],
  ])('is refused with %s, without a word', async (_, headers) => {
    const answer = await post(fresh(), headers)
    expect([answer.status, await answer.text()]).toEqual([401, ''])
    expect(seen).toEqual([])
  })

  it('is refused with another secret', async () => {
    const body = fresh()
    expect((await post(body, signed(body, NOW, 'another'))).status).toBe(401)
  })

  it('is refused when a byte was changed', async () => {
    const body = fresh()
    expect((await post(`${body}0`, signed(body))).status).toBe(401)
    expect(seen).toEqual([])
  })

  it('is refused with a header that came twice', async () => {
    const body = fresh()
    const headers = signed(body)
    const twice = Object.entries({ ...headers, 'content-length': String(body.length) })
    const status = await raw(
      [
        'POST /slack/events HTTP/1.1',
        'Host: localhost',
        `Content-Type: ${FORM}`,
        ...twice.map(([name, value]) => `${name}: ${value}`),
        `X-Slack-Signature: ${headers['x-slack-signature']}`,
        '',
        body,
      ].join('\r\n'),
    )
    expect(status).toBe(401)
    expect(seen).toEqual([])
  })

  it('has one effect when it is sent again', async () => {
    const body = fresh()
    const headers = signed(body)
    expect((await post(body, headers)).status).toBe(200)
    now = NOW + 200
    expect((await post(body, headers)).status).toBe(200)
    expect(seen).toHaveLength(1)
  })

  it('may not be longer than a mebibyte, announced or not', async () => {
    const body = 'a'.repeat(1024 * 1024 + 1)
    const status = await raw(
      `POST /slack/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    expect(status).toBe(413)
    const chunked = `POST /slack/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`
    expect(await raw(`${chunked}${body.length.toString(16)}\r\n${body}\r\n`)).toBe(413)
    expect(seen).toEqual([])
  })

  it.each([
    ['twice the same field', 'text=a&text=b', FORM],
    ['broken JSON', '{"a":', 'application/json'],
    ['a list', '[1]', 'application/json'],
    ['JSON a hundred thousand deep', '['.repeat(100_000) + ']'.repeat(100_000), 'application/json'],
    ['another form', 'a,b', 'text/csv'],
    ['a broken payload', 'payload=%7B', FORM],
  ])('is not understood with %s', async (_, body, type) => {
    const began = performance.now()
    const answer = await post(body, { ...signed(body), 'content-type': type })
    expect(answer.status).toBe(400)
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(seen).toEqual([])
  })

  it('is not understood with bytes that are not UTF-8', async () => {
    const body = new Uint8Array([0x74, 0x3d, 0xff])
    const headers = { 'x-slack-signature': sign(body, NOW), 'x-slack-request-timestamp': String(NOW) }
    expect((await post(body, headers)).status).toBe(400)
  })

  it('answers the checks of Slack itself', async () => {
    expect((await post('ssl_check=1&token=x', {})).status).toBe(200)
    expect((await post('ssl_check=2', {})).status).toBe(401)
    const url = '{"type":"url_verification","challenge":"abc"}'
    const answer = await post(url, { ...signed(url), 'content-type': 'application/json' })
    expect(await answer.json()).toEqual({ challenge: 'abc' })
    expect(seen).toEqual([])
  })

  it('finds the probes on the same port, and nothing else', async () => {
    expect(await (await fetch(`${base}/healthz?x=1`)).text()).toBe('ok')
    expect((await fetch(`${base}/healthz`, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${base}/slack/events`)).status).toBe(405)
    expect((await fetch(`${base}/constructor`)).status).toBe(404)
  })

  it('says in the log why, and nothing that was sent', () => {
    const said = JSON.stringify(warned)
    expect(said).toContain('timestamp')
    expect(said).not.toContain('elevate&text')
  })
})

/** Sends bytes as they are and reads the status. */
function raw(request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(base).port), '127.0.0.1', () => void socket.write(request))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
      if (answer.includes('\r\n\r\n')) socket.destroy()
    })
    socket.on('close', () => resolve(Number(answer.split(' ')[1])))
    socket.on('error', (error) => (answer ? undefined : reject(error)))
  })
}
