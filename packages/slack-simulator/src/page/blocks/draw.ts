import { Fragment, createElement as h, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { type Json, record, word } from '../reading.ts'
import { idOf, type Spot } from '../scene.ts'
import { richText } from '../text/rich-text.ts'
import { actions, alert, context, header, image, input, section, video } from './basic.ts'
import { card, carousel, container } from './card.ts'
import { chart } from './chart.ts'
import { dataTable } from './data-table.ts'
import { foreign } from './foreign.ts'
import { table } from './table.ts'

export type Draw = (spot: Spot, block: Json) => ReactNode

const kinds: Readonly<Record<string, Draw>> = {
  actions,
  alert,
  card,
  carousel,
  container: (spot, block) => container(spot, block, oneBlock),
  context,
  context_actions: actions,
  data_table: dataTable,
  data_visualization: chart,
  divider: () => h('hr', null),
  header,
  image,
  input,
  rich_text: (spot, block) => richText(spot.scene, block),
  section,
  table,
  video,
}

/** Draws blocks one below the other. */
export function drawBlocks(spot: Spot, blocks: readonly unknown[]): ReactNode {
  return h(Fragment, null, ...blocks.map((block, index) => oneBlock(spot, record(block), index)))
}

/** Draws one block. One that cannot be drawn says so, and leaves the others alone. */
export function oneBlock(spot: Spot, block: Json, index: number): ReactNode {
  const type = word(block.type)
  const properties = {
    className: `block block-${type.replaceAll(/[^a-z_]/g, '')}`,
    'data-key': idOf(spot, word(block.block_id) || String(index), 'block'),
    'data-kind': type,
  }
  try {
    const drawn = h('div', properties, (kinds[type] ?? foreign)(spot, block))
    renderToStaticMarkup(drawn)
    return drawn
  } catch {
    return h('div', { ...properties, className: 'block broken' }, `This ${type} block cannot be shown.`)
  }
}
