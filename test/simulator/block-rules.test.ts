import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BLOCK_TYPES } from '../../src/simulator/block-rules/block-rules.ts'
import { asMessage, inspectBlocks, inspectView } from '../../src/simulator/block-rules/inspect.ts'
import type { Surface } from '../../src/simulator/block-rules/rule.ts'

const plain = (text: string) => ({ type: 'plain_text', text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
const button = (id: string, more: object = {}) => ({
  type: 'button',
  action_id: id,
  text: plain('Go'),
  ...more,
})
const option = (value: string) => ({ text: plain(value), value })
const words = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
})
const input = (element: object, more: object = {}) => ({ type: 'input', label: plain('L'), element, ...more })
const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

/** One correct block of each kind, on a surface where it may stand. */
const GOOD: Record<string, [Surface, object]> = {
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

function complaints(blocks: unknown, surface: Surface = 'message'): string[] {
  return inspectBlocks(blocks, surface).map(asMessage)
}

describe('one block', () => {
  test('there is a correct example of every kind that can be sent', () => {
    expect(Object.keys(GOOD).sort()).toEqual([...BLOCK_TYPES].sort())
  })

  test('the kinds are those of the types package, and charts, without files', () => {
    const declared = readFileSync(
      new URL('../../node_modules/@slack/types/dist/block-kit/blocks.d.ts', import.meta.url),
      'utf8',
    )
    const known = [...declared.matchAll(/^ {4}type: '(\w+)';/gm)].map((match) => String(match[1]))
    const expected = [...new Set(known), 'data_visualization'].filter((type) => type !== 'file')
    expect([...BLOCK_TYPES].sort()).toEqual(expected.sort())
  })

  test.each(Object.entries(GOOD))('a correct %s is accepted', (type, [surface, block]) => {
    expect(complaints([{ type, ...block }], surface)).toEqual([])
  })

  test.each(Object.entries(GOOD))(
    'a %s with a field that does not exist is refused',
    (type, [surface, block]) => {
      expect(complaints([{ type, ...block, colour: 'red' }], surface)).toContain(
        '[ERROR] invalid additional property: colour [json-pointer:/blocks/0]',
      )
    },
  )

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

  test('a block stands only where Slack lets it', () => {
    const refusedOn = (type: string) =>
      (['message', 'modal', 'home'] as const).filter(
        (surface) => complaints([{ type, ...GOOD[type]?.[1] }], surface).length > 0,
      )
    expect(refusedOn('alert')).toEqual(['message', 'home'])
    expect(refusedOn('card')).toEqual(['modal'])
    expect(refusedOn('data_visualization')).toEqual(['modal', 'home'])
    expect(refusedOn('markdown')).toEqual(['modal', 'home'])
    expect(refusedOn('section')).toEqual([])
  })
})

describe('a whole message or view', () => {
  const modal = (more: object) => ({ type: 'modal', title: plain('T'), blocks: [], ...more })
  const faults = (view: unknown, type: 'modal' | 'home' = 'modal') => inspectView(view, type).map(asMessage)

  test('fifty blocks fit a message and a hundred a view', () => {
    const dividers = (count: number) => times(count, () => ({ type: 'divider' }))
    expect(complaints(dividers(50))).toEqual([])
    expect(complaints(dividers(51))).toEqual(['[ERROR] no more than 50 items allowed [json-pointer:/blocks]'])
    expect(faults(modal({ blocks: dividers(100) }))).toEqual([])
    expect(faults(modal({ blocks: dividers(101) }))).toEqual([
      '[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]',
    ])
  })

  test('a block_id is there once, even inside a container', () => {
    const named = { type: 'divider', block_id: 'same' }
    expect(complaints([named, named])).toEqual([
      '[ERROR] block_id already exists: same [json-pointer:/blocks/1/block_id]',
    ])
    const inside = { type: 'container', title: plain('T'), child_blocks: [named] }
    expect(complaints([named, inside])).toEqual([
      '[ERROR] block_id already exists: same [json-pointer:/blocks/1/child_blocks/0/block_id]',
    ])
  })

  test('the same action_id may be used in two blocks', () => {
    expect(
      complaints([
        { type: 'actions', elements: [button('a')] },
        { type: 'actions', elements: [button('a')] },
      ]),
    ).toEqual([])
  })

  test('a message holds one table, two charts, and not both a plan and a task', () => {
    const block = (type: string) => ({ type, ...GOOD[type]?.[1] })
    expect(complaints([block('table'), block('table')])).toHaveLength(1)
    expect(complaints(times(3, () => block('data_visualization')))).toHaveLength(1)
    expect(complaints([block('plan'), block('task_card')])).toHaveLength(1)
    expect(
      complaints([
        { type: 'markdown', text: 'x'.repeat(7000) },
        { type: 'markdown', text: 'x'.repeat(7000) },
      ]),
    ).toHaveLength(1)
  })

  test('a modal needs a title, and a submit button for its inputs', () => {
    expect(faults({ type: 'modal', blocks: [] })).toEqual([
      '[ERROR] missing required field: title [json-pointer:/view]',
    ])
    const asking = modal({ blocks: [input({ type: 'plain_text_input' })] })
    expect(faults(asking)).toEqual([
      '[ERROR] must define `submit` to use an `input` block in modals [json-pointer:/view]',
    ])
    expect(faults({ ...asking, submit: plain('OK') })).toEqual([])
    expect(faults(modal({ title: plain('x'.repeat(25)) }))).toEqual([
      '[ERROR] must be less than 25 characters [json-pointer:/view/title/text]',
    ])
    expect(faults(modal({ private_metadata: 'x'.repeat(3001) }))).toHaveLength(1)
  })

  test('Home has no title and a modal is not a Home', () => {
    expect(faults({ type: 'home', blocks: [], title: plain('T') }, 'home')).toEqual([
      '[ERROR] invalid additional property: title [json-pointer:/view]',
    ])
    expect(faults(modal({}), 'home')).toEqual(['[ERROR] unsupported type: modal [json-pointer:/view/type]'])
  })

  test('one element has the focus', () => {
    const focused = input({ type: 'plain_text_input', focus_on_load: true })
    expect(faults(modal({ submit: plain('OK'), blocks: [focused, focused] }))).toHaveLength(1)
  })
})
