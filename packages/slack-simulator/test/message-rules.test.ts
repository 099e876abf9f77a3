import { describe, expect, test } from 'vitest'
import { asMessage, inspectView } from '../src/block-rules/inspect.ts'
import { button, complaints, GOOD, input, plain, times } from './example-blocks.ts'

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
