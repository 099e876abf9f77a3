import type { Json } from './block-rules/rule.ts'
import { identified } from './input-values.ts'
import { acceptBlocks } from './message-content.ts'
import { type Platform, watchForHazards } from './platform.ts'
import type { ReplyPlace } from './response-urls.ts'
import { SlackError } from './slack-error.ts'
import type { Channel, Message } from './workspace.ts'

/**
 * Carries out an answer to an interaction, given in the acknowledgement or through a response_url. It reaches the
 * conversation even if the bot is not in it, and only the person sees it unless it says `in_channel`.
 */
export function reply(platform: Platform, place: ReplyPlace, answer: Json, where: string): void {
  const { workspace } = platform
  const channel = workspace.channels.get(place.channelId)
  if (!channel) throw new SlackError('channel_not_found')
  const source = place.source ? workspace.message(channel, place.source) : undefined
  if (answer.delete_original === true) {
    if (!source) throw new SlackError('message_not_found')
    workspace.remove(channel, source)
    return
  }
  if (answer.attachments !== undefined) throw new SlackError('invalid_attachments')
  const blocks = acceptBlocks(answer.blocks)
  const text = typeof answer.text === 'string' ? answer.text : ''
  if (text === '' && blocks === undefined) throw new SlackError('no_text')
  watchForHazards(platform, where, { ...answer, blocks })
  const named = identified(blocks ?? [], workspace.ids)
  if (answer.replace_original === true && source) {
    source.text = text
    source.blocks = named
    delete source.attachments
    workspace.touch()
    return
  }
  workspace.post(channel, {
    ...author(platform),
    ...audience(place, answer, channel, source),
    text,
    blocks: named,
  })
}

function author(platform: Platform): Pick<Message, 'user' | 'fromBot'> {
  return { user: platform.workspace.app.botUserId, fromBot: true }
}

function audience(
  place: ReplyPlace,
  answer: Json,
  channel: Channel,
  source: Message | undefined,
): Partial<Message> {
  const thread = typeof answer.thread_ts === 'string' ? answer.thread_ts : undefined
  if (answer.response_type === 'in_channel') {
    if (thread !== undefined && !channel.messages.some((message) => message.ts === thread)) {
      throw new SlackError('thread_not_found')
    }
    return thread === undefined ? {} : { thread_ts: thread }
  }
  const beside = thread ?? source?.thread_ts
  return { ephemeralTo: place.userId, ...(beside === undefined ? {} : { thread_ts: beside }) }
}
