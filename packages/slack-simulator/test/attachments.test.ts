import type { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Simulator } from '../src/server.ts'
import { textOf } from '../src/text.ts'
import { runBot, startAcme } from './acme.ts'
import { clientOf, errorOf, refusal, section } from './web-client.ts'

let simulator: Simulator
let slack: WebClient

beforeEach(async () => {
  simulator = await startAcme()
  slack = clientOf(simulator)
})
afterEach(() => simulator.stop())

const button = { type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }
const pressable = { type: 'actions', block_id: 'below', elements: [button] }
const post = (more: object): Promise<{ ok: boolean; ts?: string }> =>
  slack.apiCall('chat.postMessage', { channel: 'C0TOWN', text: 't', blocks: section('above'), ...more })
const seen = () => simulator.as('U0ANA').channel('town').messages.at(-1)

test('an attachment is kept, read, and given back without the # of its colour', async () => {
  const { ts } = await post({
    attachments: [{ color: '#D7263D', fallback: 'red', blocks: section('beside the bar') }],
  })
  expect(seen()).toMatchObject({ attachments: [{ color: 'd7263d' }] })
  const message = seen()
  expect(message && textOf(message)).toBe('above\nbeside the bar')
  const { messages } = await slack.conversations.history({ channel: 'C0TOWN' })
  expect(messages).toMatchObject([
    { ts, attachments: [{ id: 1, color: 'd7263d', fallback: 'red', blocks: [{ type: 'section' }] }] },
  ])
  await post({ attachments: [{ color: 'danger', blocks: section('x') }] })
  expect(seen()).toMatchObject({ attachments: [{ color: 'a30200' }] })
})

test('an update keeps attachments that are left out, replaces those that are given, and takes them away', async () => {
  const { ts } = await post({ attachments: [{ color: '#111111', blocks: section('one') }] })
  const at = { channel: 'C0TOWN', ts: String(ts), text: 't' }
  await slack.apiCall('chat.update', { ...at, blocks: section('new') })
  expect(seen()).toMatchObject({ blocks: [{ text: { text: 'new' } }], attachments: [{ color: '111111' }] })
  const other = [{ color: '#222222', blocks: section('two') }]
  await slack.apiCall('chat.update', { ...at, blocks: section('new'), attachments: other })
  expect(seen()?.attachments).toMatchObject([{ color: '222222', blocks: [{ text: { text: 'two' } }] }])
  await slack.apiCall('chat.update', { ...at, blocks: section('new'), attachments: [] })
  expect(seen()?.attachments).toBeUndefined()
})

test('only blocks, a colour and a fallback are taken, under the rules of blocks', async () => {
  const refuses = (one: object) => errorOf(post({ attachments: [one] }))
  const good = { color: '#123456', fallback: 'f', blocks: section('x') }
  for (const wrong of [
    { ...good, text: 'legacy' },
    { ...good, color: '123456' },
    { ...good, color: 'red' },
    { color: '#123456' },
    { ...good, blocks: section('x'.repeat(3001)) },
  ])
    expect(await refuses(wrong)).toBe('invalid_attachments')
  expect(await errorOf(post({ attachments: '{' }))).toBe('invalid_attachments')
  const told = await refusal(post({ attachments: [{ ...good, title: 'x' }] }))
  expect(told).toMatchObject({
    response_metadata: {
      messages: ['[ERROR] invalid additional property: title [json-pointer:/attachments/0]'],
    },
  })
  const many = Array.from({ length: 101 }, () => ({ blocks: [] }))
  expect(await errorOf(post({ attachments: many }))).toBe('too_many_attachments')
  const ephemeral = { channel: 'C0TOWN', user: 'U0ANA', text: 'x', attachments: [good] }
  expect(await errorOf(slack.apiCall('chat.postEphemeral', ephemeral))).toBe('invalid_attachments')
})

test('what is above and what is beside the bar count together', async () => {
  const dividers = (count: number) => Array.from({ length: count }, () => ({ type: 'divider' }))
  const both = (above: unknown[], beside: unknown[]) =>
    post({ blocks: above, attachments: [{ blocks: beside }] })
  expect(await both(dividers(20), dividers(30))).toMatchObject({ ok: true })
  expect(await errorOf(both(dividers(20), dividers(31)))).toBe('invalid_blocks')
  expect(await errorOf(both([pressable], [pressable]))).toBe('invalid_blocks')
  const half = Array.from({ length: 3 }, () => section('x'.repeat(2500))).flat()
  expect(await errorOf(both(half, half))).toBe('msg_blocks_too_long')
})

test('a mention of everybody is found beside the bar too', async () => {
  await post({ attachments: [{ blocks: section('wake up <!here>') }] })
  expect(simulator.control.violations()).toMatchObject([{ pointer: '/attachments/0/blocks/0/text' }])
})

test('a press beside the bar comes from the attachment, and one above it from the message', async () => {
  const bodies: { container: object; message?: { attachments?: object[] } }[] = []
  await using running = await runBot((app) => {
    app.action('go', async ({ ack, body, respond }) => {
      await ack()
      bodies.push(body as never)
      await respond({ text: 'done', replace_original: true })
    })
  })
  const { app, simulator: other } = running
  const ben = other.as('U0BEN')
  const above = { ...pressable, block_id: 'above' }
  const { ts } = await app.client.chat.postMessage({
    channel: 'C0TOWN',
    text: 't',
    blocks: [above as never],
    attachments: [{ color: '#123456', blocks: section('x') as never }, { blocks: [pressable as never] }],
  })
  const where = { kind: 'message', channel: 'C0TOWN', ts: String(ts) } as const
  expect(await ben.press(where, 'above', 'go')).toEqual({ ok: true })
  await ben.see(() => ben.messages('town').some((one) => one.text === 'done'))
  // What replaces a message takes its attachments away.
  expect(ben.messages('town')).toMatchObject([{ text: 'done', blocks: [] }])
  expect(ben.messages('town')[0]?.attachments).toBeUndefined()
  const again = await app.client.chat.postMessage({
    channel: 'C0TOWN',
    text: 't',
    blocks: section('above') as never,
    attachments: [{ color: '#123456', blocks: section('x') as never }, { blocks: [pressable as never] }],
  })
  expect(await ben.pressButton('Go')).toEqual({ ok: true })
  await ben.see(() => bodies.length === 2)
  expect(bodies[0]?.container).toMatchObject({ type: 'message', message_ts: ts, channel_id: 'C0TOWN' })
  expect(bodies[1]?.container).toEqual({
    type: 'message_attachment',
    attachment_id: 2,
    message_ts: again.ts,
    channel_id: 'C0TOWN',
    is_ephemeral: false,
    is_app_unfurl: false,
  })
  expect(bodies[1]?.message?.attachments).toMatchObject([{ id: 1, color: '123456' }, { id: 2 }])
})
