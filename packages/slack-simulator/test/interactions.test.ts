import { expect, test } from 'vitest'
import { runBot } from './acme.ts'

test('a command is acknowledged and its answer is seen by the person alone', async () => {
  await using running = await runBot((app) => {
    app.command('/butler', async ({ ack, command }) => ack({ text: `you said ${command.text}` }))
  })
  const ana = running.simulator.as('U0ANA')
  expect(await ana.command('/butler tea', { channel: 'town' })).toEqual({ ok: true })
  expect(ana.channel('town').messages.map(({ text, ephemeral }) => [text, ephemeral])).toEqual([
    ['you said tea', true],
  ])
  expect(running.simulator.as('U0BEN').channel('town').messages).toEqual([])
})

test('a button opens a modal, and what is filled in comes back with the submission', async () => {
  await using running = await runBot((app) => {
    app.command('/butler', async ({ ack, respond }) => {
      await ack()
      await respond({
        text: 'choose',
        blocks: [
          {
            type: 'actions',
            elements: [{ type: 'button', action_id: 'open', text: { type: 'plain_text', text: 'Open' } }],
          },
        ],
      })
    })
    app.action('open', async ({ ack, body, client }) => {
      await ack()
      await client.views.open({
        trigger_id: (body as { trigger_id: string }).trigger_id,
        view: {
          type: 'modal',
          callback_id: 'form',
          title: { type: 'plain_text', text: 'Order' },
          submit: { type: 'plain_text', text: 'Send' },
          blocks: [
            {
              type: 'input',
              block_id: 'why',
              label: { type: 'plain_text', text: 'Why?' },
              element: { type: 'plain_text_input', action_id: 'text' },
            },
          ],
        },
      })
    })
    app.view('form', async ({ ack, view, client, body }) => {
      await ack()
      await client.chat.postMessage({
        channel: body.user.id,
        text: `because ${view.state.values.why?.text?.value}`,
      })
    })
  })
  const ana = running.simulator.as('U0ANA')
  await ana.command('/butler')
  expect(await ana.pressButton('Open')).toEqual({ ok: true })
  await ana.fill('Why?', 'I am thirsty')
  expect(await ana.submit()).toEqual({ ok: true })
  const said = await ana.see(() => ana.dm().messages.find((message) => message.text.startsWith('because')))
  expect(said.text).toBe('because I am thirsty')
  expect(ana.topModal()).toBeUndefined()
})
