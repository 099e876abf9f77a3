import { asMessage, inspectBlocks } from '../src/block-rules/inspect.ts'
import type { Surface } from '../src/block-rules/rule.ts'

/** Short ways to write blocks, for the tests of the rules. */

export const plain = (text: string) => ({ type: 'plain_text', text })
export const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
export const button = (id: string, more: object = {}) => ({
  type: 'button',
  action_id: id,
  text: plain('Go'),
  ...more,
})
export const option = (value: string) => ({ text: plain(value), value })
const words = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
})
export const input = (element: object, more: object = {}) => ({
  type: 'input',
  label: plain('L'),
  element,
  ...more,
})

export const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

/** One correct block of each kind, on a surface where it may stand. */
export const GOOD: Record<string, [Surface, object]> = {
  actions: [
    'message',
    { elements: [button('a'), { type: 'overflow', action_id: 'b', options: [option('1')] }] },
  ],
  alert: ['modal', { text: mrkdwn('careful'), level: 'warning' }],
  card: ['message', { title: mrkdwn('T'), body: mrkdwn('B'), actions: [button('a')] }],
  carousel: ['home', { elements: [{ type: 'card', title: mrkdwn('T') }] }],
  container: ['message', { title: plain('T'), child_blocks: [{ type: 'divider' }], is_collapsible: true }],
  context: [
    'modal',
    { elements: [mrkdwn('x'), { type: 'image', image_url: 'https://a.test/b.png', alt_text: 'b' }] },
  ],
  context_actions: [
    'message',
    { elements: [{ type: 'icon_button', icon: 'trash', text: plain('Bin'), action_id: 'bin' }] },
  ],
  data_table: [
    'message',
    {
      caption: 'C',
      rows: [[{ type: 'raw_text', text: 'n' }], [{ type: 'raw_number', value: 1, text: '1' }]],
    },
  ],
  data_visualization: [
    'message',
    {
      title: 'T',
      chart: {
        type: 'bar',
        series: [{ name: 's', data: [{ label: 'a', value: 1 }] }],
        axis_config: { categories: ['a'] },
      },
    },
  ],
  divider: ['home', {}],
  header: ['modal', { text: plain('H') }],
  image: ['message', { image_url: 'https://a.test/b.png', alt_text: 'b' }],
  input: ['modal', { label: plain('L'), element: { type: 'plain_text_input', action_id: 'a' } }],
  markdown: ['message', { text: '# hi' }],
  plan: [
    'message',
    { title: 'P', tasks: [{ type: 'task_card', task_id: '1', title: 'T', status: 'pending' }] },
  ],
  rich_text: ['message', words('hi')],
  section: ['home', { text: mrkdwn('x'), fields: [plain('f')], accessory: button('a') }],
  table: ['message', { rows: [[{ type: 'raw_text', text: 'x' }]], column_settings: [{ align: 'right' }] }],
  task_card: ['message', { task_id: '1', title: 'T', status: 'in_progress', details: words('d') }],
  video: [
    'message',
    { video_url: 'https://a.test', thumbnail_url: 'https://a.test', alt_text: 'v', title: plain('V') },
  ],
}
export function complaints(blocks: unknown, surface: Surface = 'message'): string[] {
  return inspectBlocks(blocks, surface).map(asMessage)
}
