import type { KnownBlock } from '@slack/types'
import { expect, test } from 'vitest'
import { type Running, runBot } from './acme.ts'

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const option = (text: string, value: string) => ({ text: plain(text), value })

const FORM: KnownBlock[] = [
  {
    type: 'input',
    block_id: 'text',
    label: plain('Reason'),
    element: { type: 'plain_text_input', action_id: 'v' },
  },
  {
    type: 'input',
    block_id: 'number',
    label: plain('How many'),
    element: { type: 'number_input', action_id: 'v', is_decimal_allowed: false, max_value: '9' },
  },
  {
    type: 'input',
    block_id: 'select',
    label: plain('Colour'),
    element: { type: 'static_select', action_id: 'v', options: [option('Red', 'r'), option('Blue', 'b')] },
  },
  {
    type: 'input',
    block_id: 'external',
    label: plain('Fruit'),
    element: { type: 'external_select', action_id: 'v' },
  },
  {
    type: 'input',
    block_id: 'user',
    label: plain('With'),
    element: { type: 'users_select', action_id: 'v' },
  },
  {
    type: 'input',
    block_id: 'users',
    label: plain('Guests'),
    element: { type: 'multi_users_select', action_id: 'v' },
  },
  {
    type: 'input',
    block_id: 'where',
    label: plain('Where'),
    element: { type: 'conversations_select', action_id: 'v' },
  },
  {
    type: 'input',
    block_id: 'checks',
    label: plain('Extras'),
    element: { type: 'checkboxes', action_id: 'v', options: [option('Milk', 'm'), option('Sugar', 's')] },
  },
  {
    type: 'input',
    block_id: 'radio',
    label: plain('Size'),
    element: { type: 'radio_buttons', action_id: 'v', options: [option('Small', 's'), option('Large', 'l')] },
  },
  { type: 'input', block_id: 'date', label: plain('Day'), element: { type: 'datepicker', action_id: 'v' } },
  { type: 'input', block_id: 'time', label: plain('Time'), element: { type: 'timepicker', action_id: 'v' } },
  {
    type: 'input',
    block_id: 'moment',
    label: plain('Moment'),
    element: { type: 'datetimepicker', action_id: 'v' },
  },
]

type Submitted = Record<string, Record<string, unknown>>

function runForm(
  submitted: Submitted[] = [],
  asked: string[] = [],
  pressed: unknown[] = [],
): Promise<Running> {
  return runBot((app) => {
    app.command('/butler', async ({ ack, body, client }) => {
      await ack()
      await client.views.open({
        trigger_id: body.trigger_id,
        view: {
          type: 'modal',
          callback_id: 'form',
          title: plain('Order'),
          submit: plain('Send'),
          close: plain('Cancel'),
          blocks: FORM,
        },
      })
    })
    app.options('v', async ({ ack, payload }) => {
      asked.push(payload.value)
      await ack({ options: [option('Pear', 'p'), option('Peach', 'pe')] })
    })
    app.action('v', async ({ ack, action }) => {
      pressed.push(action)
      await ack()
    })
    app.view('form', async ({ ack, view }) => {
      submitted.push(view.state.values as unknown as Submitted)
      await ack()
    })
  })
}

test('every kind of input takes words and gives the shape that Slack gives', async () => {
  const submitted: Submitted[] = []
  const asked: string[] = []
  const pressed: unknown[] = []
  await using running = await runForm(submitted, asked, pressed)
  const ana = running.simulator.as('U0ANA')
  await ana.command('/butler')
  await ana.fill('Reason', 'because')
  await ana.fill('How many', 3)
  await ana.fill('Colour', 'Blue')
  await ana.fill(/^Fru/, 'Pear')
  await ana.fill('With', '@ben')
  await ana.fill('Guests', ['Ana Ito', 'U0BEN'])
  await ana.fill('Where', '#town')
  await ana.fill('Extras', ['Milk', 's'])
  await ana.fill('Size', 'Large')
  await ana.fill('date', '2026-11-23')
  await ana.fill('Time', '14:30')
  await ana.fill('Moment', new Date(1_700_000_000_000))
  expect(await ana.submit()).toEqual({ ok: true })
  expect(submitted).toEqual([
    {
      text: { v: { type: 'plain_text_input', value: 'because' } },
      number: { v: { type: 'number_input', value: '3' } },
      select: { v: { type: 'static_select', selected_option: option('Blue', 'b') } },
      external: { v: { type: 'external_select', selected_option: option('Pear', 'p') } },
      user: { v: { type: 'users_select', selected_user: 'U0BEN' } },
      users: { v: { type: 'multi_users_select', selected_users: ['U0ANA', 'U0BEN'] } },
      where: { v: { type: 'conversations_select', selected_conversation: 'C0TOWN' } },
      checks: { v: { type: 'checkboxes', selected_options: [option('Milk', 'm'), option('Sugar', 's')] } },
      radio: { v: { type: 'radio_buttons', selected_option: option('Large', 'l') } },
      date: { v: { type: 'datepicker', selected_date: '2026-11-23' } },
      time: { v: { type: 'timepicker', selected_time: '14:30' } },
      moment: { v: { type: 'datetimepicker', selected_date_time: 1_700_000_000 } },
    },
  ])
  expect(asked).toEqual(['Pear'])
  expect(pressed).toEqual([])
})

test('what is not on the menu cannot be chosen, and what does not fit cannot be sent', async () => {
  await using running = await runForm()
  const ana = running.simulator.as('U0ANA')
  await ana.command('/butler')
  await expect(ana.fill('Colour', 'Green')).rejects.toThrow('"Green" is not on the menu: "Red", "Blue"')
  await expect(ana.fill('Fruit', 'Pe')).rejects.toThrow('after 3 letters')
  await expect(ana.fill('With', 'nobody')).rejects.toThrow('nobody is called')
  await ana.fill('How many', 10)
  expect((await ana.submit()).errors).toMatchObject({
    number: 'Must be no more than 9.',
    text: expect.any(String),
  })
})

test('a choice outside an input is told to the app at once', async () => {
  const pressed: unknown[] = []
  await using running = await runForm([], [], pressed)
  const accessory = { type: 'users_select' as const, action_id: 'v' }
  await running.app.client.chat.postMessage({
    channel: 'U0ANA',
    text: 'who?',
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'Who?' }, accessory }],
  })
  const ana = running.simulator.as('U0ANA')
  expect(await ana.fill('Who?', 'ben', { channel: 'dm' })).toEqual({ ok: true })
  expect(pressed).toMatchObject([{ type: 'users_select', action_id: 'v', selected_user: 'U0BEN' }])
})

test('an overflow menu remembers nothing and offers only what is on it', async () => {
  const pressed: unknown[] = []
  await using running = await runForm([], [], pressed)
  const options = [option('Edit', 'edit'), option('Drop', 'drop')]
  await running.app.client.chat.postMessage({
    channel: 'U0ANA',
    text: 'menu',
    blocks: [
      { type: 'actions', block_id: 'menu', elements: [{ type: 'overflow', action_id: 'v', options }] },
    ],
  })
  const ana = running.simulator.as('U0ANA')
  await ana.fill('menu', 'Drop', { channel: 'dm' })
  expect(pressed).toMatchObject([{ type: 'overflow', selected_option: { value: 'drop' } }])
  const place = { kind: 'message' as const, channel: ana.dm().id, ts: String(ana.dm().messages[0]?.ts) }
  expect(await ana.press(place, 'menu', 'v', { selected_option: option('Burn', 'burn') })).toMatchObject({
    ok: false,
  })
  expect(pressed).toHaveLength(1)
})

test('options that cannot be loaded are reported, and none are offered', async () => {
  await using running = await runBot((app) => {
    app.options('v', async ({ ack }) => ack({ options: [option('x'.repeat(76), 'long')] }))
  })
  const element = { type: 'external_select' as const, action_id: 'v', min_query_length: 0 }
  await running.app.client.chat.postMessage({
    channel: 'U0ANA',
    text: 'menu',
    blocks: [{ type: 'actions', block_id: 'menu', elements: [element] }],
  })
  const ana = running.simulator.as('U0ANA')
  const place = { kind: 'message' as const, channel: ana.dm().id, ts: String(ana.dm().messages[0]?.ts) }
  expect(await ana.suggestions(place, 'menu', 'v', '')).toEqual({ options: [] })
  expect(ana.notices()).toEqual(['The options could not be loaded.'])
})

test('waiting in vain says what was there instead', async () => {
  await using running = await runForm()
  const ana = running.simulator.as('U0ANA')
  await ana.command('/butler')
  await running.app.client.chat.postMessage({ channel: 'C0TOWN', text: 'hello <@U0BEN>' })
  const error = await ana.pressButton('Launch', { within: 20 }).catch((reason: Error) => reason.message)
  expect(error).toContain('a button that says Launch did not show within 20 ms')
  expect(error).toContain('Ana Ito (U0ANA)')
  expect(error).toContain('# Order')
  expect(error).toContain('butler: hello @ben')
})

test('a modal that covers the screen hides the buttons behind it', async () => {
  await using running = await runForm()
  const ana = running.simulator.as('U0ANA')
  await running.app.client.chat.postMessage({
    channel: 'U0ANA',
    text: 'x',
    blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'v', text: plain('Behind') }] }],
  })
  await ana.command('/butler')
  await ana.see((view) => view.modals.length === 1)
  await expect(ana.pressButton('Behind', { within: 20 })).rejects.toThrow('did not show')
  expect(await ana.pressButton('Behind', { channel: 'dm' })).toEqual({ ok: true })
})

test('seeing wakes up with the change it waits for', async () => {
  await using running = await runForm()
  const ana = running.simulator.as('U0ANA')
  const seen = ana.see((view) =>
    view.channels.flatMap((channel) => channel.messages).find((one) => one.text === 'now'),
  )
  await running.app.client.chat.postMessage({ channel: 'C0TOWN', text: 'now' })
  expect((await seen).text).toBe('now')
})

test('a shortcut, a mention and a direct message reach the app', async () => {
  const heard: string[] = []
  const last = Promise.withResolvers<void>()
  await using running = await runBot((app) => {
    app.shortcut('ring', async ({ ack, shortcut }) => {
      heard.push(shortcut.type)
      await ack()
    })
    app.event('app_mention', async ({ event }) => {
      heard.push(`${event.type} ${event.text}`)
    })
    app.message('hello', async ({ message }) => {
      heard.push(`${message.type} ${message.channel_type}`)
      last.resolve()
    })
  })
  const ana = running.simulator.as('U0ANA')
  expect(await ana.shortcut('ring')).toEqual({ ok: true })
  await ana.say('hey @butler', { channel: 'town' })
  await ana.say('hello', { channel: 'dm' })
  await last.promise
  expect(heard).toEqual(['shortcut', 'app_mention hey <@U0BOT|butler>', 'message im'])
})
