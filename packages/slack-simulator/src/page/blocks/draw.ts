import { Fragment, createElement as h, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { type Block, Message } from 'slack-blocks-to-jsx'
import { type Json, record, word } from '../../json.ts'
import { idOf, nameOf, type Spot } from '../scene.ts'
import { anchor, channelMention, groupMention, moment, userMention } from '../text/mention.ts'
import { richText } from '../text/rich-text.ts'
import { actions, alert, context, header, image, input, section, video } from './basic.ts'
import { card, carousel, container } from './card.ts'
import { chart } from './chart.ts'
import { dataTable, table } from './table.ts'

type Draw = (spot: Spot, block: Json) => ReactNode

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
function oneBlock(spot: Spot, block: Json, index: number): ReactNode {
  const type = word(block.type)
  const properties = {
    className: `block block-${type.replaceAll(/[^a-z_]/g, '')}`,
    'data-key': idOf(spot, word(block.block_id) || String(index), 'block'),
    'data-kind': type,
  }
  try {
    const drawn = h('div', properties, (kinds[type] ?? drawByLibrary)(spot, block))
    renderToStaticMarkup(drawn)
    return drawn
  } catch {
    return h('div', { ...properties, className: 'block broken' }, `This ${type} block cannot be shown.`)
  }
}

/** What slack-blocks-to-jsx draws; of any other kind the page only says that it does not know it. */
const byLibrary: ReadonlySet<string> = new Set(['markdown', 'plan', 'task_card', 'file'])

/** Draws a block in which nothing can be pressed, in this page's own style. */
function drawByLibrary(spot: Spot, block: Json): ReactNode {
  const type = word(block.type)
  if (!byLibrary.has(type)) return h('span', { className: 'quiet' }, `[${type || 'unknown'} block]`)
  const { scene } = spot
  const message = h(Message, {
    blocks: [block as unknown as Block],
    name: scene.view.bot.name,
    logo: '',
    withoutWrapper: true,
    unstyled: true,
    data: {
      users: scene.view.people.map(({ id }) => ({ id, name: nameOf(scene, id) })),
      channels: scene.view.channels.map(({ id, name }) => ({ id, name })),
    },
    hooks: {
      user: ({ id }: { id: string }) => h('span', null, userMention(scene, id)),
      channel: ({ id }: { id: string }) => h('span', null, channelMention(scene, id)),
      usergroup: ({ id }: { id: string }) => h('span', null, groupMention(scene, id)),
      date: (date: { timestamp: string; format: string; link?: string | null; fallback: string }) =>
        h(
          'span',
          null,
          moment(scene, Number(date.timestamp), date.format, date.fallback, date.link ?? undefined),
        ),
      link: ({ href, children }: { href: string; children: ReactNode }) =>
        h('span', null, anchor(href, children)),
    },
  })
  return h('div', { className: 'foreign' }, message)
}
