import { createElement as h, type ReactNode } from 'react'
import type { SeenChannel } from '../../view.ts'
import { channelTitle, type Scene } from '../scene.ts'
import { avatar } from './avatar.ts'

/** The workspace's name, its channels, the direct messages and the app. */
export function sidebar(scene: Scene): ReactNode {
  const { view } = scene
  const byName = (one: SeenChannel, other: SeenChannel): number =>
    channelTitle(scene, one.id).localeCompare(channelTitle(scene, other.id))
  const channels = view.channels.filter((one) => one.kind !== 'im').toSorted(byName)
  const direct = view.channels
    .filter((one) => one.kind === 'im' && one.with !== view.bot.userId)
    .toSorted(byName)
  return h(
    'nav',
    { 'aria-label': 'Workspace', className: 'sidebar-inner' },
    h(
      'div',
      { className: 'workspace-head' },
      h('span', { className: 'workspace-name' }, view.team.name),
      h('span', { className: 'workspace-note' }, 'Simulated workspace'),
    ),
    h(
      'div',
      { className: 'places' },
      group(
        'Channels',
        channels.map((one) => place(scene, one)),
      ),
      direct.length > 0
        ? group(
            'Direct messages',
            direct.map((one) => place(scene, one)),
          )
        : null,
      group('Apps', [app(scene)]),
    ),
    h(
      'button',
      { type: 'button', className: 'me', id: 'switcher', 'aria-haspopup': 'menu', 'aria-expanded': false },
      avatar(scene, view.me.id, 'middle'),
      h(
        'span',
        { className: 'me-words' },
        h('b', null, view.me.realName || view.me.name),
        h('span', null, 'Switch person'),
      ),
      h('span', { className: 'arrow', 'aria-hidden': true }),
    ),
  )
}

function group(title: string, entries: readonly ReactNode[]): ReactNode {
  return h(
    'section',
    { className: 'group' },
    h('h2', null, title),
    h('ul', null, ...entries.map((entry) => h('li', null, entry))),
  )
}

function place(scene: Scene, channel: SeenChannel): ReactNode {
  const open = scene.looking.open === channel.id
  const title = channelTitle(scene, channel.id)
  const sign =
    channel.kind === 'im'
      ? avatar(scene, channel.with ?? '', 'small')
      : h('span', { className: 'sign', 'aria-hidden': true }, channel.kind === 'private' ? lock() : '#')
  return link(channel.id, open, open ? 0 : channel.unread, sign, title)
}

function app(scene: Scene): ReactNode {
  const own = scene.view.channels.find((one) => one.kind === 'im' && one.with === scene.view.bot.userId)
  const target =
    own && own.unread > 0 ? own.id : own ? (scene.looking.open === own.id ? own.id : 'home') : 'home'
  const open = scene.looking.open === 'home' || scene.looking.open === own?.id
  const sign = avatar(scene, scene.view.bot.userId, 'small')
  const unread = own && scene.looking.open !== own.id ? own.unread : 0
  const words = [
    scene.view.bot.name,
    scene.view.bot.connected ? null : h('span', { className: 'offline' }, ' offline'),
  ]
  return link(target, open, unread, sign, h('span', null, ...words))
}

function link(target: string, open: boolean, unread: number, sign: ReactNode, words: ReactNode): ReactNode {
  return h(
    'a',
    {
      href: `#${target}`,
      className: `place${open ? ' open' : ''}${unread > 0 ? ' unread' : ''}`,
      'data-key': `place-${target}`,
      'aria-current': open ? 'page' : undefined,
    },
    sign,
    h('span', { className: 'place-name' }, words),
    unread > 0 ? h('span', { className: 'badge', 'aria-label': `${unread} unread` }, unread) : null,
  )
}

export function lock(): ReactNode {
  return h(
    'svg',
    { viewBox: '0 0 16 16', width: 13, height: 13, 'aria-label': 'private' },
    h('rect', { x: 3, y: 7, width: 10, height: 7, rx: 1.5, fill: 'currentColor' }),
    h('path', { d: 'M5 7V5a3 3 0 0 1 6 0v2', fill: 'none', stroke: 'currentColor', strokeWidth: 1.6 }),
  )
}
