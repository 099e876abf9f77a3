/**
 * A file for one person alone, in the direct messages with elevate. Slack keeps it there until somebody deletes it,
 * and its workspace's owners can export it: what is sent says so.
 */
import type { WebClient } from '@slack/web-api'
import type { PersonId } from '../../core/people/person.ts'
import type { Message } from '../blocks/message.ts'

export type PrivateFile = {
  /** `audit.csv`: Slack shows it by its ending. */
  readonly name: string
  /** What a person reads above it. */
  readonly title: string
  readonly content: Uint8Array
  /** Says what the file is; posted before it. */
  readonly message: Message
}

/**
 * The message opens the conversation and names its id, which an upload needs; asking for that id alone would take
 * one more permission (`im:write`). Throws what Slack's client throws.
 */
export async function sendFile(client: WebClient, person: PersonId, file: PrivateFile): Promise<void> {
  const { channel } = await client.chat.postMessage({ channel: person, ...file.message })
  if (!channel) throw new Error('Slack did not say where the direct message is')
  await client.filesUploadV2({
    channel_id: channel,
    filename: file.name,
    title: file.title,
    file: Buffer.from(file.content),
  })
}
