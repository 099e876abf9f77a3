import { expect, test } from 'vitest'
import { textOf } from '../src/text.ts'

const plain = (text: string) => ({ type: 'plain_text', text })

test('blocks read aloud are their words', () => {
  const names: Record<string, string> = { U1: 'ana', C1: 'town' }
  const text = textOf(
    [
      { type: 'header', text: plain('Request') },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '<@U1> wants &lt;b&gt; in <#C1> <!date^1^{date}|today>' },
      },
      { type: 'section', fields: [plain('a'), plain('b')] },
      { type: 'divider' },
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', text: '<https://a.test|link>' },
          { type: 'image', alt_text: 'cat' },
        ],
      },
      {
        type: 'rich_text',
        elements: [
          { type: 'rich_text_quote', elements: [{ type: 'text', text: 'one' }] },
          {
            type: 'rich_text_list',
            style: 'ordered',
            elements: [{ type: 'rich_text_section', elements: [{ type: 'user', user_id: 'U1' }] }],
          },
        ],
      },
      {
        type: 'table',
        rows: [
          [
            { type: 'raw_text', text: 'x' },
            { type: 'raw_number', value: 1, text: '1' },
          ],
        ],
      },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plain('Yes') },
          { type: 'button', text: plain('No') },
        ],
      },
    ],
    (id) => names[id],
  )
  expect(text.split('\n')).toEqual([
    '# Request',
    '@ana wants <b> in #town today',
    'a',
    'b',
    '---',
    'link (https://a.test) (image: cat)',
    '> one',
    '1. @ana',
    'x | 1',
    '[Yes] [No]',
  ])
})
