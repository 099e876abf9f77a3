import { Fragment, createElement as h, type ReactNode } from 'react'
import type { Place, SeenAttachment, SeenFile, SeenMessage } from '../../view.ts'
import { drawBlocks } from '../blocks/draw.ts'
import { nameOf, placeKey, type Scene, type Spot } from '../scene.ts'
import { clock, dayLine, slackDate } from '../text/dates.ts'
import { mrkdwn } from '../text/mrkdwn.ts'
import { avatar } from './avatar.ts'

type Shown = {
  readonly scene: Scene
  readonly channel: string
  readonly pane: string
  /** Whether replies are announced below a message: in a channel yes, in the thread pane no. */
  readonly withReplies: boolean
}

/** Draws messages below each other; in a channel each day is a section with the day's name above it. */
export function messageList(shown: Shown, messages: readonly SeenMessage[]): readonly ReactNode[] {
  const { scene } = shown
  const days = Map.groupBy(messages, (message) => dayLine(message.ts, scene.view.me.timezone, scene.now))
  return [...days].flatMap(([day, ofDay]) => {
    const drawn = ofDay.map((message, index) => {
      const before = ofDay[index - 1]
      return messageItem(shown, message, before !== undefined && continues(before, message))
    })
    if (!shown.withReplies) return drawn
    const line = h('div', { className: 'day', role: 'separator' }, h('span', { className: 'day-words' }, day))
    return [h('section', { className: 'day-section', 'data-key': `day-${day}` }, line, ...drawn)]
  })
}

function continues(before: SeenMessage, message: SeenMessage): boolean {
  const close = Number(message.ts) - Number(before.ts) < 300
  return close && before.user === message.user && before.ephemeral === message.ephemeral && !message.ephemeral
}

export function messageItem(shown: Shown, message: SeenMessage, follows: boolean): ReactNode {
  const { scene, pane } = shown
  const place: Place = { kind: 'message', channel: shown.channel, ts: message.ts }
  const key = `${pane}-${placeKey(place)}`
  const zone = scene.view.me.timezone
  const time = h(
    'time',
    {
      className: 'when',
      title: slackDate(Number(message.ts), '{date_long} at {time_secs}', zone, scene.now),
    },
    follows ? clock(message.ts, zone).replace(/ [AP]M$/, '') : clock(message.ts, zone),
  )
  const who = h(
    'div',
    { className: 'who' },
    h('span', { className: 'name' }, nameOf(scene, message.user)),
    message.isBot ? h('span', { className: 'app-mark' }, 'APP') : null,
    time,
  )
  const className = `message${follows ? ' follows' : ''}${message.ephemeral ? ' ephemeral' : ''}`
  return h(
    'article',
    {
      className,
      'data-key': key,
      'data-ts': message.ts,
      'aria-label': `${nameOf(scene, message.user)}, ${clock(message.ts, zone)}`,
    },
    h('div', { className: 'gutter' }, follows ? time : avatar(scene, message.user)),
    h(
      'div',
      { className: 'content' },
      message.ephemeral ? h('div', { className: 'only-you' }, '👁 Only visible to you') : null,
      follows ? null : who,
      alsoElsewhere(shown, message),
      body(shown, message, place),
      files(shown, message),
      shown.withReplies ? replies(shown, message) : null,
    ),
    shown.withReplies && !message.ephemeral ? tools(message) : null,
  )
}

/** A reply that the channel shows as well leads to its thread from there. */
function alsoElsewhere(shown: Shown, message: SeenMessage): ReactNode {
  if (!shown.withReplies || !message.thread_ts || message.thread_ts === message.ts) return null
  const properties = { className: 'to-thread', 'data-thread': message.thread_ts }
  const link = h('button', { ...properties, type: 'button' }, 'a thread')
  return h('div', { className: 'from-thread' }, 'replied to ', link)
}

function body(shown: Shown, message: SeenMessage, place: Place): ReactNode {
  const { scene } = shown
  const edited = message.edited ? h('span', { className: 'edited' }, ' (edited)') : null
  const values = scene.looking.values[placeKey(place)] ?? {}
  const spot: Spot = { scene, place, pane: shown.pane, values, errors: {} }
  const own =
    message.blocks.length === 0
      ? h('div', { className: 'text' }, mrkdwn(scene, message.text), edited)
      : h('div', { className: 'blocks' }, drawBlocks(spot, message.blocks), edited)
  return h(Fragment, null, own, ...(message.attachments ?? []).map((one) => attached(spot, one)))
}

/** The bar is a picture: the page forbids itself styles that are written into elements. */
function attached(spot: Spot, { color, blocks }: SeenAttachment): ReactNode {
  const bar = h(
    'svg',
    { className: 'bar', 'aria-hidden': 'true', width: 4, height: '100%' },
    h('rect', { width: 4, height: '100%', rx: 2, fill: `#${color}` }),
  )
  return h(
    'div',
    { className: 'attachment' },
    bar,
    h('div', { className: 'blocks' }, drawBlocks(spot, blocks)),
  )
}

function files({ scene }: Shown, message: SeenMessage): ReactNode {
  if (message.files.length === 0) return null
  return h('div', { className: 'files' }, ...message.files.map((file) => fileItem(scene.view.me.id, file)))
}

function fileItem(me: string, file: SeenFile): ReactNode {
  const href = `/sim/file?${new URLSearchParams({ as: me, id: file.id })}`
  const link = { href, target: '_blank', rel: 'noreferrer', download: file.name }
  if (file.name.endsWith('.png'))
    return h(
      'figure',
      { className: 'file-picture' },
      h('figcaption', null, h('a', link, file.title)),
      h('img', { src: href, alt: file.title }),
    )
  return h(
    'a',
    { ...link, className: 'file' },
    h('span', { className: 'file-mark', 'aria-hidden': 'true' }, file.name.split('.').at(-1)?.toUpperCase()),
    h(
      'span',
      { className: 'file-words' },
      h('span', { className: 'file-name' }, file.name),
      h('span', { className: 'file-size' }, sizeInWords(file.size)),
    ),
  )
}

function sizeInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function replies({ scene }: Shown, message: SeenMessage): ReactNode {
  const last = message.replies.at(-1)
  if (!last) return null
  const speakers = [...new Set(message.replies.map((reply) => reply.user))].slice(0, 4)
  const count = `${message.replies.length} ${message.replies.length === 1 ? 'reply' : 'replies'}`
  const when = slackDate(Number(last.ts), '{date_short_pretty} at {time}', scene.view.me.timezone, scene.now)
  return h(
    'button',
    { type: 'button', className: 'replies', 'data-thread': message.ts },
    ...speakers.map((user) => avatar(scene, user, 'small')),
    h('span', { className: 'reply-count' }, count),
    h(
      'span',
      { className: 'reply-when' },
      `Last reply ${when?.replace(/^Today/, 'today').replace(/^Yesterday/, 'yesterday') ?? ''}`,
    ),
  )
}

function tools(message: SeenMessage): ReactNode {
  const properties = {
    'data-thread': message.ts,
    'aria-label': 'Reply in thread',
    title: 'Reply in thread',
  }
  return h('div', { className: 'tools' }, h('button', { ...properties, type: 'button' }, '💬'))
}
