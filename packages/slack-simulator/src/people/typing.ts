import { asTyped } from '../escape.ts'
import { eventEnvelope, messageOnWire, slashCommand } from '../payloads.ts'
import { notify, type Platform } from '../platform.ts'
import { reply } from '../reply.ts'
import { SlackError } from '../slack-error.ts'
import type { Act, ActResult } from '../view.ts'
import type { Channel, Person } from '../workspace.ts'
import { failed, OK, refused } from './outcome.ts'

/** A slash command, from any conversation the person is in; the bot need not be there. */
export async function runCommand(
  platform: Platform,
  person: Person,
  act: Extract<Act, { kind: 'command' }>,
): Promise<ActResult> {
  const channel = platform.workspace.channels.get(act.channel)
  if (!channel?.members.has(person.id)) return refused('channel_not_found')
  const [name = '', rest = ''] = splitOnce(act.text.trim())
  const known = platform.manifest.commands.find((one) => one.command === name)
  if (!known || platform.uninstalled) {
    notify(platform, person.id, `${name} is not a valid command.`)
    return refused('unknown_command')
  }
  const text = asTyped(rest, platform.workspace, known.should_escape)
  const payload = slashCommand(platform, person, channel, name, text)
  const ack = await platform.delivery.send('slash_commands', payload)
  if (ack.outcome !== 'acked') return failed(platform, person, name, ack.outcome)
  const answer = ack.payload ?? {}
  if (Object.keys(answer).length === 0) return OK
  try {
    reply(platform, { userId: person.id, channelId: channel.id }, answer, `answer to ${name}`)
    return OK
  } catch (error) {
    if (error instanceof SlackError) return failed(platform, person, name, 'invalid_command_response')
    throw error
  }
}

function splitOnce(text: string): [string, string] {
  const at = text.search(/\s/)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at).trim()]
}

const MESSAGE_EVENT: Record<Channel['kind'], string> = {
  channel: 'message.channels',
  private: 'message.groups',
  im: 'message.im',
}

/** A person writes a message. The app is told where its bot is a member, if it subscribed. */
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
