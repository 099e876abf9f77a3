/**
 * The Merkle tree of RFC 6962, with SHA-256: how a log of any length is held by one hash.
 *
 * A leaf is the hash of a zero byte and the event's bytes; a node is the hash of a one byte and its two children.
 * The first byte differs, so that a node can never be passed off as an event. The root over n leaves splits them at the
 * largest power of two below n, left part full, right part what is left; the root of no leaves is the hash of nothing.
 *
 * Two short proofs follow from that shape. Inclusion: the siblings along one leaf's way up, about log2(n) hashes,
 * show that this event is in that log, and disclose no other event. Consistency: about as many hashes show that the
 * first m leaves of a log of n are the very ones that the root of m spoke for, so that nothing before m was edited,
 * removed, reordered or inserted. Anyone who kept a root can therefore detect every rewriting of the events before it.
 *
 * `CompactRange` keeps only the roots of the full subtrees, one for each 1 in the binary size (6 is 4 + 2), which is
 * all that appending and the root need. `MerkleTree` keeps every full subtree and can prove.
 */
import { hash } from 'node:crypto'

const HASH_BYTES = 32

export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer')

/** A text is hashed as UTF-8. */
export function hashLeaf(bytes: string): Buffer {
  return hash('sha256', `\0${bytes}`, 'buffer')
}

const pair = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  pair.set(left, 1)
  pair.set(right, 1 + HASH_BYTES)
  return hash('sha256', pair, 'buffer')
}

export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

export class CompactRange {
  #size = 0
  readonly #peaks: Uint8Array[] = []

  get size(): number {
    return this.#size
  }

  append(leafHash: Uint8Array): void {
    let node = leafHash
    // Each trailing 1 of the size is a full subtree as high as the new one: the two become one.
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2)
      node = hashNode(this.#peaks.pop() as Uint8Array, node)
    this.#peaks.push(node)
    this.#size += 1
  }

  root(): Buffer {
    if (this.#peaks.length === 0) return EMPTY_ROOT
    return Buffer.from(this.#peaks.reduceRight((right, left) => hashNode(left, right)))
  }

  clone(): CompactRange {
    const copy = new CompactRange()
    copy.#size = this.#size
    copy.#peaks.push(...this.#peaks)
    return copy
  }
}

/** Leaves `[start, end)`. */
export type Range = readonly [start: number, end: number]

/** The largest power of two below n. */
export function split(n: number): number {
  let half = 1
  while (half * 2 < n) half *= 2
  return half
}

/** The subtrees whose roots prove that a leaf is among `size`, lowest first. */
export function inclusionRanges(index: number, [start, end]: Range): Range[] {
  if (end - start <= 1) return []
  const middle = start + split(end - start)
  return index < middle
    ? [...inclusionRanges(index, [start, middle]), [middle, end]]
    : [...inclusionRanges(index, [middle, end]), [start, middle]]
}

/** `known` says that the root of the first `from` leaves is at hand, which a verifier has. */
function consistencyRanges(from: number, [start, end]: Range, known = true): Range[] {
  if (from === end) return known ? [] : [[start, end]]
  const middle = start + split(end - start)
  return from <= middle
    ? [...consistencyRanges(from, [start, middle], known), [middle, end]]
    : [...consistencyRanges(from, [middle, end], false), [start, middle]]
}

export class MerkleTree {
  /** Roots of the full subtrees of 2^level leaves, side by side. */
  readonly #levels: Hashes[] = []

  get size(): number {
    return this.#levels[0]?.length ?? 0
  }

  append(leafHash: Uint8Array): void {
    let node = leafHash
    for (let level = 0; ; level += 1) {
      this.#levels[level] ??= new Hashes()
      const row = this.#levels[level] as Hashes
      row.push(node)
      if (row.length % 2 === 1) return
      node = hashNode(row.at(row.length - 2), row.at(row.length - 1))
    }
  }

  root(size: number = this.size): Buffer {
    this.#expect(size)
    return size === 0 ? EMPTY_ROOT : this.#rootOf([0, size])
  }

  inclusionProof(index: number, size: number = this.size): Buffer[] {
    this.#expect(size)
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw new RangeError(`there is no leaf ${index} in a tree of ${size}`)
    return inclusionRanges(index, [0, size]).map((range) => this.#rootOf(range))
  }

  consistencyProof(from: number, size: number = this.size): Buffer[] {
    this.#expect(size)
    if (!Number.isSafeInteger(from) || from < 0 || from > size)
      throw new RangeError(`a tree of ${size} has no part of ${from} leaves`)
    return from === 0 ? [] : consistencyRanges(from, [0, size]).map((range) => this.#rootOf(range))
  }

  #expect(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.size)
      throw new RangeError(`the tree has ${this.size} leaves, not ${size}`)
  }

  #rootOf([start, end]: Range): Buffer {
    const width = end - start
    const level = Math.log2(width)
    if (Number.isInteger(level) && start % width === 0)
      return Buffer.from((this.#levels[level] as Hashes).at(start / width))
    const middle = start + split(width)
    return hashNode(this.#rootOf([start, middle]), this.#rootOf([middle, end]))
  }
}

/** Many hashes in one piece of memory. */
class Hashes {
  #bytes = Buffer.alloc(16 * HASH_BYTES)
  length = 0

  push(one: Uint8Array): void {
    if (this.length * HASH_BYTES === this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes], 2 * this.#bytes.length)
    this.#bytes.set(one, this.length * HASH_BYTES)
    this.length += 1
  }

  at(position: number): Buffer {
    return this.#bytes.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES)
  }
}

const isOdd = (n: number) => n % 2 === 1
const half = (n: number) => Math.floor(n / 2)
const isSize = (n: number) => Number.isSafeInteger(n) && n >= 0

type Inclusion = {
  readonly index: number
  readonly size: number
  readonly leafHash: Uint8Array
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}

/** RFC 9162, 2.1.3.2. Sizes beyond 2^31 are why there are no bit operators. */
export function verifyInclusion({ index, size, leafHash, proof, root }: Inclusion): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false
  let node = leafHash
  let [position, last] = [index, size - 1]
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false
    if (isOdd(position) || position === last) {
      node = hashNode(sibling, node)
      while (!isOdd(position) && position !== 0) [position, last] = [half(position), half(last)]
    } else node = hashNode(node, sibling)
    ;[position, last] = [half(position), half(last)]
  }
  return last === 0 && sameHash(node, root)
}

type Consistency = {
  readonly from: number
  readonly fromRoot: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162, 2.1.4.2. */
export function verifyConsistency({ from, fromRoot, size, root, proof }: Consistency): boolean {
  if (!isSize(from) || !isSize(size) || from > size) return false
  if (from === size) return proof.length === 0 && sameHash(fromRoot, root)
  if (from === 0) return proof.length === 0 && sameHash(fromRoot, EMPTY_ROOT)
  let [position, last] = [from - 1, size - 1]
  while (isOdd(position)) [position, last] = [half(position), half(last)]
  // Where the old tree was full, its root is the proof's silent first hash.
  const [first, ...rest] = position === 0 ? [fromRoot, ...proof] : proof
  if (first?.length !== HASH_BYTES) return false
  let [old, now] = [first, first]
  for (const sibling of rest) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false
    if (isOdd(position) || position === last) {
      old = hashNode(sibling, old)
      now = hashNode(sibling, now)
      while (!isOdd(position) && position !== 0) [position, last] = [half(position), half(last)]
    } else now = hashNode(now, sibling)
    ;[position, last] = [half(position), half(last)]
  }
  return last === 0 && sameHash(old, fromRoot) && sameHash(now, root)
}
