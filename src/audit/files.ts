/**
 * Files on disk as this room needs them: readable by their owner only, because they hold private texts or keys; flushed
 * where a promise rests on them; and absent without an error where that is an answer.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'

/** What was read, or undefined when there is no such file. Any other error is thrown. */
export async function unlessAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
}

/** False also when it cannot be looked at. */
export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

/** The text of a file in pieces; nothing when there is no such file. */
export async function* textPieces(file: string): AsyncGenerator<string> {
  try {
    for await (const piece of createReadStream(file, 'utf8')) yield piece as string
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Makes the folder of an export. Throws when it has something in it already: an old tile beside new ones would be believed. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty. Give a new folder.`)
}

/** Writes a file at a path below a folder, and makes the folders between. */
export async function writeBelow(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, content, { mode: 0o600 })
}

/** A new file that is written piece by piece, no faster than the disk takes them. Throws when the file exists. */
export class GrowingFile {
  readonly #stream: WriteStream
  readonly #done: Promise<void>

  constructor(file: string) {
    this.#stream = createWriteStream(file, { mode: 0o600, flags: 'wx' })
    this.#done = finished(this.#stream)
    // The next `write` or `end` throws what went wrong, for example a full disk.
    this.#done.catch(() => {})
  }

  async write(text: string): Promise<void> {
    if (!this.#stream.write(text)) await Promise.race([once(this.#stream, 'drain'), this.#done])
  }

  async end(): Promise<void> {
    this.#stream.end()
    await this.#done
  }
}

export async function writePieces(file: string, pieces: AsyncIterable<string>): Promise<void> {
  const growing = new GrowingFile(file)
  for await (const piece of pieces) await growing.write(piece)
  await growing.end()
}

/** The whole file or nothing, flushed. Throws EEXIST when there is one: of two processes that make it, the first wins. */
export async function makeFile(file: string, text: string, mode: number): Promise<void> {
  const draft = await writeDraft(file, text, mode)
  try {
    await link(draft, file)
  } finally {
    await rm(draft)
  }
  await syncFolder(path.dirname(file))
}

/** Puts new content in the place of the old, flushed: after a crash the file has one or the other. */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  await rename(await writeDraft(file, text, mode), file)
  await syncFolder(path.dirname(file))
}

async function writeDraft(file: string, text: string, mode: number): Promise<string> {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}`)
  const handle = await open(draft, 'wx', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return draft
}

/** A new name in a folder survives a power cut only when the folder itself was flushed. Does nothing on Windows. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
