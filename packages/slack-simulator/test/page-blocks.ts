import type { Block, View } from '../src/view.ts'

/** 2026-03-02 10:00:00 UTC, a Monday. */
export const morning = 1_772_445_600

export const plain = (text: string) => ({ type: 'plain_text', text })
export const marked = (text: string) => ({ type: 'mrkdwn', text })
export const option = (text: string, value: string, description?: string) => ({
  text: plain(text),
  value,
  ...(description ? { description: plain(description) } : {}),
})

export const hostile = '<script>window.hacked=1</script><img src=x onerror="window.hacked=2"> <b>not bold</b>'

export const approval: readonly Block[] = [
  { type: 'header', block_id: 'h', text: plain('Access request #42') },
  {
    type: 'section',
    block_id: 'who',
    text: marked('<@U2> asks for *read-write* on `orders-db` for *2 hours*.'),
    accessory: {
      type: 'overflow',
      action_id: 'more',
      options: [option('Show policy', 'policy'), option('Show history', 'history')],
    },
  },
  {
    type: 'section',
    block_id: 'facts',
    fields: [
      marked('*Resource*\norders-db (production)'),
      marked('*Role*\nread-write'),
      marked('*Duration*\n2 hours'),
      marked('*Approvers*\n<!subteam^S1>'),
    ],
  },
  {
    type: 'rich_text',
    block_id: 'reason',
    elements: [
      {
        type: 'rich_text_quote',
        elements: [{ type: 'text', text: `Fix the stuck payouts of INC-881.\n${hostile}` }],
      },
    ],
  },
  {
    type: 'actions',
    block_id: 'decision',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        style: 'primary',
        text: plain('Approve'),
        value: '42',
        confirm: {
          title: plain('Approve request #42?'),
          text: marked('<@U2> gets *read-write* on `orders-db` for 2 hours.'),
          confirm: plain('Yes, approve'),
          deny: plain('Not yet'),
        },
      },
      { type: 'button', action_id: 'deny', style: 'danger', text: plain('Deny'), value: '42' },
      { type: 'button', action_id: 'details', text: plain('Details'), value: '42' },
    ],
  },
  {
    type: 'context',
    block_id: 'until',
    elements: [marked(`Open until <!date^${morning + 7200}^{date_short_pretty} at {time}|12:00 UTC>`)],
  },
]

export const digest: readonly Block[] = [
  { type: 'header', block_id: 'dh', text: plain('Access in February') },
  {
    type: 'data_visualization',
    block_id: 'dv',
    title: 'Grants per week',
    chart: {
      type: 'bar',
      series: [
        { name: 'Approved', data: [8, 12, 7, 14].map((value, week) => ({ label: `W${week + 6}`, value })) },
        { name: 'Denied', data: [1, 3, 0, 2].map((value, week) => ({ label: `W${week + 6}`, value })) },
      ],
      axis_config: { categories: ['W6', 'W7', 'W8', 'W9'], x_label: 'Week' },
    },
  },
  {
    type: 'data_visualization',
    block_id: 'pie',
    title: 'By resource',
    chart: {
      type: 'pie',
      segments: [
        { label: 'orders-db', value: 21 },
        { label: 'billing-db', value: 12 },
        { label: 'warehouse', value: 8 },
      ],
    },
  },
  {
    type: 'data_table',
    block_id: 'dt',
    caption: 'Who had access',
    page_size: 3,
    row_header_column_index: 0,
    rows: [
      ['Person', 'Resource', 'Hours'].map((text) => ({ type: 'raw_text', text })),
      ...[
        ['Ben Okafor', 'orders-db', 9],
        ['Ana Petrova', 'billing-db', 2],
        ['Chloé Martin', 'warehouse', 31],
        ['Dee Wong', 'orders-db', 4],
        ['Eli Brandt', 'orders-db', 12],
      ].map(([who, what, hours]) => [
        { type: 'raw_text', text: who },
        { type: 'raw_text', text: what },
        { type: 'raw_number', value: hours, text: String(hours) },
      ]),
    ],
  },
]

/** The form in which access is asked for. */
export const form: readonly Block[] = [
  {
    type: 'input',
    block_id: 'resource',
    label: plain('Resource'),
    element: {
      type: 'external_select',
      action_id: 'resource',
      min_query_length: 0,
      placeholder: plain('Search a database'),
    },
  },
  {
    type: 'input',
    block_id: 'role',
    dispatch_action: true,
    label: plain('Role'),
    element: {
      type: 'static_select',
      action_id: 'role',
      initial_option: option('Read only', 'ro', 'select'),
      options: [option('Read only', 'ro', 'select'), option('Read-write', 'rw', 'select, insert, update')],
    },
  },
  {
    type: 'alert',
    block_id: 'warn',
    level: 'warning',
    text: marked('*Production.* Two approvers are needed.'),
  },
  {
    type: 'input',
    block_id: 'duration',
    label: plain('For how long'),
    element: {
      type: 'radio_buttons',
      action_id: 'duration',
      options: [option('30 minutes', '30'), option('2 hours', '120', 'The most this role allows')],
      initial_option: option('30 minutes', '30'),
    },
  },
  {
    type: 'input',
    block_id: 'reason',
    label: plain('Reason'),
    hint: plain('The approvers see this word for word.'),
    element: {
      type: 'plain_text_input',
      action_id: 'reason',
      multiline: true,
      placeholder: plain('What is it for?'),
    },
  },
  {
    type: 'input',
    block_id: 'watchers',
    label: plain('Tell also'),
    optional: true,
    element: { type: 'multi_users_select', action_id: 'watchers', placeholder: plain('Choose people') },
  },
  {
    type: 'input',
    block_id: 'flags',
    label: plain('More'),
    optional: true,
    element: {
      type: 'checkboxes',
      action_id: 'flags',
      options: [{ text: marked('*Urgent*'), value: 'urgent', description: marked('Calls who is on duty') }],
    },
  },
]

export function viewOf(id: string, more: Partial<View>): View {
  return {
    id,
    type: 'modal',
    callback_id: 'request',
    title: plain('Ask for access'),
    submit: plain('Send request'),
    close: plain('Cancel'),
    blocks: form,
    hash: '1.a',
    private_metadata: '',
    state: { values: {} },
    errors: {},
    busy: false,
    ...more,
  }
}

export const home = viewOf('VH', {
  type: 'home',
  submit: null,
  close: null,
  blocks: [
    { type: 'header', block_id: 'hh', text: plain('Your access') },
    {
      type: 'section',
      block_id: 'g1',
      text: marked(
        `*orders-db* read-write\nuntil <!date^${morning + 5400}^{date_short_pretty} at {time}|11:30 UTC>`,
      ),
      accessory: { type: 'button', action_id: 'end', style: 'danger', text: plain('End now') },
    },
    { type: 'divider', block_id: 'hd' },
    {
      type: 'actions',
      block_id: 'ha',
      elements: [{ type: 'button', action_id: 'ask', style: 'primary', text: plain('Ask for access') }],
    },
  ],
})
