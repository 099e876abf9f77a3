/**
 * The log as files (c2sp.org/tlog-tiles), which any client of that format reads without us:
 *
 *     checkpoint               the signed note over all of it
 *     tile/0/000, …            256 leaf hashes each; tile/1/… has the roots of full tiles below, and so on
 *     tile/entries/000, …      the events of a level-0 tile, each after its length in two bytes
 *     tile/0/001.p/12          the last tile of a level while it has only 12 hashes
 *
 * A number in a path is split into groups of three digits: tile 1234067 is `x001/x234/067`.
 */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Checkpoint, claimedCheckpoint } from '../checkpoint/checkpoint.ts'
import { unlessAbsent } from '../files.ts'
import { CompactRange, MerkleTree, sameHash } from './merkle.ts'

export const TILE_WIDTH = 256
const HASH_BYTES = 32
const LENGTH_BYTES = 2

export type Tile = {
  readonly level: number
  readonly n: number
  readonly width: number
  readonly hashes: Buffer
}

/** `tile/0/x001/005`, with `.p/12` for a partial tile of 12 hashes. */
export function tilePath(level: number | 'entries', n: number, width: number = TILE_WIDTH): string {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, '0')
  const parts = digits.match(/.{3}/g) ?? []
  const path = parts.map((part, position) => (position === parts.length - 1 ? part : `x${part}`))
  return `tile/${level}/${path.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

type Row = { n: number; width: number; readonly hashes: Buffer }

/** Takes leaf hashes in order. `append` returns the tiles that became full, `rest` the partial ones at the end. */
export class TileBuilder {
  readonly #rows: Row[] = []

  append(leafHash: Uint8Array): Tile[] {
    const full: Tile[] = []
    let node = leafHash
    for (let level = 0; ; level += 1) {
      this.#rows[level] ??= { n: 0, width: 0, hashes: Buffer.alloc(TILE_WIDTH * HASH_BYTES) }
      const row = this.#rows[level] as Row
      row.hashes.set(node, row.width * HASH_BYTES)
      row.width += 1
      if (row.width < TILE_WIDTH) return full
      full.push({ level, n: row.n, width: TILE_WIDTH, hashes: Buffer.from(row.hashes) })
      node = rootOf(row.hashes)
      row.n += 1
      row.width = 0
    }
  }

  rest(): Tile[] {
    return this.#rows.flatMap(({ n, width, hashes }, level) =>
      width === 0 ? [] : [{ level, n, width, hashes: Buffer.from(hashes.subarray(0, width * HASH_BYTES)) }],
    )
  }
}

function rootOf(hashes: Buffer): Buffer {
  const range = new CompactRange()
  for (const hash of hashesOf(hashes)) range.append(hash)
  return range.root()
}

/** The hashes in a tile, as views of its bytes; a torn last one is left out. */
export function hashesOf(tile: Buffer): Buffer[] {
  return Array.from({ length: Math.floor(tile.length / HASH_BYTES) }, (_, position) =>
    tile.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES),
  )
}

/** One event as an entry bundle has it: its length in two bytes, then its bytes. Throws above 65,535 bytes. */
export function bundleEntry(bytes: string): Buffer {
  const content = Buffer.from(bytes, 'utf8')
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt16BE(content.length)
  return Buffer.concat([length, content])
}

/** The events of an entry bundle; undefined when the lengths do not add up. */
export function entriesOf(bundle: Buffer): Buffer[] | undefined {
  const entries: Buffer[] = []
  let at = 0
  while (at < bundle.length) {
    if (at + LENGTH_BYTES > bundle.length) return undefined
    const end = at + LENGTH_BYTES + bundle.readUInt16BE(at)
    if (end > bundle.length) return undefined
    entries.push(bundle.subarray(at + LENGTH_BYTES, end))
    at = end
  }
  return entries
}

/** A full tile, or the widest partial one; undefined when there is none. */
export async function readTile(
  folder: string,
  level: number | 'entries',
  n: number,
): Promise<Buffer | undefined> {
  const full = path.join(folder, tilePath(level, n))
  const whole = await unlessAbsent(readFile(full))
  if (whole) return whole
  const widths = (await unlessAbsent(readdir(`${full}.p`)))?.filter((name) => /^[1-9][0-9]{0,2}$/.test(name))
  const widest = widths?.map(Number).sort((a, b) => b - a)[0]
  return widest === undefined ? undefined : readFile(path.join(`${full}.p`, String(widest)))
}

const HTTP_TIMEOUT_MS = 30_000

/** Undefined when there is no such file. */
type Reader = (name: string) => Promise<Buffer | undefined>

type Pulled = { readonly note: string; readonly checkpoint: Checkpoint; readonly tree: MerkleTree }

/**
 * A checkpoint and the tree under it, from a folder or any web server. Throws when the tiles do not add up to the
 * checkpoint. Its signature is for the caller to check.
 */
export async function pullTiles(from: string): Promise<Pulled> {
  const read = /^https?:\/\//.test(from) ? overHttp(from) : fromFolder(from)
  const note = (await read('checkpoint'))?.toString('utf8')
  const checkpoint = note && claimedCheckpoint(note)
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
  return (name) => unlessAbsent(readFile(path.join(folder, name)))
}

function overHttp(url: string): Reader {
  return async (name) => {
    const answer = await fetch(`${url.replace(/\/$/, '')}/${name}`, {
      signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
    })
    if (answer.status === 404) return undefined
    if (!answer.ok) throw new Error(`${url} answered ${answer.status} for ${name}.`)
    return Buffer.from(await answer.arrayBuffer())
  }
}
