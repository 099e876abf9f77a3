import type { IncomingMessage } from 'node:http'

/** Slack's own payloads end far below this; a modal's view is at most 250 kB. */
export const BODY_LIMIT = 1024 * 1024

/** The exact bytes, or why there are none. A body that is too long is not kept, whatever its header says. */
export function readBody(req: IncomingMessage): Promise<Buffer | 'too-large' | 'broken'> {
  if (Number(req.headers['content-length'] ?? 0) > BODY_LIMIT) return Promise.resolve('too-large')
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > BODY_LIMIT) {
        req.pause()
        chunks.length = 0
        resolve('too-large')
      } else chunks.push(chunk)
    })
    req.on('end', () => resolve(Buffer.concat(chunks)))
    req.on('error', () => resolve('broken'))
    req.on('close', () => resolve('broken'))
  })
}
