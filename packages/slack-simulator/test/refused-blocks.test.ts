import { expect, test } from 'vitest'
import { button, complaints, input, mrkdwn, option, plain, times } from './example-blocks.ts'

const BAD: [string, object, string][] = [
  ['an unknown block', { type: 'poster' }, 'unsupported type: poster [json-pointer:/blocks/0/type]'],
  ['a file', { type: 'file', source: 'remote', external_id: 'x' }, 'unsupported type: file'],
  ['a section without words', { type: 'section' }, 'must provide at least one of text or fields'],
  [
    'an empty text',
    { type: 'section', text: mrkdwn('') },
    'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'a text of 3001',
    { type: 'section', text: mrkdwn('x'.repeat(3001)) },
    'must be less than 3001 characters',
  ],
  [
    'eleven fields',
    { type: 'section', fields: times(11, () => plain('x')) },
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'a header in mrkdwn',
    { type: 'header', text: mrkdwn('x') },
    'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
  ],
  ['a long header', { type: 'header', text: plain('x'.repeat(151)) }, 'must be less than 151 characters'],
  [
    'verbatim in plain text',
    { type: 'header', text: { ...plain('x'), verbatim: true } },
    'invalid additional property: verbatim',
  ],
  [
    'a button in mrkdwn',
    { type: 'actions', elements: [button('a', { text: mrkdwn('x') })] },
    'unsupported type: mrkdwn',
  ],
  [
    'a long button',
    { type: 'actions', elements: [button('a', { text: plain('x'.repeat(76)) })] },
    'must be less than 76 characters',
  ],
  [
    'a button that is disabled',
    { type: 'actions', elements: [button('a', { disabled: true })] },
    'invalid additional property: disabled [json-pointer:/blocks/0/elements/0]',
  ],
  [
    'a green button',
    { type: 'actions', elements: [button('a', { style: 'green' })] },
    'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
  ],
  [
    'a large value',
    { type: 'actions', elements: [button('a', { value: 'x'.repeat(2001) })] },
    'must be less than 2001 characters',
  ],
  ['no elements', { type: 'actions', elements: [] }, 'no fewer than 1 items allowed'],
  [
    '26 buttons',
    { type: 'actions', elements: times(26, (at) => button(`b${at}`)) },
    'no more than 25 items allowed',
  ],
  [
    'one action_id twice',
    { type: 'actions', elements: [button('a'), button('a')] },
    'action_id already exists in this block: a [json-pointer:/blocks/0/elements/1/action_id]',
  ],
  [
    'an input as an action',
    { type: 'actions', elements: [{ type: 'plain_text_input' }] },
    'unsupported type: plain_text_input',
  ],
  [
    '101 options',
    {
      type: 'actions',
      elements: [{ type: 'static_select', options: times(101, (at) => option(`${at}`)) }],
    },
    'no more than 100 items allowed',
  ],
  [
    'options and groups',
    { type: 'actions', elements: [{ type: 'static_select' }] },
    'must provide exactly one of options or option_groups',
  ],
  [
    'a choice that is not offered',
    {
      type: 'actions',
      elements: [{ type: 'static_select', options: [option('a')], initial_option: option('b') }],
    },
    'initial option must match one of the options',
  ],
  [
    'an option that is too long',
    { type: 'actions', elements: [{ type: 'static_select', options: [option('x'.repeat(76))] }] },
    'must be less than 76 characters',
  ],
  [
    'a confirmation without words',
    { type: 'actions', elements: [button('a', { confirm: { title: plain('?') } })] },
    'missing required field: text [json-pointer:/blocks/0/elements/0/confirm]',
  ],
  ['a number as text', { type: 'section', text: { type: 'mrkdwn', text: 7 } }, 'must provide a string'],
  ['a text as section', { type: 'section', text: 'hi' }, 'must provide an object'],
  [
    'an image of nothing',
    { type: 'image', alt_text: 'x' },
    'must provide exactly one of image_url or slack_file',
  ],
  ['a wrong date', input({ type: 'datepicker', initial_date: 'tomorrow' }), 'must match the pattern'],
  ['a number without kind', input({ type: 'number_input' }), 'missing required field: is_decimal_allowed'],
  [
    'a min above the max',
    input({ type: 'number_input', is_decimal_allowed: false, min_value: '9', max_value: '1' }),
    'min_value must not be greater than max_value',
  ],
  ['a long block_id', { type: 'divider', block_id: 'x'.repeat(256) }, 'must be less than 256 characters'],
  [
    'a style nobody knows',
    {
      type: 'rich_text',
      elements: [
        { type: 'rich_text_section', elements: [{ type: 'text', text: 'x', style: { loud: true } }] },
      ],
    },
    'invalid additional property: loud',
  ],
  [
    'an empty rich text',
    {
      type: 'rich_text',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '' }] }],
    },
    'must be more than 0 characters',
  ],
  [
    'a list without style',
    {
      type: 'rich_text',
      elements: [{ type: 'rich_text_list', elements: [{ type: 'rich_text_section', elements: [] }] }],
    },
    'missing required field: style',
  ],
  [
    'a mention in a code block',
    {
      type: 'rich_text',
      elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }],
    },
    'unsupported type: user',
  ],
  ['a plan with an object as title', { type: 'plan', title: plain('x') }, 'must provide a string'],
  ['a card with a string as title', { type: 'card', title: 'x' }, 'must provide an object'],
  [
    'a lonely pending task',
    { type: 'task_card', task_id: '1', title: 'x', status: 'pending' },
    'must be a valid enum value',
  ],
  [
    'a table in a container of tables',
    {
      type: 'container',
      title: plain('x'),
      child_blocks: [{ type: 'data_table', caption: 'x', rows: [] }],
    },
    'unsupported type: data_table',
  ],
  [
    'collapsed but not collapsible',
    { type: 'container', title: plain('x'), child_blocks: [{ type: 'divider' }], default_collapsed: true },
    'default_collapsed needs is_collapsible',
  ],
  [
    'a ragged data table',
    {
      type: 'data_table',
      caption: 'x',
      rows: [[{ type: 'raw_text', text: 'a' }], times(2, () => ({ type: 'raw_text', text: 'a' }))],
    },
    'all rows must have the same number of cells',
  ],
  [
    'a table of 10,001 letters',
    { type: 'table', rows: [[{ type: 'raw_text', text: 'x'.repeat(10_001) }]] },
    'cells must have no more than 10000 characters in total',
  ],
  [
    'a chart with a hole',
    {
      type: 'data_visualization',
      title: 'x',
      chart: {
        type: 'line',
        series: [{ name: 's', data: [{ label: 'a', value: 1 }] }],
        axis_config: { categories: ['a', 'b'] },
      },
    },
    'must have exactly one point for each category',
  ],
  [
    'a pie with nothing in it',
    {
      type: 'data_visualization',
      title: 'x',
      chart: { type: 'pie', segments: [{ label: 'a', value: 0 }] },
    },
    'value must be greater than 0',
  ],
]
test.each(BAD)('%s is refused', (_name, block, complaint) => {
  const found = complaints([block])
  expect(found.length).toBeGreaterThan(0)
  expect(found.join('\n')).toContain(`[ERROR] ${complaint}`)
})
