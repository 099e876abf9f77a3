import { isObject, type Json } from '../json.ts'
import { richText } from './rich-text-rules.ts'
import {
  also,
  boolean,
  byType,
  fail,
  integer,
  list,
  number,
  object,
  oneOf,
  optional,
  type Rule,
  string,
} from './rule.ts'

/** Tables and charts. Where an older and a newer page of Slack give a limit, this is the newer, larger one. */

const blockId = optional(string({ min: 1, max: 255 }))
const rawText = object({ type: oneOf('raw_text'), text: string() })
const rawNumber = object({ type: oneOf('raw_number'), value: number, text: string() })
const anyCell = byType({ raw_text: rawText, raw_number: rawNumber, rich_text: richText })
const headerCell = byType({ raw_text: rawText, raw_number: rawNumber })

const equalWidths: Rule = also((table) => {
  const rows = Array.isArray(table.rows) ? table.rows.filter(Array.isArray) : []
  return new Set(rows.map((row) => row.length)).size <= 1
}, 'all rows must have the same number of cells')

/** Slack counts the letters of all cells together. */
export function cellText(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + cellText(one), 0)
  if (!isObject(value)) return 0
  const own = typeof value.text === 'string' ? value.text.length : 0
  return own + cellText(value.elements) + cellText(value.rows)
}

const cellTextWithin = (max: number): Rule =>
  also((table) => cellText(table.rows) <= max, `cells must have no more than ${max} characters in total`)

export const table = object(
  {
    type: oneOf('table'),
    block_id: blockId,
    rows: list(list(anyCell, 1, 20), 1, 100),
    column_settings: optional(
      list(
        object({ align: optional(oneOf('left', 'center', 'right')), is_wrapped: optional(boolean) }),
        0,
        20,
      ),
    ),
  },
  cellTextWithin(10_000),
)

const headerFirst: Rule = (value, pointer, inspection) => {
  const rows = isObject(value) && Array.isArray(value.rows) ? value.rows : []
  const header = rows[0]
  if (Array.isArray(header)) list(headerCell, 1, 20)(header, `${pointer}/rows/0`, inspection)
  return true
}

export const dataTable = object(
  {
    type: oneOf('data_table'),
    block_id: blockId,
    caption: string({ min: 1 }),
    rows: list(list(anyCell, 1, 20), 2, 201),
    page_size: optional(integer(1, 100)),
    row_header_column_index: optional(integer(0, 19)),
  },
  headerFirst,
  equalWidths,
  cellTextWithin(20_000),
)

const label = string({ min: 1, max: 20 })

const segment = object(
  { label, value: number },
  also((one) => Number(one.value) > 0, 'value must be greater than 0'),
)

const series = object({
  name: label,
  data: list(object({ label, value: number }), 1, 20),
})

const axes = object({
  categories: list(label, 1, 20),
  x_label: optional(string({ max: 50 })),
  y_label: optional(string({ max: 50 })),
})

/** Every series needs one point for each category and nothing else. */
const onePointPerCategory: Rule = (value, pointer, inspection) => {
  if (!isObject(value) || !isObject(value.axis_config) || !Array.isArray(value.series)) return false
  const categories = [...((value.axis_config.categories as unknown[]) ?? [])].sort().join('\n')
  value.series.forEach((one: Json, at) => {
    const labels = Array.isArray(one?.data) ? one.data.map((point: Json) => point?.label) : []
    if (labels.sort().join('\n') !== categories) {
      fail(inspection, `${pointer}/series/${at}/data`, 'must have exactly one point for each category')
    }
  })
  return true
}

const distinctNames: Rule = also((chart) => {
  const names = Array.isArray(chart.series) ? chart.series.map((one: Json) => one?.name) : []
  return new Set(names).size === names.length
}, 'series names must be distinct')

const plotted = (type: string): Rule =>
  object(
    { type: oneOf(type), series: list(series, 1, 12), axis_config: axes },
    distinctNames,
    onePointPerCategory,
  )

export const dataVisualization = object({
  type: oneOf('data_visualization'),
  block_id: blockId,
  title: string({ min: 1, max: 50 }),
  chart: byType({
    pie: object({ type: oneOf('pie'), segments: list(segment, 1, 12) }),
    bar: plotted('bar'),
    line: plotted('line'),
    area: plotted('area'),
  }),
})
