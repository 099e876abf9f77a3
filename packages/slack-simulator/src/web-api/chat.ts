import { acceptAttachments, numbered } from '../attachments.ts'
import { identified } from '../input-values.ts'
import type { Json } from '../json.ts'
import { acceptBlocks, LONGEST_TEXT } from '../message-content.ts'
import { messageOnWire } from '../payloads.ts'
import { type Platform, watchForHazards } from '../platform.ts'
import { SlackError } from '../slack-error.ts'
import type { Block } from '../view.ts'
import type { Channel, Message } from '../workspace.ts'
import { channelToRead, channelToWrite } from './channel-access.ts'
import type { Args, Method } from './method.ts'

const LONGEST_UPDATE = 4000
const TS = /^\d+\.\d{6}$/

const postMessage: Method = {
  token: 'bot',
  scope: 'chat:write',
  tier: 'post',
  run: (args, platform) => {
    const channel = channelToWrite(platform, args.required('channel'))
    const { text, blocks, truncated } = content(args, platform)
    const attachments = attachmentsOf(args, platform, blocks ?? [])
    if (text === undefined && blocks === undefined && !attachments?.length) throw new SlackError('no_text')
    const thread = threadOf(args, channel)
    watchForHazards(platform, 'chat.postMessage', { ...args.all, blocks, attachments })
    const message = platform.workspace.post(channel, {
      ...byBot(platform),
      text: text ?? '',
      blocks: identified(blocks ?? [], platform.workspace.ids),
      ...(attachments ? { attachments: numbered(attachments, platform.workspace.ids) } : {}),
      ...(thread ? { thread_ts: thread, broadcast: args.flag('reply_broadcast') } : {}),
      ...metadataOf(args),
    })
    return {
      channel: channel.id,
      ts: message.ts,
      message: messageOnWire(message, platform.workspace),
      ...(truncated
        ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } }
        : {}),
    }
  },
}

const update: Method = {
  token: 'bot',
  scope: 'chat:write',
  tier: 'tier3',
  run: (args, platform) => {
    const channel = channelToRead(platform, args.required('channel'))
    const message = stored(channel, args.required('ts'))
    if (!message) throw new SlackError('message_not_found')
    if (!message.fromBot || message.subtype === 'tombstone') throw new SlackError('cant_update_message')
    if (channel.archived) throw new SlackError('is_inactive')
    const { text, blocks } = content(args, platform)
    if (text !== undefined && text.length > LONGEST_UPDATE) throw new SlackError('msg_too_long')
    const metadata = metadataOf(args)
    const attachments = attachmentsOf(args, platform, blocks ?? (text === undefined ? message.blocks : []))
    if (text === undefined && blocks === undefined && attachments === undefined && !metadata)
      throw new SlackError('no_text')
    watchForHazards(platform, 'chat.update', { ...args.all, blocks, attachments })
    // Text alone takes the blocks away and shows "(edited)"; blocks replace blocks and show nothing.
    if (blocks !== undefined) {
      message.blocks = identified(blocks, platform.workspace.ids)
    } else if (text !== undefined) {
      message.blocks = []
      message.edited = { user: platform.workspace.app.botUserId, ts: platform.workspace.clock.ts() }
    }
    // Attachments that are left out stay, whatever becomes of the blocks; an empty list takes them away.
    if (attachments !== undefined) message.attachments = numbered(attachments, platform.workspace.ids)
    if (text !== undefined) message.text = text
    if (metadata) applyMetadata(message, metadata.metadata)
    message.values.clear()
    platform.workspace.touch()
    return {
      channel: channel.id,
      ts: message.ts,
      text: message.text,
      message: messageOnWire(message, platform.workspace),
    }
  },
}

const remove: Method = {
  token: 'bot',
  scope: 'chat:write',
  tier: 'tier3',
  run: (args, platform) => {
    const channel = channelToRead(platform, args.required('channel'))
    const message = stored(channel, args.required('ts'))
    if (!message) throw new SlackError('message_not_found')
    if (!message.fromBot) throw new SlackError('cant_delete_message')
    const { workspace } = platform
    if (workspace.replies(channel, message.ts).length === 0) workspace.remove(channel, message)
    else {
      // A thread cannot lose its head, so Slack leaves a stone in its place.
      message.subtype = 'tombstone'
      message.text = 'This message was deleted.'
      message.blocks = []
      delete message.attachments
      workspace.touch()
    }
    return { channel: channel.id, ts: message.ts }
  },
}

const postEphemeral: Method = {
  token: 'bot',
  scope: 'chat:write',
  tier: 'tier4',
  run: (args, platform) => {
    const channel = channelToWrite(platform, args.required('channel'))
    const userId = args.required('user')
    if (!channel.members.has(userId)) throw new SlackError('user_not_in_channel')
    if (args.all.attachments !== undefined) throw new SlackError('invalid_attachments')
    const { text, blocks } = content(args, platform)
    if (text === undefined && blocks === undefined) throw new SlackError('no_text')
    const thread = threadOf(args, channel)
    watchForHazards(platform, 'chat.postEphemeral', { ...args.all, blocks })
    const message = platform.workspace.post(channel, {
      ...byBot(platform),
      ephemeralTo: userId,
      text: text ?? '',
      blocks: identified(blocks ?? [], platform.workspace.ids),
      ...(thread ? { thread_ts: thread } : {}),
    })
    return { message_ts: message.ts }
  },
}

const getPermalink: Method = {
  token: 'bot',
  tier: 'special',
  run: (args, platform) => {
    const channel = channelToRead(platform, args.required('channel'))
    const message = stored(channel, args.required('message_ts'))
    if (!message) throw new SlackError('message_not_found')
    const { domain } = platform.workspace.team
    const base = `https://${domain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}`
    const thread = message.thread_ts ? `?thread_ts=${message.thread_ts}&cid=${channel.id}` : ''
    return { channel: channel.id, permalink: `${base}${thread}` }
  },
}

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
  'chat.getPermalink': getPermalink,
}

function byBot(platform: Platform): Pick<Message, 'user' | 'fromBot'> {
  return { user: platform.workspace.app.botUserId, fromBot: true }
}

function content(args: Args, { faults }: Platform) {
  const blocks = acceptBlocks(args.all.blocks, faults.refusedBlocks)
  const given = args.text('text')
  const truncated = given !== undefined && given.length > LONGEST_TEXT
  return { text: truncated ? given.slice(0, LONGEST_TEXT) : given, blocks, truncated }
}

function attachmentsOf(args: Args, { faults }: Platform, beside: readonly Block[]) {
  return acceptAttachments(args.all.attachments, beside, faults.refusedBlocks)
}

/** Ephemeral messages are not kept by Slack, so a method cannot find them by their ts. */
function stored(channel: Channel, ts: string): Message | undefined {
  return channel.messages.find((message) => message.ts === ts && message.ephemeralTo === undefined)
}

function threadOf(args: Args, channel: Channel): string | undefined {
  const ts = args.all.thread_ts
  if (ts === undefined || ts === '') return undefined
  // A number would already have lost digits.
  if (typeof ts !== 'string' || !TS.test(ts)) throw new SlackError('invalid_thread_ts')
  const parent = stored(channel, ts)
  if (!parent) throw new SlackError('thread_not_found')
  return parent.thread_ts ?? parent.ts
}

function metadataOf(args: Args): { metadata: unknown } | undefined {
  const metadata = args.json('metadata', 'invalid_metadata_format')
  if (metadata === undefined || metadata === '') return undefined
  const shape = metadata as Json
  const empty = typeof metadata === 'object' && Object.keys(shape).length === 0
  if (!empty && (typeof shape.event_type !== 'string' || typeof shape.event_payload !== 'object')) {
    throw new SlackError('invalid_metadata_schema')
  }
  return { metadata }
}

/** An empty object takes the metadata away; leaving it out keeps it. */
function applyMetadata(message: Message, metadata: unknown): void {
  if (Object.keys(metadata as Json).length === 0) delete message.metadata
  else message.metadata = metadata
}
