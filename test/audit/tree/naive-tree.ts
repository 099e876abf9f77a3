// RFC 6962, section 2.1, written down as the RFC says it and as slowly: nothing of ours is used.
import { createHash } from 'node:crypto'

const sha256 = (...parts: (Uint8Array | string)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

export const leafOf = (data: Uint8Array | string) => sha256(Buffer.of(0), data)

function largestPowerBelow(n: number): number {
  let k = 1
  while (k << 1 < n) k <<= 1
  return k
}

export function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256('')
  if (leaves.length === 1) return leaves[0] as Buffer
  const k = largestPowerBelow(leaves.length)
  return sha256(Buffer.of(1), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

export function naivePath(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return []
  const k = largestPowerBelow(leaves.length)
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))]
}

export function naiveConsistency(m: number, leaves: readonly Buffer[]): Buffer[] {
  const subproof = (m: number, leaves: readonly Buffer[], known: boolean): Buffer[] => {
    if (m === leaves.length) return known ? [] : [naiveRoot(leaves)]
    const k = largestPowerBelow(leaves.length)
    return m <= k
      ? [...subproof(m, leaves.slice(0, k), known), naiveRoot(leaves.slice(k))]
      : [...subproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))]
  }
  return subproof(m, leaves, true)
}
