/**
 * The anchor file: every checkpoint that was signed here, appended and flushed before anybody is told of it. A
 * database that was restored from a backup does not know its last checkpoint any more; this file does.
 */
import { createReadStream } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import path from 'node:path'
import { notesIn } from './checkpoint.ts'
import { syncFolder } from './signing-key.ts'

/** Some hundred notes: replicas that share a file write them almost in order. */
const TAIL_BYTES = 64 * 1024

export type AnchorFile = {
  readonly path: string
  /** The last notes, oldest first; `written` says whether the file has anything at all. */
  tail(): Promise<{ readonly notes: readonly string[]; readonly written: boolean }>
  /** Every note in it, oldest first. */
  all(): AsyncIterable<string>
  append(note: string): Promise<void>
}

export function anchorFile(file: string): AnchorFile {
  return {
    path: file,
    tail: async () => {
      const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      if (!handle) return { notes: [], written: false }
      try {
        const { size } = await handle.stat()
        const start = Math.max(0, size - TAIL_BYTES)
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
        const notes = await Array.fromAsync(notesIn([buffer.subarray(0, bytesRead).toString('utf8')]))
        // The first one may have lost its head.
        return { notes: start > 0 ? notes.slice(1) : notes, written: size > 0 }
      } finally {
        await handle.close()
      }
    },
    all: () => notesIn(piecesOf(file)),
    append: async (note) => {
      const isNew = await stat(file).then(
        () => false,
        () => true,
      )
      if (isNew) await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      const handle = await open(file, 'a', 0o600)
      try {
        // Empty lines before it, too: a note that a power cut tore must not swallow the next one.
        await handle.appendFile(`\n\n${note}\n`)
        await handle.sync()
      } finally {
        await handle.close()
      }
      if (isNew) await syncFolder(path.dirname(file))
    },
  }
}

/** Nothing when there is no such file. */
async function* piecesOf(file: string): AsyncGenerator<string> {
  try {
    for await (const piece of createReadStream(file, 'utf8')) yield piece as string
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
