import { Fragment, createElement as h, type ReactNode } from 'react'
import type { SeenChannel, SeenMessage } from '../../view.ts'
import { drawBlocks } from '../blocks/draw.ts'
import { appChannel, channelTitle, type Scene, type Spot } from '../scene.ts'
import { avatar } from './avatar.ts'
import { messageItem, messageList } from './message.ts'
import { lock } from './sidebar.ts'

/** The head of the middle pane: where one is, and for the app its two tabs. */
export function paneHead(scene: Scene): ReactNode {
  const channel = scene.view.channels.find((one) => one.id === scene.looking.open)
  const own = appChannel(scene)
  const isApp =
    ['home', 'messages'].includes(scene.looking.open) || (channel !== undefined && channel.id === own?.id)
  return h(
    Fragment,
    null,
    h(
      'div',
      { className: 'pane-title' },
      h(
        'button',
        { type: 'button', className: 'back', 'data-back': 'sidebar', 'aria-label': 'Back to channels' },
        '‹',
      ),
      isApp ? avatar(scene, scene.view.bot.userId, 'middle') : sign(scene, channel),
      h('h1', null, isApp ? scene.view.bot.name : channelTitle(scene, scene.looking.open)),
      isApp ? h('span', { className: 'app-mark' }, 'APP') : null,
      scene.view.bot.connected
        ? null
        : h('span', { className: 'offline' }, `${scene.view.bot.name} is not connected`),
    ),
    isApp
      ? h(
          'div',
          { className: 'tabs', role: 'tablist' },
          tab('Home', 'home', scene.looking.open === 'home', 0),
          tab('Messages', own?.id ?? 'messages', scene.looking.open !== 'home', own?.unread ?? 0),
        )
      : null,
  )
}

function tab(words: string, target: string, open: boolean, unread: number): ReactNode {
  const news = unread > 0 && !open ? h('span', { className: 'badge' }, unread) : null
  return h(
    'a',
    { href: `#${target}`, role: 'tab', 'aria-selected': open, className: 'tab' },
    words,
    ' ',
    news,
  )
}

function sign(scene: Scene, channel: SeenChannel | undefined): ReactNode {
  if (channel?.kind === 'im') return avatar(scene, channel.with ?? '', 'middle')
  return h('span', { className: 'sign' }, channel?.kind === 'private' ? lock() : '#')
}

/** What is in the middle pane: a channel's messages or the app's Home tab. */
export function paneBody(scene: Scene): ReactNode {
  if (scene.looking.open === 'home') return home(scene)
  const channel = scene.view.channels.find((one) => one.id === scene.looking.open)
  if (!channel) return h('p', { className: 'empty' }, 'There are no messages here yet.')
  const shown = { scene, channel: channel.id, pane: 'main', withReplies: true }
  return h(
    'div',
    { className: 'messages', 'data-key': `messages-${channel.id}` },
    beginning(scene, channel),
    ...messageList(shown, channel.messages),
  )
}

function beginning(scene: Scene, channel: SeenChannel): ReactNode {
  const title = channelTitle(scene, channel.id)
  const words =
    channel.kind === 'im'
      ? `This is the beginning of your messages with ${title}.`
      : `This is the very beginning of the ${channel.kind === 'private' ? 'private ' : ''}channel.`
  return h(
    'div',
    { className: 'beginning', 'data-key': 'beginning' },
    channel.kind === 'im' ? avatar(scene, channel.with ?? '') : null,
    h('h2', null, channel.kind === 'im' ? title : `# ${title}`),
    h('p', null, words),
  )
}

function home(scene: Scene): ReactNode {
  const view = scene.view.home
  if (!view) {
    return h(
      'p',
      { className: 'empty', 'data-key': 'home-empty' },
      `${scene.view.bot.name} has not filled this tab yet.`,
    )
  }
  const spot: Spot = {
    scene,
    place: { kind: 'view', view_id: view.id },
    pane: 'home',
    values: view.state.values,
    errors: view.errors,
  }
  return h('div', { className: 'home blocks', 'data-key': `home-${view.id}` }, drawBlocks(spot, view.blocks))
}

/** The right pane: a message and its replies. */
export function thread(scene: Scene): ReactNode {
  const channel = scene.view.channels.find((one) => one.id === scene.looking.open)
  const parent = channel?.messages.find((one) => one.ts === scene.looking.thread)
  if (!channel || !parent) return null
  const shown = { scene, channel: channel.id, pane: 'thread', withReplies: false }
  return h(
    'div',
    { className: 'thread', 'data-key': `thread-${parent.ts}` },
    messageItem(shown, parent, false),
    divider(parent),
    ...messageList(shown, parent.replies),
  )
}

function divider(parent: SeenMessage): ReactNode {
  const count = parent.replies.length
  if (count === 0) return null
  const words = `${count} ${count === 1 ? 'reply' : 'replies'}`
  return h(
    'div',
    { className: 'thread-line', role: 'separator', 'data-key': 'thread-line' },
    h('span', null, words),
  )
}
