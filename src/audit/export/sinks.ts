/** Where audit events are delivered to as they happen: a file, or somebody's web server. */
import { createHmac } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Json } from '../../core/json.ts'
import { type Batch, type Delivery, type Sink, SinkError } from '../../core/log/delivery.ts'
import { readBase64 } from '../checkpoint/note.ts'
import { exists, syncFolder } from '../files.ts'
import { ocsfLine } from './ocsf.ts'
import { jsonlLine } from './rows.ts'

/** A receiver, ready to take events. Throws with what is wrong in the configuration; nothing is opened or connected yet. */
export function openSink(delivery: Delivery, secret: (reference: Json) => string): Sink {
  const draw = drawerOf(delivery)
  if (delivery.to.kind === 'file') return fileSink(delivery.to.path, draw)
  const { url, secret: key } = delivery.to
  try {
    const settings = readWebhook(typeof url === 'string' ? url : secret(url), secret(key))
    return webhookSink({ ...settings, draw })
  } catch (error) {
    throw new Error(`delivery “${delivery.name}”: ${error instanceof Error ? error.message : error}`)
  }
}

function drawerOf({ format, ocsfVersion }: Delivery): (batch: Batch) => string {
  if (format === 'jsonl') return ({ leaves }) => leaves.map(jsonlLine).join('')
  return ({ leaves }) => leaves.map((leaf) => ocsfLine(leaf, ocsfVersion)).join('')
}

/** Longer than any line of ours. */
const TAIL_BYTES = 512 * 1024

/**
 * Events appended to a file, one a line, and flushed to the disk before they count as delivered. A file that was moved
 * away by log rotation is left alone, and a new one is begun. A line that a full disk or a crash left incomplete is cut
 * off first: its event is written again, whole.
 */
export function fileSink(file: string, draw: (batch: Batch) => string): Sink {
  let handle: FileHandle | undefined

  const close = async (): Promise<void> => {
    const before = handle
    handle = undefined
    await before?.close().catch(() => {})
  }

  /** The folder is not made: when it is missing, a disk is not mounted. */
  const opened = async (): Promise<FileHandle> => {
    if (handle && (await isStill(handle, file))) return handle
    await close()
    const isNew = !(await exists(file))
    // Without O_NONBLOCK, opening a pipe would block until its other end opens.
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0)
    const fresh = await open(file, flags, 0o600)
    if (!(await fresh.stat()).isFile()) {
      await fresh.close()
      throw new SinkError('it is not a regular file')
    }
    handle = fresh
    if (isNew) await syncFolder(path.dirname(file))
    return fresh
  }

  return {
    send: async (batch) => {
      try {
        const current = await opened()
        await cutTornLine(current)
        const { size } = await current.stat()
        try {
          await current.appendFile(draw(batch))
          await current.datasync()
        } catch (error) {
          await current.truncate(size).catch(() => {})
          throw error
        }
      } catch (error) {
        await close()
        if (error instanceof SinkError) throw error
        const { code } = error as NodeJS.ErrnoException
        throw new SinkError(`the file cannot be written (${code ?? 'unknown error'})`)
      }
    },
    close,
  }
}

async function isStill(handle: FileHandle, file: string): Promise<boolean> {
  const [mine, there] = await Promise.all([handle.stat(), stat(file).catch(() => undefined)])
  return there !== undefined && there.ino === mine.ino && there.dev === mine.dev
}

async function cutTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat()
  if (size === 0) return
  const start = Math.max(0, size - TAIL_BYTES)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
  const end = buffer.subarray(0, bytesRead).lastIndexOf('\n')
  if (end === bytesRead - 1) return
  await handle.truncate(end < 0 ? start : start + end + 1)
}

const MIN_KEY_BYTES = 24
const MAX_KEY_BYTES = 64

type WebhookSettings = {
  readonly url: URL
  /** Each of them signs: there are several while a secret is being changed. */
  readonly keys: readonly Uint8Array[]
  readonly draw: (batch: Batch) => string
}

/** The settings of a receiver. Throws with what to write instead, never with the secret or the address. */
export function readWebhook(url: string, secret: string): Pick<WebhookSettings, 'url' | 'keys'> {
  const address = URL.canParse(url.trim()) ? new URL(url.trim()) : undefined
  const isHere = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(address?.hostname ?? '')
  if (!address || !(address.protocol === 'https:' || (address.protocol === 'http:' && isHere)))
    throw new Error('its address is not an https address (http only for this machine itself).')
  return { url: address, keys: readSigningKeys(secret) }
}

/** The keys in `whsec_…`, or in several with a space between. Throws with what to write instead, never with the secret. */
export function readSigningKeys(secret: string): readonly Uint8Array[] {
  const keys = secret
    .trim()
    .split(/\s+/)
    .map((one) => (one.startsWith('whsec_') ? readBase64(one.slice('whsec_'.length)) : undefined))
  const good = keys.filter(
    (key) => key !== undefined && key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES,
  )
  if (good.length < keys.length)
    throw new Error(
      'its secret is not whsec_ and 24 to 64 bytes in base64. Make one: echo "whsec_$(openssl rand -base64 32)". ' +
        'Two, with a space between, sign both ways while a receiver changes over.',
    )
  return good as Buffer[]
}

/** The header `webhook-signature`: HMAC-SHA-256 over `id.timestamp.body` with each key. `at`: seconds since 1970. */
export function signatureOf(keys: readonly Uint8Array[], id: string, at: number, body: string): string {
  return keys
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`)
    .join(' ')
}

/**
 * Events by HTTP POST, signed by the Standard Webhooks scheme (standardwebhooks.com): the receiver knows who sent it and
 * when, and by the id whether it has it already. Only the operator chooses the address: a redirect is an error.
 */
function webhookSink({ url, keys, draw }: WebhookSettings): Sink {
  return {
    send: async (batch, signal) => {
      const body = draw(batch)
      const headers = {
        'content-type': 'application/x-ndjson',
        'user-agent': 'elevate',
        'webhook-id': batch.id,
        'webhook-timestamp': String(batch.at),
        'webhook-signature': signatureOf(keys, batch.id, batch.at, body),
      }
      const answer = await post(url, { method: 'POST', headers, body, redirect: 'error', signal })
      // The body does not matter, and may be long.
      await answer.body?.cancel().catch(() => {})
      if (answer.ok) return
      throw new SinkError(`the receiver answered ${answer.status}`, {
        tooLarge: answer.status === 413,
        retryAfter: secondsOf(answer.headers.get('retry-after')),
      })
    },
    close: async () => {},
  }
}

/** Throws a SinkError with a code of the network or a status, never with the whole address: it may be a secret. */
async function post(url: URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request)
  } catch (error) {
    if (request.signal?.aborted) throw new SinkError('the receiver did not answer in time')
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
    const why = cause?.message.includes('redirect') ? 'a redirect' : (cause?.code ?? 'no connection')
    throw new SinkError(`the receiver could not be reached (${why})`)
  }
}

function secondsOf(header: string | null): number | undefined {
  return header !== null && /^[0-9]{1,6}$/.test(header) ? Number(header) : undefined
}
