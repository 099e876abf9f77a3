import { createElement as h, type ReactNode } from 'react'
import { nameOf, type Scene } from '../scene.ts'
import { slackDate } from './dates.ts'

export function userMention(scene: Scene, id: string): ReactNode {
  const mine = id === scene.view.me.id ? ' mine' : ''
  return h('span', { className: `mention${mine}`, 'data-user': id }, `@${nameOf(scene, id)}`)
}

export function channelMention(scene: Scene, id: string, given?: string): ReactNode {
  const channel = scene.view.channels.find((one) => one.id === id)
  if (!channel || channel.kind === 'im') {
    return h('span', { className: 'mention' }, given ? `#${given}` : '🔒 private channel')
  }
  return h('a', { className: 'mention', href: `#${id}` }, `#${channel.name}`)
}

export function groupMention(scene: Scene, id: string, given?: string): ReactNode {
  const group = scene.view.groups.find((one) => one.id === id)
  const mine = group?.members.includes(scene.view.me.id) ? ' mine' : ''
  const handle = group?.handle ?? given ?? id
  return h('span', { className: `mention${mine}` }, `@${handle.replace(/^@/, '')}`)
}

export function broadcast(range: string): ReactNode {
  return h('span', { className: 'mention mine' }, `@${range}`)
}

/** A moment in the reader's own time zone. */
export function moment(
  scene: Scene,
  seconds: number,
  format: string,
  fallback: string,
  link?: string,
): ReactNode {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 8e12) return fallback
  const zone = scene.view.me.timezone
  const text = slackDate(seconds, format, zone, scene.now) ?? fallback
  const title = slackDate(seconds, '{date_long} at {time_secs}', zone, scene.now)
  const time = h('time', { dateTime: new Date(seconds * 1000).toISOString(), title }, text)
  return link === undefined ? time : anchor(link, time)
}

/** A link, if its target is one that Slack would open; otherwise its words alone. */
export function anchor(url: string, words: ReactNode): ReactNode {
  if (!/^(https?:\/\/|mailto:|tel:)/i.test(url)) return words
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, words)
}
