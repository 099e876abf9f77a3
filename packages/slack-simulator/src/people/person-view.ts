import type { Platform } from '../platform.ts'
import type { PersonView, SeenChannel, SeenMessage, SeenPerson } from '../view.ts'
import { viewForPerson } from '../views.ts'
import type { Channel, Message, Person } from '../workspace.ts'

/** The workspace through one person's eyes. */
export function viewOf(platform: Platform, userId: string): PersonView {
  const { workspace, views, manifest } = platform
  const me = workspace.people.get(userId)
  if (!me) throw new Error(`nobody is called ${userId} in this workspace`)
  const home = views.homes.get(userId)
  return {
    version: workspace.version,
    team: { ...workspace.team },
    me: seenPerson(me),
    people: [...workspace.people.values()].map(seenPerson),
    groups: [...workspace.groups.values()].map(({ id, handle, members }) => ({
      id,
      handle,
      members: [...members],
    })),
    bot: {
      userId: workspace.app.botUserId,
      appId: workspace.app.appId,
      name: manifest.botName,
      connected: platform.delivery.connected(),
    },
    commands: manifest.commands.map(({ command, description, usage_hint }) => ({
      command,
      description,
      usage_hint,
    })),
    shortcuts: manifest.shortcuts
      .filter((shortcut) => shortcut.type === 'global')
      .map(({ callback_id, name, description }) => ({ callback_id, name, description })),
    channels: [...workspace.channels.values()]
      .filter((channel) => channel.members.has(userId))
      .map((channel) => seenChannel(channel, me)),
    home: home ? viewForPerson(home) : null,
    modals: views.stack(userId).map(viewForPerson),
    notices: [...(platform.notices.get(userId) ?? [])],
  }
}

function seenPerson(person: Person): SeenPerson {
  return {
    id: person.id,
    name: person.name,
    realName: person.realName,
    deleted: person.deleted,
    isBot: person.bot,
    isGuest: person.guest,
    timezone: person.tz,
  }
}

/** The bytes of a file in some message that this person can see; undefined when there is none. */
export function fileSeenBy(platform: Platform, userId: string, id: string): Buffer | undefined {
  const seen = [...platform.workspace.channels.values()]
    .filter((channel) => channel.members.has(userId))
    .flatMap((channel) => channel.messages)
    .some((message) => isVisibleTo(message, userId) && message.files?.some((file) => file.id === id))
  return seen ? platform.uploads.get(id)?.content : undefined
}

export function isVisibleTo(message: Message, userId: string): boolean {
  return message.ephemeralTo === undefined || message.ephemeralTo === userId
}

function seenChannel(channel: Channel, me: Person): SeenChannel {
  const visible = channel.messages.filter((message) => isVisibleTo(message, me.id))
  const read = channel.lastRead.get(me.id) ?? ''
  const known = new Set(visible.map((message) => message.ts))
  const replies = Map.groupBy(
    visible.filter((message) => message.thread_ts !== undefined && message.thread_ts !== message.ts),
    (message) => message.thread_ts,
  )
  // A reply whose parent this person cannot see is shown on its own.
  const top = visible.filter(
    (message) => message.thread_ts === undefined || message.broadcast || !known.has(message.thread_ts),
  )
  return {
    id: channel.id,
    name: channel.name,
    kind: channel.kind,
    ...(channel.with === undefined ? {} : { with: otherSide(channel, me) }),
    unread: visible.filter((message) => message.ts > read && message.user !== me.id).length,
    messages: top.map((message) => seenMessage(message, replies.get(message.ts) ?? [])),
  }
}

function otherSide(channel: Channel, me: Person): string {
  return [...channel.members].find((member) => member !== me.id) ?? me.id
}

function seenMessage(message: Message, replies: readonly Message[]): SeenMessage {
  return {
    ts: message.ts,
    ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
    user: message.user,
    isBot: message.fromBot,
    text: message.text,
    blocks: message.blocks,
    ...(message.attachments?.length
      ? { attachments: message.attachments.map(({ color, blocks }) => ({ color, blocks })) }
      : {}),
    ephemeral: message.ephemeralTo !== undefined,
    edited: message.edited !== undefined,
    files: (message.files ?? []).map(({ id, name, title, size }) => ({ id, name, title, size })),
    replies: replies.map((reply) => seenMessage(reply, [])),
  }
}
