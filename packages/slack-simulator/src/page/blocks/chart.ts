import { createElement as h, type ReactNode } from 'react'
import { type Json, label, quantity, record, records, word } from '../../json.ts'
import type { Spot } from '../scene.ts'

type Series = { readonly name: string; readonly values: readonly number[] }

const frame = { left: 44, right: 548, top: 12, bottom: 196, width: 560, height: 236 } as const

/** A bar, line, area or pie chart. */
export function chart(_: Spot, block: Json): ReactNode {
  const source = record(block.chart)
  const title = label(block.title)
  return h(
    'figure',
    { className: 'chart' },
    h('figcaption', null, title),
    source.type === 'pie' ? pie(title, source) : cartesian(title, source),
  )
}

function cartesian(title: string, source: Json): ReactNode {
  const axis = record(source.axis_config)
  const series = records(source.series).map((one) => ({
    name: word(one.name),
    values: records(one.data).map((point) => quantity(point.value) ?? 0),
  }))
  const given = Array.isArray(axis.categories) ? axis.categories.map(word) : []
  const categories =
    given.length > 0
      ? given
      : records(record(records(source.series)[0]).data).map((point) => word(point.label))
  const top = niceTop(Math.max(1, ...series.flatMap((one) => one.values)))
  const said = series.map(
    (one) =>
      `${one.name}: ${one.values.map((value, index) => `${categories[index] ?? ''} ${value}`).join(', ')}`,
  )
  const type = word(source.type)
  return h(
    'div',
    null,
    h(
      'svg',
      {
        viewBox: `0 0 ${frame.width} ${frame.height}`,
        role: 'img',
        'aria-label': `${title}. ${said.join('. ')}`,
      },
      ...grid(top),
      ...categories.map((words, index) =>
        h(
          'text',
          { x: middle(index, categories.length), y: frame.bottom + 17, className: 'tick-x' },
          shortened(words, categories.length),
        ),
      ),
      ...series.flatMap((one, index) =>
        type === 'bar'
          ? bars(one, index, series.length, categories, top)
          : [curve(one, index, categories.length, top, type === 'area')],
      ),
      h(
        'text',
        { x: (frame.left + frame.right) / 2, y: frame.height - 4, className: 'tick-x' },
        label(axis.x_label),
      ),
    ),
    legend(series.map((one) => one.name)),
  )
}

function niceTop(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(largest))
  const step = [1, 2, 4, 5, 8, 10].find((factor) => factor * power >= largest) ?? 10
  return step * power < 4 ? 4 : step * power
}

function grid(top: number): readonly ReactNode[] {
  return [0, 1, 2, 3, 4].map((step) => {
    const y = height((top / 4) * step, top)
    const words = ((top / 4) * step).toLocaleString('en-US')
    return h(
      'g',
      { key: step },
      h('line', { x1: frame.left, x2: frame.right, y1: y, y2: y, className: 'grid' }),
      h('text', { x: frame.left - 8, y: y + 4, className: 'tick-y' }, words),
    )
  })
}

function height(value: number, top: number): number {
  return round(frame.bottom - (Math.max(value, 0) / top) * (frame.bottom - frame.top))
}

function middle(index: number, count: number): number {
  return round(frame.left + ((index + 0.5) / count) * (frame.right - frame.left))
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}

function shortened(words: string, count: number): string {
  const room = Math.max(3, Math.floor(80 / Math.max(count, 1)))
  return words.length > room ? `${words.slice(0, room - 1)}…` : words
}

function bars(
  one: Series,
  index: number,
  count: number,
  categories: readonly string[],
  top: number,
): ReactNode[] {
  const slot = (frame.right - frame.left) / Math.max(categories.length, 1)
  const width = Math.min(36, (slot * 0.7) / count)
  return one.values.map((value, position) => {
    const y = height(value, top)
    const x = round(middle(position, categories.length) - (width * count) / 2 + width * index)
    const properties = {
      x,
      y,
      width: round(width - 1),
      height: round(frame.bottom - y),
      rx: 2,
      className: `series-${index}`,
    }
    return h('rect', properties, h('title', null, `${one.name}, ${categories[position] ?? ''}: ${value}`))
  })
}

function curve(one: Series, index: number, count: number, top: number, filled: boolean): ReactNode {
  const points = one.values.map((value, position) => `${middle(position, count)},${height(value, top)}`)
  const line = h('polyline', { points: points.join(' '), className: `line series-${index}` })
  if (!filled) return line
  const closed = [
    `${middle(0, count)},${frame.bottom}`,
    ...points,
    `${middle(one.values.length - 1, count)},${frame.bottom}`,
  ]
  return h('g', null, h('polygon', { points: closed.join(' '), className: `under series-${index}` }), line)
}

function pie(title: string, source: Json): ReactNode {
  const segments = records(source.segments).map((one) => ({
    name: word(one.label),
    value: Math.max(quantity(one.value) ?? 0, 0),
  }))
  const whole = segments.reduce((sum, one) => sum + one.value, 0) || 1
  let turned = 0
  const slices = segments.map((one, index) => {
    const start = turned
    turned += one.value / whole
    const properties = { className: `series-${index}` }
    const tip = h('title', null, `${one.name}: ${one.value}`)
    if (one.value === whole) return h('circle', { ...properties, cx: 100, cy: 100, r: 90 }, tip)
    const [x1, y1, x2, y2] = [...around(start), ...around(turned)]
    const large = turned - start > 0.5 ? 1 : 0
    return h('path', { ...properties, d: `M100 100 L${x1} ${y1} A90 90 0 ${large} 1 ${x2} ${y2} Z` }, tip)
  })
  const said = segments.map((one) => `${one.name} ${one.value}`).join(', ')
  return h(
    'div',
    { className: 'pie' },
    h('svg', { viewBox: '0 0 200 200', role: 'img', 'aria-label': `${title}. ${said}` }, ...slices),
    legend(segments.map((one) => `${one.name} (${Math.round((one.value / whole) * 100)}%)`)),
  )
}

function around(turn: number): readonly [number, number] {
  const angle = turn * 2 * Math.PI - Math.PI / 2
  return [round(100 + 90 * Math.cos(angle)), round(100 + 90 * Math.sin(angle))]
}

function legend(names: readonly string[]): ReactNode {
  const entries = names.map((name, index) =>
    h('li', null, h('span', { className: `swatch series-${index}` }), name),
  )
  return h('ul', { className: 'legend', 'aria-hidden': true }, ...entries)
}
