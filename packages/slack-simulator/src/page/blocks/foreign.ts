import { createElement as h, type ReactNode } from 'react'
import { type Block, Message } from 'slack-blocks-to-jsx'
import { type Json, word } from '../reading.ts'
import { nameOf, type Spot } from '../scene.ts'
import { anchor, channelMention, groupMention, moment, userMention } from '../text/mention.ts'

/** What the library draws here; for any other kind the page only says that it does not know it. */
const drawn: ReadonlySet<string> = new Set(['markdown', 'plan', 'task_card', 'file'])

/** Draws the blocks in which nothing can be pressed with the library, in this page's own style. */
export function foreign(spot: Spot, block: Json): ReactNode {
  const type = word(block.type)
  if (!drawn.has(type)) return h('span', { className: 'quiet' }, `[${type || 'unknown'} block]`)
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
