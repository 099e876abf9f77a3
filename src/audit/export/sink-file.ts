/**
 * Events appended to a file, one a line, and flushed to the disk before they count as delivered. A file that was moved
 * away by log rotation is left alone, and a new one is begun. A line that a full disk or a crash left torn is cut off
 * first: its event is written again, whole.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import path from 'node:path'
import { type Batch, type Sink, SinkError } from '../../core/log/delivery.ts'
import { syncFolder } from '../checkpoint/signing-key.ts'

/** Longer than any line of ours. */
const TAIL = 512 * 1024

export function fileSink(file: string, draw: (batch: Batch) => string): Sink {
  let handle: FileHandle | undefined

  const close = async (): Promise<void> => {
    const before = handle
    handle = undefined
    await before?.close().catch(() => {})
  }

  /** The folder is not made: one that is missing is a disk that is not there. */
  const opened = async (): Promise<FileHandle> => {
    if (handle && (await isStill(handle, file))) return handle
    await close()
    const isNew = await stat(file).then(
      () => false,
      () => true,
    )
    // Opening a pipe would wait for its other end.
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
  const start = Math.max(0, size - TAIL)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
  const end = buffer.subarray(0, bytesRead).lastIndexOf('\n')
  if (end === bytesRead - 1) return
  await handle.truncate(end < 0 ? start : start + end + 1)
}
