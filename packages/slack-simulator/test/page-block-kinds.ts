import type { Block } from '../src/view.ts'
import { marked, morning, option, plain } from './page-blocks.ts'

const cardBlock = (block_id: string, title: string): Block => ({
  type: 'card',
  block_id,
  title: plain(title),
  subtitle: plain('Production'),
  body: marked('Ends in *40 minutes*.'),
  actions: [{ type: 'button', action_id: `${block_id}-end`, text: plain('End now') }],
})

const growth = (type: string): Block => ({
  type: 'data_visualization',
  block_id: type,
  title: `Open requests (${type})`,
  chart: {
    type,
    series: [{ name: 'Open', data: [3, 6, 2, 5].map((value, day) => ({ label: `D${day}`, value })) }],
    axis_config: { categories: ['D0', 'D1', 'D2', 'D3'] },
  },
})

/** One of every block kind that the two messages above do not have. */
export const others: readonly Block[] = [
  growth('line'),
  growth('area'),
  { type: 'divider', block_id: 'line' },
  { type: 'alert', block_id: 'al', level: 'warning', text: marked('Production needs *two* approvers.') },
  cardBlock('c1', 'orders-db'),
  {
    type: 'carousel',
    block_id: 'ca',
    elements: [cardBlock('c2', 'billing-db'), cardBlock('c3', 'warehouse')],
  },
  {
    type: 'container',
    block_id: 'co',
    title: plain('Why this policy?'),
    is_collapsible: true,
    child_blocks: [
      { type: 'section', block_id: 'co1', text: marked('Rule _prod-rw_ of `policy.yaml` line 12.') },
    ],
  },
  {
    type: 'table',
    block_id: 'ta',
    rows: [
      [
        { type: 'raw_text', text: 'Step' },
        { type: 'raw_text', text: 'By' },
      ],
      [
        { type: 'raw_text', text: 'Asked <b>now</b>' },
        { type: 'raw_text', text: 'Ben' },
      ],
    ],
  },
  { type: 'markdown', block_id: 'md', text: '## Notes\n\n- one\n- **two** [link](https://example.com)' },
  { type: 'image', block_id: 'im', image_url: 'https://example.com/a.png', alt_text: 'A graph of grants' },
  {
    type: 'video',
    block_id: 'vi',
    title: plain('How to ask'),
    video_url: 'https://example.com/v',
    thumbnail_url: 'https://example.com/t.png',
    alt_text: 'A short film',
  },
  {
    type: 'plan',
    block_id: 'pl',
    title: 'Grant',
    tasks: [
      { type: 'task_card', task_id: 't1', title: 'Approved', status: 'complete' },
      { type: 'task_card', task_id: 't2', title: 'Given', status: 'in_progress' },
    ],
  },
  { type: 'task_card', block_id: 'tc', task_id: 't3', title: 'Taken back', status: 'complete' },
  {
    type: 'rich_text',
    block_id: 'rt',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Bold', style: { bold: true } },
          { type: 'text', text: ' and ' },
          { type: 'user', user_id: 'U1' },
          { type: 'text', text: ' in ' },
          { type: 'channel', channel_id: 'C1' },
          { type: 'text', text: ' at ' },
          { type: 'date', timestamp: morning, format: '{date_long} {time}', fallback: 'then' },
        ],
      },
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'first' }] }],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'select 1;' }] },
    ],
  },
  {
    type: 'actions',
    block_id: 'pickers',
    elements: [
      {
        type: 'static_select',
        action_id: 'sort',
        placeholder: plain('Sort by'),
        options: [option('Newest', 'new')],
      },
      { type: 'datepicker', action_id: 'day', initial_date: '2026-03-02' },
      { type: 'users_select', action_id: 'whom', placeholder: plain('Pick a person') },
    ],
  },
  {
    type: 'input',
    block_id: 'note',
    label: plain('Note'),
    dispatch_action: true,
    element: { type: 'plain_text_input', action_id: 'note', placeholder: plain('Say why') },
  },
]
