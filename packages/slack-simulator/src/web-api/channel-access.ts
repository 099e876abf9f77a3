import type { Platform } from '../platform.ts'
import { SlackError } from '../slack-error.ts'
import type { Channel, Person } from '../workspace.ts'

/** Which conversations a bot may know about, and in which it may speak. */

/** Where to post: a channel by id or #name, or a person by id, which opens the direct message. */
export function channelToWrite(platform: Platform, target: string): Channel {
  const { workspace } = platform
  const person = workspace.people.get(target)
  if (person) return workspace.openDirectMessage(reachable(platform, person).id)
  const channel = workspace.channel(target)
  if (!channel || !isVisible(platform, channel)) throw new SlackError('channel_not_found')
  if (channel.archived) throw new SlackError('is_archived')
  if (channel.with !== undefined) {
    const other = workspace.people.get(channel.with)
    if (other?.deleted) throw new SlackError('channel_not_found')
  }
  const inside = channel.members.has(workspace.app.botUserId)
  if (!inside && !platform.manifest.scopes.has('chat:write.public')) throw new SlackError('not_in_channel')
  return channel
}

/** Other methods take ids only: not names, and not a person's id in place of the direct message. */
export function channelToRead(platform: Platform, id: string): Channel {
  const channel = platform.workspace.channels.get(id)
  if (!channel || !isVisible(platform, channel)) throw new SlackError('channel_not_found')
  return channel
}

/** To a bot, a private channel it is not in does not exist. */
function isVisible(platform: Platform, channel: Channel): boolean {
  return channel.kind === 'channel' || channel.members.has(platform.workspace.app.botUserId)
}

function reachable(platform: Platform, person: Person): Person {
  if (person.id === platform.workspace.app.botUserId || person.bot) throw new SlackError('cannot_dm_bot')
  if (person.deleted) throw new SlackError('channel_not_found')
  return person
}
