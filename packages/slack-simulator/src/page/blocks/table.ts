import { createElement as h, type ReactNode } from 'react'
import { type Json, list, quantity, record, records, word } from '../../json.ts'
import { idOf, type Spot, type TableTurn } from '../scene.ts'
import { richText } from '../text/rich-text.ts'

/** The content of a cell: the characters as they are, or rich text. */
function cell(spot: Spot, value: unknown): ReactNode {
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

/** A table that can be sorted by a column and turned page by page. */
export function dataTable(spot: Spot, block: Json): ReactNode {
  const key = idOf(spot, word(block.block_id), 'table')
  const turn = spot.scene.looking.tables[key] ?? { page: 0, column: null, down: false }
  const [heads = [], ...rows] = list(block.rows).map(list)
  const size = Math.min(Math.max(quantity(block.page_size) ?? 5, 1), 100)
  const pages = Math.max(1, Math.ceil(rows.length / size))
  const page = Math.min(Math.max(turn.page, 0), pages - 1)
  const caption = word(block.caption)
  const rowHeader = quantity(block.row_header_column_index)
  const shown = sorted(rows, turn).slice(page * size, (page + 1) * size)
  const numeric = heads.map((_, column) => rows.every((row) => isNumber(row[column])))
  const side = (column: number): string => (numeric[column] && rows.length > 0 ? 'to-right' : 'to-left')
  const body = shown.map((row) =>
    h(
      'tr',
      null,
      ...row.map((value, column) =>
        h(
          column === rowHeader ? 'th' : 'td',
          { className: side(column), ...(column === rowHeader ? { scope: 'row' } : {}) },
          cell(spot, value),
        ),
      ),
    ),
  )
  return h(
    'div',
    {
      className: 'data-table',
      'data-table': key,
      'data-page': page,
      'data-column': turn.column ?? '',
      'data-down': turn.down ? 'yes' : 'no',
    },
    h('div', { className: 'data-caption' }, caption),
    h(
      'div',
      { className: 'table-frame', tabIndex: 0, role: 'group', 'aria-label': caption },
      h(
        'table',
        { 'aria-label': caption },
        h(
          'thead',
          null,
          h('tr', null, ...heads.map((value, column) => head(spot, value, column, turn, side(column)))),
        ),
        h('tbody', null, ...body),
      ),
    ),
    h(
      'div',
      { className: 'data-foot' },
      h('span', { className: 'quiet' }, count(page, size, rows.length)),
      ...(pages > 1
        ? [
            pager('Previous page', '‹', page - 1, page > 0),
            pager('Next page', '›', page + 1, page < pages - 1),
          ]
        : []),
    ),
  )
}

function head(spot: Spot, value: unknown, column: number, turn: TableTurn, side: string): ReactNode {
  const active = turn.column === column
  const sort = active ? (turn.down ? 'descending' : 'ascending') : 'none'
  const arrow = h('span', { className: 'sort', 'aria-hidden': true }, active ? (turn.down ? '↓' : '↑') : '↕')
  return h(
    'th',
    { scope: 'col', 'aria-sort': sort as 'none' | 'ascending' | 'descending', className: side },
    h('button', { type: 'button', className: 'sorter', 'data-sort': column }, cell(spot, value), arrow),
  )
}

function pager(words: string, sign: string, page: number, enabled: boolean): ReactNode {
  const properties = {
    className: 'pager',
    'data-turn': page,
    'aria-label': words,
    disabled: !enabled,
  }
  return h('button', { ...properties, type: 'button' }, sign)
}

function count(page: number, size: number, all: number): string {
  if (all === 0) return 'No rows'
  return `${page * size + 1}–${Math.min((page + 1) * size, all)} of ${all}`
}

function isNumber(value: unknown): boolean {
  return record(value).type === 'raw_number'
}

function sorted(rows: readonly (readonly unknown[])[], turn: TableTurn): readonly (readonly unknown[])[] {
  const { column } = turn
  if (column === null) return rows
  const numbers = rows.every((row) => isNumber(row[column]))
  const direction = turn.down ? -1 : 1
  return rows.toSorted((one, other) => {
    const [left, right] = [record(one[column]), record(other[column])]
    const order = numbers
      ? (quantity(left.value) ?? 0) - (quantity(right.value) ?? 0)
      : flat(left).localeCompare(flat(right), 'en', { numeric: true })
    return direction * order
  })
}

function flat(node: Json): string {
  return word(node.text) + records(node.elements).map(flat).join('')
}
