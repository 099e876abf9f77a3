/**
 * The files of a folder of evidence. They are written beside the place where the folder will be, and moved there in one step
 * when it is complete. The manifest has the SHA-256 of each, in the format that `sha256sum --check` reads.
 */
import { createHash, hash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { GrowingFile } from '../files.ts'

export const MANIFEST = 'MANIFEST.sha256'

export class Pack {
  readonly #place: string
  /** Where it is written until it is whole. */
  readonly folder: string
  readonly #made = new Set<string>()
  readonly #manifest: HashedFile
  files = 0

  private constructor(place: string, folder: string) {
    this.#place = place
    this.folder = folder
    this.#manifest = new HashedFile(path.join(folder, MANIFEST))
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

  /** Adds a whole file. False when there is one of that name already; that one stays. */
  async add(name: string, content: string | Uint8Array): Promise<boolean> {
    await this.#folderOf(name)
    try {
      await writeFile(path.join(this.folder, name), content, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
    await this.#list(name, hash('sha256', content, 'hex'))
    return true
  }

  /** A file that is written piece by piece; `end` it before the pack is sealed. */
  async grow(name: string): Promise<{ write(text: string): Promise<void>; end(): Promise<void> }> {
    await this.#folderOf(name)
    const file = new HashedFile(path.join(this.folder, name))
    return { write: (text) => file.write(text), end: async () => this.#list(name, await file.close()) }
  }

  /** Closes the manifest and returns its SHA-256 in hex, for the log; the folder is not in its place yet. */
  async seal(): Promise<string> {
    return this.#manifest.close()
  }

  /** Moves the folder to its place. */
  async settle(): Promise<void> {
    await rename(this.folder, path.resolve(this.#place))
  }

  /** Removes everything that was written. */
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

  async #list(name: string, sha256: string): Promise<void> {
    this.files += 1
    await this.#manifest.write(`${sha256}  ${name}\n`)
  }
}

/** `events/12/12345`, to which `.json` and `.tlog-proof` are added: a thousand events a folder. */
export function eventFile(index: number): string {
  return `events/${Math.floor(index / 1000)}/${index}`
}

class HashedFile extends GrowingFile {
  readonly #hash = createHash('sha256')

  override async write(text: string): Promise<void> {
    this.#hash.update(text)
    await super.write(text)
  }

  /** SHA-256 of what was written, in hex. */
  async close(): Promise<string> {
    await this.end()
    return this.#hash.digest('hex')
  }
}
