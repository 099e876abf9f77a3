import { asTyped } from '../escape.ts'
import { eventEnvelope, messageOnWire } from '../payloads.ts'
import type { Platform } from '../platform.ts'
import type { Act, ActResult } from '../view.ts'
import type { Channel, Person } from '../workspace.ts'
import { refused } from './outcome.ts'

const MESSAGE_EVENT: Record<Channel['kind'], string> = {
  channel: 'message.channels',
  private: 'message.groups',
  im: 'message.im',
}

/** A person writes a message. The app hears of it where its bot sits, if it asked to. */
export async function say(
  platform: Platform,
  person: Person,
  act: Extract<Act, { kind: 'say' }>,
): Promise<ActResult> {
  const { workspace, manifest, delivery } = platform
  const channel = workspace.channels.get(act.channel)
  if (!channel?.members.has(person.id)) return refused('channel_not_found')
  if (channel.archived) return refused('is_archived')
  if (channel.kind === 'im' && manifest.messagesTab !== 'on') return refused('messages_tab_disabled')
  const message = workspace.post(channel, {
    user: person.id,
    fromBot: false,
    text: asTyped(act.text, workspace, true),
    blocks: [],
    ...(act.thread_ts === undefined ? {} : { thread_ts: act.thread_ts }),
  })
  if (!channel.members.has(workspace.app.botUserId)) return { ok: true, ts: message.ts }
  const event = { ...messageOnWire(message, workspace), channel: channel.id, event_ts: message.ts }
  const channel_type = { channel: 'channel', private: 'group', im: 'im' }[channel.kind]
  const heard = [
    delivery.event(MESSAGE_EVENT[channel.kind], () => eventEnvelope(platform, { ...event, channel_type })),
  ]
  if (message.text.includes(`<@${workspace.app.botUserId}`)) {
    heard.push(
      delivery.event('app_mention', () => eventEnvelope(platform, { ...event, type: 'app_mention' })),
    )
  }
  await Promise.all(heard)
  return { ok: true, ts: message.ts }
}
