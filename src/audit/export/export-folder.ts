/** Files of an export: in a folder of their own, for nobody but who made it, because they hold private texts. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'

/** False when the folder has something in it already: an old tile beside new ones would be believed. */
export async function prepareFolder(folder: string): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return (await readdir(folder)).length === 0
}

export async function writeBelow(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const file = path.join(folder, name)
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, content, { mode: 0o600 })
}

/** Writes pieces as they come, no faster than the disk takes them. */
export async function writePieces(file: string, pieces: AsyncIterable<string>): Promise<void> {
  const stream = createWriteStream(file, { mode: 0o600, flags: 'wx' })
  const done = finished(stream)
  // A full disk is told by `done`; whoever waits for room must not wait for ever.
  done.catch(() => {})
  for await (const piece of pieces) {
    if (stream.errored) break
    if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), done])
  }
  stream.end()
  await done
}
