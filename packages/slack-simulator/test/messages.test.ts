import type { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Simulator } from '../src/server.ts'
import { startAcme } from './acme.ts'
import { clientOf, errorOf, refusal, section } from './web-client.ts'

let simulator: Simulator
let slack: WebClient

beforeEach(async () => {
  simulator = await startAcme()
  slack = clientOf(simulator)
})
afterEach(() => simulator.stop())

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
