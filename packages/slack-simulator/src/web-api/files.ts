import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerText, readBody } from '../http.ts'
import type { Json } from '../json.ts'
import type { Platform } from '../platform.ts'
import { SlackError } from '../slack-error.ts'
import type { FileOnWire } from '../workspace.ts'
import { channelToWrite } from './channel-access.ts'
import type { Method } from './method.ts'

/** The three steps of an upload: ask for a URL, send the bytes there, say where the file belongs. */

const UPLOADS = '/upload/v1/'

export const fileMethods: Record<string, Method> = {
  'files.getUploadURLExternal': {
    token: 'bot',
    scope: 'files:write',
    tier: 'tier4',
    run: (args, platform) => {
      const name = args.required('filename')
      const length = args.count('length', 0)
      if (length <= 0) throw new SlackError('invalid_arguments')
      const id = platform.workspace.ids.next('F')
      platform.uploads.set(id, { name, length, content: undefined })
      return { upload_url: `${platform.origin()}${UPLOADS}${id}`, file_id: id }
    },
  },
  'files.completeUploadExternal': {
    token: 'bot',
    scope: 'files:write',
    tier: 'tier4',
    run: (args, platform) => {
      const given = args.json('files', 'invalid_arguments')
      if (!Array.isArray(given) || given.length === 0) throw new SlackError('invalid_arguments')
      const files = given.map((one: Json) => fileOnWire(one, platform))
      const target = args.text('channel_id')
      if (target !== undefined) {
        // Unlike a message, a file goes to a conversation, never to a person's id.
        if (/^[UW]/.test(target)) throw new SlackError('channel_not_found')
        const channel = channelToWrite(platform, target)
        const thread = args.text('thread_ts')
        platform.workspace.post(channel, {
          user: platform.workspace.app.botUserId,
          fromBot: true,
          text: args.text('initial_comment') ?? '',
          blocks: [],
          files,
          ...(thread === undefined ? {} : { thread_ts: thread }),
        })
      }
      return { files }
    },
  },
}

function fileOnWire(given: Json, platform: Platform): FileOnWire {
  const id = String(given?.id)
  const upload = platform.uploads.get(id)
  if (!upload?.content) throw new SlackError('file_not_found')
  const title = typeof given?.title === 'string' ? given.title : upload.name
  return { id, name: upload.name, title, size: upload.content.length }
}

/** Takes the bytes, as Slack's upload host does. */
export async function answerUpload(
  platform: Platform,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const upload = platform.uploads.get(path.slice(UPLOADS.length))
  // A URL is good for one file of the length that was announced.
  if (!upload || upload.content) return answerText(response, 404, 'no such upload')
  const content = await fileIn(request)
  if (content.length !== upload.length)
    return answerText(response, 400, `expected ${upload.length} bytes and got ${content.length}`)
  upload.content = content
  answerText(response, 200, `OK - ${upload.content.length}`)
}

/** Slack takes the bytes as they are, or the first file of a multipart form, which is what its own SDKs send. */
async function fileIn(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request)
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return body
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const file = [...form.values()].find((value) => typeof value !== 'string')
  return file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0)
}

export function isUpload(path: string): boolean {
  return path.startsWith(UPLOADS)
}
