import { expect, test } from 'vitest'
import { hazardsIn } from '../src/hazards.ts'
import { runBot } from './acme.ts'

const section = (text: string, more: object = {}) => ({
  type: 'section',
  text: { type: 'mrkdwn', text, ...more },
})
const found = (args: Record<string, unknown>) =>
  hazardsIn(args).map(({ pointer, hazard }) => `${pointer} ${hazard}`)

test('a broadcast in Slack’s own notation is live wherever mrkdwn is read', () => {
  expect(found({ text: 'wake up <!here>' })).toEqual(['/text <!here>'])
  expect(found({ text: '<!channel|all>' })).toEqual(['/text <!channel|all>'])
  expect(found({ blocks: [section('<!everyone>', { verbatim: true })] })).toEqual([
    '/blocks/0/text <!everyone>',
  ])
})

test('a bare name is live in mrkdwn unless it is verbatim', () => {
  expect(found({ blocks: [section('ask @channel now')] })).toEqual(['/blocks/0/text @channel'])
  expect(found({ blocks: [section('(@here)')] })).toEqual(['/blocks/0/text @here'])
  expect(found({ view: { blocks: [section('@everyone')] } })).toEqual(['/view/blocks/0/text @everyone'])
  expect(found({ blocks: [section('ask @channel now', { verbatim: true })] })).toEqual([])
})

test('a bare name at the top is live only when the app asks for it', () => {
  expect(found({ text: '@here' })).toEqual([])
  expect(found({ text: '@here', link_names: true })).toEqual(['/text @here'])
  expect(found({ text: '@here', parse: 'full' })).toEqual(['/text @here'])
})

test('a rich text broadcast is live', () => {
  const element = { type: 'rich_text_section', elements: [{ type: 'broadcast', range: 'here' }] }
  expect(found({ blocks: [{ type: 'rich_text', elements: [element] }] })).toEqual([
    '/blocks/0/elements/0/elements/0 broadcast here',
  ])
})

test('what only looks like a broadcast is left alone', () => {
  const calm = ['a@here.test', '@hereafter', '&lt;!here&gt;', 'see `@channel`', '@channels', 'x/@here']
  expect(found({ blocks: calm.map((text) => section(text)) })).toEqual([])
  const typed = { type: 'rich_text_section', elements: [{ type: 'text', text: '<!here> @channel' }] }
  expect(found({ blocks: [{ type: 'rich_text', elements: [typed] }] })).toEqual([])
  expect(found({ blocks: [{ type: 'header', text: { type: 'plain_text', text: '@here' } }] })).toEqual([])
})

test('the simulator keeps every violation of the bot, whichever way it came', async () => {
  await using running = await runBot((app) => {
    app.command('/butler', async ({ ack, respond }) => {
      await ack({ text: 'one <!here>' })
      await respond({ text: 'two', blocks: [section('@channel') as never] })
    })
  })
  const { simulator, app } = running
  const ana = simulator.as('U0ANA')
  await app.client.chat.postMessage({ channel: 'C0TOWN', text: 'calm' })
  expect(simulator.control.violations()).toEqual([])
  await ana.command('/butler x', { channel: 'town' })
  await ana.see(() => ana.messages('town').length === 3)
  expect(simulator.control.violations().map(({ where, hazard }) => [where, hazard])).toEqual([
    ['answer to /butler', '<!here>'],
    ['response_url', '@channel'],
  ])
})
