import { asTyped } from '../escape.ts'
import { slashCommand } from '../payloads.ts'
import { notify, type Platform } from '../platform.ts'
import { reply } from '../reply.ts'
import { SlackError } from '../slack-error.ts'
import type { Act, ActResult } from '../view.ts'
import type { Person } from '../workspace.ts'
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
