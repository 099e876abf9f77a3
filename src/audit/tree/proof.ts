/**
 * Proofs that one event is in a signed log, and the files they travel in (c2sp.org/tlog-proof): the event's index, the
 * hashes from its leaf up to the root, and the checkpoint that has that root. The event itself is a file beside it, byte
 * for byte as it was hashed.
 */
import type { SaltedText } from '../../core/log/audit-proof.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint.ts'
import { readBase64, type Verifier } from '../checkpoint/note.ts'
import { isCommitted } from '../checkpoint/private-texts.ts'
import {
  CompactRange,
  hashLeaf,
  hashNode,
  inclusionRanges,
  type Range,
  sameHash,
  split,
  verifyInclusion,
} from './merkle.ts'
import { hashPages } from './pages.ts'
import { TILE_WIDTH } from './tiles.ts'

const HEAD = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^53 leaves is no higher. */
const MAX_HASHES = 53
const MAX_CHARS = 1_000_000

type ProofFile = {
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  /** A signed note, as it was published. */
  readonly checkpoint: string
}

/** The text of a `.tlog-proof` file. */
export function formatProof({ index, hashes, checkpoint }: ProofFile): string {
  const lines = hashes.map((one) => `${Buffer.from(one).toString('base64')}\n`)
  return `${HEAD}\nindex ${index}\n${lines.join('')}\n${checkpoint}`
}

/** Undefined when the text is not a proof in its only spelling. Extra data is ignored: nobody signed it. */
export function parseProof(text: string): ProofFile | undefined {
  const blank = text.indexOf('\n\n')
  if (text.length > MAX_CHARS || blank < 0) return undefined
  const [head, second = '', ...rest] = text.slice(0, blank).split('\n')
  const hasExtra = second.startsWith('extra ')
  if (hasExtra && !readBase64(second.slice('extra '.length))) return undefined
  const [indexLine = '', ...encoded] = hasExtra ? rest : [second, ...rest]
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(indexLine)?.[1]
  if (head !== HEAD || index === undefined || encoded.length > MAX_HASHES) return undefined
  const hashes = encoded.map(readBase64)
  if (!hashes.every((one) => one?.length === 32)) return undefined
  return { index: Number(index), hashes: hashes as Buffer[], checkpoint: text.slice(blank + 2) }
}

export type ProvenEvent =
  | { readonly ok: true; readonly index: number; readonly checkpoint: Checkpoint; readonly texts: number }
  | { readonly ok: false; readonly fault: string }

/**
 * Checks that this event, byte for byte, is at that index of a log that one of these keys has signed, and that these
 * private texts are the ones that were written with it.
 */
export function verifyProof(
  text: string,
  bytes: string,
  keys: readonly Verifier[],
  texts: readonly SaltedText[] = [],
): ProvenEvent {
  const fault = (why: string): ProvenEvent => ({ ok: false, fault: why })
  const proof = parseProof(text)
  if (!proof) return fault('it is not a proof: c2sp.org/tlog-proof@v1, an index, hashes, and a checkpoint')
  const opened = openCheckpoint(proof.checkpoint, keys)
  if (!opened.ok) return fault(`its checkpoint cannot count: ${opened.fault}`)
  const { checkpoint } = opened
  const { index, hashes } = proof
  const inTree = verifyInclusion({
    index,
    size: checkpoint.size,
    leafHash: hashLeaf(bytes),
    proof: hashes,
    root: checkpoint.root,
  })
  if (!inTree)
    return fault(`the event is not number ${index} of the ${checkpoint.size} events that were signed`)
  const event = texts.length > 0 ? JSON.parse(bytes) : {}
  const wrong = texts.find((one) => !isCommitted(event, one))
  if (wrong)
    return fault(`the private text “${wrong.field.replace(/\W/g, '?')}” is not the one that was written`)
  return { ok: true, index, checkpoint, texts: texts.length }
}

/** Proofs are asked for in order of index, so the last tiles read are the next ones needed. */
const TILES_KEPT = 8

type Hashes = Pick<ProofStore, 'leafHashes'>

/**
 * Makes proofs of inclusion for a log of any length: one pass over the leaf hashes keeps the roots of its full tiles of
 * 256, and a proof reads the tiles it needs again. For ten million events that is a few megabytes of memory.
 */
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

  /** Throws when the leaf hashes are not those that the checkpoint was signed over: no proof would verify. */
  static async over(proof: Hashes, { size, root }: Checkpoint, onProgress?: (events: number) => void) {
    const maker = new ProofMaker(proof, size)
    const all = new CompactRange()
    let tile = new CompactRange()
    for await (const page of hashPages(proof, 0, size)) {
      for (const { index, hash } of page) {
        if (index !== all.size) throw new Error(`The log has no event ${all.size}. Run: elevate audit verify`)
        all.append(hash)
        tile.append(hash)
        if (tile.size < TILE_WIDTH) continue
        maker.#keep(tile.root())
        tile = new CompactRange()
      }
      onProgress?.(all.size)
    }
    if (all.size < size) throw new Error(`The log ends at event ${all.size}. Run: elevate audit verify`)
    if (!sameHash(all.root(), root))
      throw new Error(`The first ${size} events are not the ones that were signed. Run: elevate audit verify`)
    return maker
  }

  get size(): number {
    return this.#size
  }

  /** The hashes of the siblings from the leaf up to the root. Throws a RangeError beyond the size. */
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
