/**
 * The anchor file: every checkpoint that was signed here, appended and flushed before it is published. A database that
 * was restored from a backup no longer has its last checkpoint; this file does.
 */
import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { exists, syncFolder, textPieces, unlessAbsent } from '../files.ts'
import { notesIn } from './checkpoint.ts'

/** A few hundred notes: replicas that share a file write them almost in order. */
const TAIL_BYTES = 64 * 1024

export type AnchorFile = {
  readonly path: string
  /** The last notes, oldest first; `written` says whether the file has anything at all. Nothing when it does not exist. */
  tail(): Promise<{ readonly notes: readonly string[]; readonly written: boolean }>
  /** Every note in it, oldest first. */
  all(): AsyncIterable<string>
  /** On the disk when it resolves; makes the file and its folder. */
  append(note: string): Promise<void>
}

/** Nothing is opened yet. */
export function anchorFile(file: string): AnchorFile {
  return {
    path: file,
    tail: async () => {
      const handle = await unlessAbsent(open(file, 'r'))
      if (!handle) return { notes: [], written: false }
      try {
        const { size } = await handle.stat()
        const start = Math.max(0, size - TAIL_BYTES)
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
        const notes = await Array.fromAsync(notesIn([buffer.subarray(0, bytesRead).toString('utf8')]))
        // The first one may be cut off.
        return { notes: start > 0 ? notes.slice(1) : notes, written: size > 0 }
      } finally {
        await handle.close()
      }
    },
    all: () => notesIn(textPieces(file)),
    append: async (note) => {
      const isNew = !(await exists(file))
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
