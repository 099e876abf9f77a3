/**
 * The files of a folder of evidence. They are written beside the place where the folder will be, which it takes all at
 * once when it is whole. The manifest has the hash of each, in the spelling that `sha256sum --check` reads.
 */
import { createHash, type Hash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'

export const MANIFEST = 'MANIFEST.sha256'

export class Pack {
  readonly #place: string
  /** Where it is written until it is whole. */
  readonly folder: string
  readonly #made = new Set<string>()
  readonly #manifest: Growing
  files = 0

  private constructor(place: string, folder: string) {
    this.#place = place
    this.folder = folder
    this.#manifest = new Growing(path.join(folder, MANIFEST))
  }

  /** Throws when there is something at that place already: old files beside new ones would be believed. */
  static async begin(place: string): Promise<Pack> {
    const there = await readdir(place).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error.code === 'ENOTDIR' ? new Error(`${place} is a file. Give a new folder.`) : error
    })
    if (there.length > 0) throw new Error(`${place} is not empty. Give a new folder.`)
    const folder = `${path.resolve(place)}.part-${randomBytes(4).toString('hex')}`
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new Pack(place, folder)
  }

  /** False when there is a file of that name already; it stays. */
  async add(name: string, content: string | Uint8Array): Promise<boolean> {
    await this.#folderOf(name)
    try {
      await writeFile(path.join(this.folder, name), content, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
    await this.#list(name, createHash('sha256').update(content))
    return true
  }

  /** A file that grows line by line; `end` it before the pack is finished. */
  async grow(name: string): Promise<{ write(text: string): Promise<void>; end(): Promise<void> }> {
    await this.#folderOf(name)
    const file = new Growing(path.join(this.folder, name))
    return {
      write: (text) => file.write(text),
      end: async () => this.#list(name, await file.end()),
    }
  }

  async pieces(name: string, pieces: AsyncIterable<string>): Promise<void> {
    const file = await this.grow(name)
    for await (const piece of pieces) await file.write(piece)
    await file.end()
  }

  /** Closes the manifest and gives its hash, for the log; the folder is not in its place yet. */
  async seal(): Promise<string> {
    return (await this.#manifest.end()).digest('hex')
  }

  async settle(): Promise<void> {
    await rename(this.folder, path.resolve(this.#place))
  }

  async discard(): Promise<void> {
    await this.#manifest.end().catch(() => {})
    await rm(this.folder, { recursive: true, force: true })
  }

  async #folderOf(name: string): Promise<void> {
    const folder = path.dirname(name)
    if (this.#made.has(folder)) return
    await mkdir(path.join(this.folder, folder), { recursive: true, mode: 0o700 })
    this.#made.add(folder)
  }

  async #list(name: string, hash: Hash): Promise<void> {
    this.files += 1
    await this.#manifest.write(`${hash.digest('hex')}  ${name}\n`)
  }
}

class Growing {
  readonly #stream: WriteStream
  readonly #done: Promise<void>
  readonly #hash = createHash('sha256')

  constructor(file: string) {
    this.#stream = createWriteStream(file, { mode: 0o600, flags: 'wx' })
    this.#done = finished(this.#stream)
    // A full disk is told by the next write, or by the end.
    this.#done.catch(() => {})
  }

  async write(text: string): Promise<void> {
    this.#hash.update(text)
    if (!this.#stream.write(text)) await Promise.race([once(this.#stream, 'drain'), this.#done])
  }

  async end(): Promise<Hash> {
    this.#stream.end()
    await this.#done
    return this.#hash
  }
}

/** `events/12/12345`, to which `.json` and `.tlog-proof` are added: a thousand events a folder. */
export function eventFile(index: number): string {
  return `events/${Math.floor(index / 1000)}/${index}`
}
