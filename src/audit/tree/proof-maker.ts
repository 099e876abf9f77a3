/**
 * Proofs of inclusion from a log of any length: one pass over the leaf hashes keeps the roots of its full tiles of
 * 256, and a proof reads the tiles it needs again. For ten million events that is some megabytes.
 */
import type { ProofStore } from '../../core/log/audit-proof.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { CompactRange, hashNode, inclusionRanges, type Range, sameHash, split } from './merkle.ts'
import { TILE_WIDTH } from './tiles.ts'

const PAGE = 40 * TILE_WIDTH
/** Proofs are asked for in order, so that the last tiles are the next ones. */
const TILES_KEPT = 8

type Hashes = Pick<ProofStore, 'leafHashes'>

export class ProofMaker {
  readonly #proof: Hashes
  readonly #size: number
  /** Roots of full subtrees of 256 · 2^level leaves. */
  readonly #levels: Buffer[][] = [[]]
  readonly #tiles = new Map<number, readonly Uint8Array[]>()

  private constructor(proof: Hashes, size: number) {
    this.#proof = proof
    this.#size = size
  }

  /** Throws when the leaf hashes are not those that the checkpoint was signed over: no proof would come out. */
  static async over(proof: Hashes, { size, root }: Checkpoint, onProgress?: (events: number) => void) {
    const maker = new ProofMaker(proof, size)
    const all = new CompactRange()
    let tile = new CompactRange()
    while (all.size < size) {
      const page = await proof.leafHashes(all.size, Math.min(PAGE, size - all.size))
      for (const { index, hash } of page) {
        if (index !== all.size) throw new Error(`The log has no event ${all.size}. Run: elevate audit verify`)
        all.append(hash)
        tile.append(hash)
        if (tile.size < TILE_WIDTH) continue
        maker.#keep(tile.root())
        tile = new CompactRange()
      }
      if (page.length === 0) throw new Error(`The log ends at event ${all.size}. Run: elevate audit verify`)
      onProgress?.(all.size)
    }
    if (!sameHash(all.root(), root))
      throw new Error(`The first ${size} events are not the ones that were signed. Run: elevate audit verify`)
    return maker
  }

  get size(): number {
    return this.#size
  }

  /** Siblings from the leaf up. */
  async inclusion(index: number): Promise<Buffer[]> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.#size)
      throw new RangeError(`there is no leaf ${index} in a tree of ${this.#size}`)
    const hashes: Buffer[] = []
    for (const range of inclusionRanges(index, [0, this.#size])) hashes.push(await this.#rootOf(range))
    return hashes
  }

  #keep(root: Buffer): void {
    let node = root
    for (let level = 0; ; level += 1) {
      this.#levels[level] ??= []
      const row = this.#levels[level] as Buffer[]
      row.push(node)
      if (row.length % 2 === 1) return
      node = hashNode(row[row.length - 2] as Buffer, node)
    }
  }

  async #rootOf([start, end]: Range): Promise<Buffer> {
    const width = end - start
    const level = Math.log2(width / TILE_WIDTH)
    if (level >= 0 && Number.isInteger(level) && start % width === 0) {
      const kept = this.#levels[level]?.[start / width]
      if (kept) return kept
    }
    // A subtree begins at a multiple of its width, so one that is no wider than a tile lies in one.
    if (width <= TILE_WIDTH) {
      const tile = await this.#tile(Math.floor(start / TILE_WIDTH))
      const range = new CompactRange()
      const from = start % TILE_WIDTH
      for (const hash of tile.slice(from, from + width)) range.append(hash)
      return range.root()
    }
    const middle = start + split(width)
    return hashNode(await this.#rootOf([start, middle]), await this.#rootOf([middle, end]))
  }

  async #tile(n: number): Promise<readonly Uint8Array[]> {
    const kept = this.#tiles.get(n)
    if (kept) return kept
    const start = n * TILE_WIDTH
    const width = Math.min(TILE_WIDTH, this.#size - start)
    const read = (await this.#proof.leafHashes(start, width)).map(({ hash }) => hash)
    if (read.length !== width)
      throw new Error(`The log has lost events since it was read, near event ${start}.`)
    if (this.#tiles.size >= TILES_KEPT) this.#tiles.delete(this.#tiles.keys().next().value as number)
    this.#tiles.set(n, read)
    return read
  }
}
