import type { Json } from '../json.ts'
import { messageOnWire } from '../payloads.ts'
import type { Platform } from '../platform.ts'
import { SlackError } from '../slack-error.ts'
import type { Channel, Message } from '../workspace.ts'
import { channelToRead } from './channel-access.ts'
import { type Args, type Method, needScope, paged } from './method.ts'

const FAMILY: Record<Channel['kind'], string> = { channel: 'channels', private: 'groups', im: 'im' }

const KIND_OF: Record<string, Channel['kind']> = {
  public_channel: 'channel',
  private_channel: 'private',
  im: 'im',
}

function channelOnWire(channel: Channel, platform: Platform): Json {
  const base = {
    id: channel.id,
    created: channel.created,
    is_archived: channel.archived,
    is_im: channel.kind === 'im',
    is_mpim: false,
    context_team_id: platform.workspace.team.id,
    updated: channel.created * 1000,
  }
  if (channel.kind === 'im') return { ...base, user: channel.with, is_org_shared: false }
  return {
    ...base,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'channel',
    is_group: channel.kind === 'private',
    is_private: channel.kind === 'private',
    is_general: false,
    is_shared: false,
    is_member: channel.members.has(platform.workspace.app.botUserId),
    num_members: channel.members.size,
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
  }
}

/** The conversation, once the scope for its kind is there. */
function readable(args: Args, platform: Platform, right: 'read' | 'history'): Channel {
  const channel = channelToRead(platform, args.required('channel'))
  needScope(platform, `${FAMILY[channel.kind]}:${right}`)
  return channel
}

const open: Method = {
  token: 'bot',
  scope: 'im:write',
  tier: 'tier3',
  run: (args, platform) => {
    const { workspace } = platform
    const known = args.text('channel')
    if (known !== undefined) return { channel: { id: channelToRead(platform, known).id } }
    const users = (args.text('users') ?? '').split(',').filter((user) => user !== '')
    if (users.length === 0) throw new SlackError('users_list_not_supplied')
    if (users.length > 1) needScope(platform, 'mpim:write')
    // Direct messages with several people are not simulated.
    if (users.length > 1) throw new SlackError('method_not_supported_for_channel_type')
    const person = workspace.people.get(users[0] ?? '')
    if (!person) throw new SlackError('user_not_found')
    if (person.deleted) throw new SlackError('user_disabled')
    if (person.bot) throw new SlackError('cannot_dm_bot')
    const already = workspace.directMessage(person.id) !== undefined
    const channel = workspace.openDirectMessage(person.id)
    return {
      ...(already ? { no_op: true, already_open: true } : {}),
      channel: args.flag('return_im') ? channelOnWire(channel, platform) : { id: channel.id },
    }
  },
}

const list: Method = {
  token: 'bot',
  tier: 'tier2',
  run: (args, platform) => {
    const types = (args.text('types') ?? 'public_channel').split(',')
    const kinds = types.map((type) => {
      const kind = KIND_OF[type.trim()]
      if (!kind) throw new SlackError('invalid_types')
      needScope(platform, `${FAMILY[kind]}:read`)
      return kind
    })
    const { botUserId } = platform.workspace.app
    const known = [...platform.workspace.channels.values()].filter(
      (channel) =>
        kinds.includes(channel.kind) &&
        (channel.kind === 'channel' || channel.members.has(botUserId)) &&
        !(args.flag('exclude_archived') && channel.archived),
    )
    const { page, response_metadata } = paged(known, args, 100)
    return { channels: page.map((channel) => channelOnWire(channel, platform)), response_metadata }
  },
}

const join: Method = {
  token: 'bot',
  scope: 'channels:join',
  tier: 'tier3',
  run: (args, platform) => {
    const channel = channelToRead(platform, args.required('channel'))
    if (channel.kind !== 'channel') throw new SlackError('method_not_supported_for_channel_type')
    if (channel.archived) throw new SlackError('is_archived')
    channel.members.add(platform.workspace.app.botUserId)
    platform.workspace.touch()
    return { channel: channelOnWire(channel, platform) }
  },
}

function kept(channel: Channel): Message[] {
  return channel.messages.filter((message) => message.ephemeralTo === undefined)
}

function within(messages: readonly Message[], args: Args): Message[] {
  const oldest = args.text('oldest') ?? '0'
  const latest = args.text('latest') ?? '99999999999'
  const edges = args.flag('inclusive')
  return messages.filter(({ ts }) => {
    const [at, from, until] = [Number(ts), Number(oldest), Number(latest)]
    return edges ? at >= from && at <= until : at > from && at < until
  })
}

function withReplies(message: Message, channel: Channel, platform: Platform): Json {
  const replies = platform.workspace
    .replies(channel, message.ts)
    .filter((one) => one.ephemeralTo === undefined)
  const base = messageOnWire(message, platform.workspace)
  if (replies.length === 0) return base
  const users = [...new Set(replies.map((reply) => reply.user))]
  return {
    ...base,
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    reply_users: users,
    latest_reply: replies.at(-1)?.ts,
  }
}

const history: Method = {
  token: 'bot',
  tier: 'tier3',
  run: (args, platform) => {
    const channel = readable(args, platform, 'history')
    if (!channel.members.has(platform.workspace.app.botUserId)) throw new SlackError('not_in_channel')
    const top = kept(channel).filter((message) => message.thread_ts === undefined || message.broadcast)
    const newestFirst = within(top, args).reverse()
    const { page, response_metadata } = paged(newestFirst, args, 100)
    return {
      messages: page.map((message) => withReplies(message, channel, platform)),
      has_more: response_metadata.next_cursor !== '',
      pin_count: 0,
      response_metadata,
    }
  },
}

const replies: Method = {
  token: 'bot',
  tier: 'tier3',
  run: (args, platform) => {
    const channel = readable(args, platform, 'history')
    if (!channel.members.has(platform.workspace.app.botUserId)) throw new SlackError('not_in_channel')
    const parent = kept(channel).find((message) => message.ts === args.required('ts'))
    if (!parent) throw new SlackError('thread_not_found')
    const thread = [parent, ...kept(channel).filter((message) => message.thread_ts === parent.ts)]
    const { page, response_metadata } = paged(thread, args, 1000)
    return {
      messages: page.map((message) => withReplies(message, channel, platform)),
      has_more: response_metadata.next_cursor !== '',
      response_metadata,
    }
  },
}

export const conversationMethods: Record<string, Method> = {
  'conversations.open': open,
  'conversations.list': list,
  'conversations.join': join,
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.info': {
    token: 'bot',
    tier: 'tier3',
    run: (args, platform) => ({ channel: channelOnWire(readable(args, platform, 'read'), platform) }),
  },
  'conversations.members': {
    token: 'bot',
    tier: 'tier4',
    run: (args, platform) => {
      const channel = readable(args, platform, 'read')
      const { page, response_metadata } = paged([...channel.members], args, 100)
      return { members: page, response_metadata }
    },
  },
}
