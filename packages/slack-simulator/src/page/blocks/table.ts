import { createElement as h, type ReactNode } from 'react'
import { type Json, list, record, records, word } from '../reading.ts'
import type { Spot } from '../scene.ts'
import { richText } from '../text/rich-text.ts'

/** What stands in a cell: the characters as they are, or rich text. */
export function cell(spot: Spot, value: unknown): ReactNode {
  const content = record(value)
  if (content.type === 'rich_text') return richText(spot.scene, content)
  return word(content.text) || word(content.value)
}

export function table(spot: Spot, block: Json): ReactNode {
  const settings = records(block.column_settings)
  const rows = list(block.rows).map(list)
  const drawn = rows.map((row, index) =>
    h(
      'tr',
      null,
      ...row.map((value, column) => {
        const setting = settings[column] ?? {}
        const align = word(setting.align).replaceAll(/[^a-z]/g, '') || 'left'
        const className = `to-${align}${setting.is_wrapped === true ? ' wraps' : ''}`
        return h(index === 0 ? 'th' : 'td', { className }, cell(spot, value))
      }),
    ),
  )
  return h(
    'div',
    { className: 'table-frame', tabIndex: 0, role: 'group', 'aria-label': 'Table' },
    h('table', null, h('thead', null, drawn[0]), h('tbody', null, ...drawn.slice(1))),
  )
}
