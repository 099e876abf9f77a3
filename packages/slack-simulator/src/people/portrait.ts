import { textOf } from '../text.ts'
import type { PersonView, SeenChannel, SeenMessage } from '../view.ts'

const LATEST = 5

/** Everything one person sees, as text: what a failing test prints. */
export function portrait(view: PersonView): string {
  const nameOf = namesIn(view)
  const part = (title: string, text: string) => `── ${title}\n${indent(text)}`
  return [
    `${view.me.realName} (${view.me.id}) at version ${view.version}, app ${view.bot.connected ? 'connected' : 'NOT connected'}`,
    ...view.notices.slice(-LATEST).map((notice) => part('Slack says', notice.text)),
    ...view.modals.map((modal) =>
      part(`modal ${modal.id}${modal.busy ? ' (busy)' : ''}`, textOf(modal, nameOf)),
    ),
    ...(view.home ? [part('Home', textOf(view.home, nameOf))] : []),
    ...view.channels
      .filter((channel) => channel.messages.length > 0)
      .map((channel) => part(nameOfChannel(channel, view), messagesText(channel, nameOf))),
  ].join('\n')
}

export function namesIn(view: PersonView): (id: string) => string | undefined {
  const names = new Map<string, string>([
    ...view.people.map((person) => [person.id, person.name] as const),
    ...view.groups.map((group) => [group.id, group.handle] as const),
    ...view.channels.map((channel) => [channel.id, channel.name] as const),
  ])
  return (id) => names.get(id)
}

function nameOfChannel(channel: SeenChannel, view: PersonView): string {
  return channel.kind === 'im' ? `direct message with ${view.bot.name}` : `#${channel.name}`
}

function messagesText(channel: SeenChannel, nameOf: (id: string) => string | undefined): string {
  return channel.messages
    .slice(-LATEST)
    .flatMap((message) => [
      line(message, nameOf),
      ...message.replies.map((reply) => indent(line(reply, nameOf))),
    ])
    .join('\n')
}

function line(message: SeenMessage, nameOf: (id: string) => string | undefined): string {
  const marks = `${message.ephemeral ? ' (only you)' : ''}${message.edited ? ' (edited)' : ''}`
  return `${nameOf(message.user) ?? message.user}${marks}: ${indent(textOf(message, nameOf)).trimStart()}`
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((one) => `   ${one}`)
    .join('\n')
}
