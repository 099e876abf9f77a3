/** A checkpoint and the tree under it, from the files of a log (c2sp.org/tlog-tiles): a folder, or any web server. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Checkpoint, parseCheckpoint } from '../checkpoint/checkpoint.ts'
import { MerkleTree, sameHash } from './merkle.ts'
import { hashesOf, TILE_WIDTH, tilePath } from './tiles.ts'

const PATIENCE_MS = 30_000
/** Undefined when there is no such file. */
type Reader = (name: string) => Promise<Buffer | undefined>

export type Pulled = { readonly note: string; readonly checkpoint: Checkpoint; readonly tree: MerkleTree }

/** Throws when the tiles do not add up to the checkpoint. Its signature is for the caller to check. */
export async function pullTiles(from: string): Promise<Pulled> {
  const read = /^https?:\/\//.test(from) ? overHttp(from) : fromFolder(from)
  const note = (await read('checkpoint'))?.toString('utf8')
  const checkpoint = note && parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1))
  if (!note || !checkpoint) throw new Error(`${from} has no checkpoint.`)
  const tree = new MerkleTree()
  for (let n = 0; tree.size < checkpoint.size; n += 1) {
    const width = Math.min(TILE_WIDTH, checkpoint.size - tree.size)
    // A log that has grown since has the full tile.
    const tile = (await read(tilePath(0, n, width))) ?? (await read(tilePath(0, n)))
    const hashes = tile ? hashesOf(tile).slice(0, width) : []
    if (hashes.length < width) throw new Error(`${from} has no ${tilePath(0, n, width)}.`)
    for (const hash of hashes) tree.append(hash)
  }
  if (!sameHash(tree.root(), checkpoint.root))
    throw new Error(`The tiles of ${from} are not those that its checkpoint was made over.`)
  return { note, checkpoint, tree }
}

function fromFolder(folder: string): Reader {
  return async (name) => {
    try {
      return await readFile(path.join(folder, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
}

function overHttp(url: string): Reader {
  return async (name) => {
    const answer = await fetch(`${url.replace(/\/$/, '')}/${name}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (answer.status === 404) return undefined
    if (!answer.ok) throw new Error(`${url} answered ${answer.status} for ${name}.`)
    return Buffer.from(await answer.arrayBuffer())
  }
}
