// The tree against the RFC's own words (naive-tree.ts) and against vectors that others have published.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CompactRange,
  EMPTY_ROOT,
  hashLeaf,
  MerkleTree,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/audit/tree/merkle.ts'
import { leafOf, naiveConsistency, naivePath, naiveRoot } from './naive-tree.ts'

const MOST = 300
const leaves = Array.from({ length: MOST }, (_, n) => leafOf(`event ${n}`))
const tree = new MerkleTree()
for (const leaf of leaves) tree.append(leaf)

/** The test data of the Certificate Transparency reference code: eight leaves, and the root after each. */
const CT_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

test('the root of nothing is the hash of nothing, and a leaf is hashed after a zero byte', () => {
  expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(new CompactRange().root()).toEqual(EMPTY_ROOT)
  expect(new MerkleTree().root()).toEqual(EMPTY_ROOT)
  expect(hashLeaf('').toString('hex')).toBe(CT_ROOTS[0])
  expect(hashLeaf('ü😀')).toEqual(leafOf('ü😀'))
})

test('roots are those of the Certificate Transparency vectors', () => {
  const range = new CompactRange()
  for (const [n, leaf] of CT_LEAVES.entries()) {
    range.append(leafOf(Buffer.from(leaf, 'hex')))
    expect(range.root().toString('hex')).toBe(CT_ROOTS[n])
  }
})

test('the compact range and the tree have the root of the RFC at every size', () => {
  const range = new CompactRange()
  for (let size = 0; size <= MOST; size += 1) {
    const root = naiveRoot(leaves.slice(0, size))
    expect(range.root().equals(root)).toBe(true)
    expect(tree.root(size).equals(root)).toBe(true)
    if (size < MOST) range.append(leaves[size] as Buffer)
  }
})

test('a copy of a compact range grows on its own', () => {
  const range = new CompactRange()
  for (const leaf of leaves.slice(0, 7)) range.append(leaf)
  const copy = range.clone()
  copy.append(leaves[7] as Buffer)
  expect(range.root()).toEqual(naiveRoot(leaves.slice(0, 7)))
  expect(copy.root()).toEqual(naiveRoot(leaves.slice(0, 8)))
})

const aSize = fc.integer({ min: 1, max: MOST })
const anInclusion = aSize.chain((size) =>
  fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }),
)
const aConsistency = aSize.chain((size) =>
  fc.record({ size: fc.constant(size), from: fc.integer({ min: 1, max: size }) }),
)

describe('inclusion', () => {
  test('proofs are those of the RFC and verify, for any leaf of any size', () => {
    fc.assert(
      fc.property(anInclusion, ({ size, index }) => {
        const proof = tree.inclusionProof(index, size)
        expect(proof).toEqual(naivePath(index, leaves.slice(0, size)))
        const root = tree.root(size)
        const leafHash = leaves[index] as Buffer
        expect(verifyInclusion({ index, size, leafHash, proof, root })).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('a proof holds for nothing else: another leaf, place, size, root, or one hash more or less', () => {
    fc.assert(
      fc.property(anInclusion, fc.nat(), ({ size, index }, pick) => {
        const good = {
          index,
          size,
          leafHash: leaves[index] as Buffer,
          proof: tree.inclusionProof(index, size),
          root: tree.root(size),
        }
        const other = leafOf('another')
        const changed = good.proof.map((hash, n) => (n === pick % good.proof.length ? other : hash))
        for (const bad of [
          { ...good, leafHash: other },
          { ...good, root: other },
          { ...good, proof: [...good.proof, other] },
          { ...good, proof: [...good.proof, good.root] },
          { ...good, index: size },
          { ...good, index: -1 },
          ...(size > 1
            ? [
                { ...good, proof: changed },
                { ...good, proof: good.proof.slice(1) },
                { ...good, proof: good.proof.slice(0, -1) },
                { ...good, index: (index + 1 + (pick % (size - 1))) % size },
              ]
            : []),
        ])
          expect(verifyInclusion(bad)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('an inner node cannot be passed off as a leaf', () => {
    const [left, right] = [tree.root(2), naiveRoot(leaves.slice(2, 4))]
    const forged = { index: 0, size: 2, leafHash: left, proof: [right], root: tree.root(4) }
    // The hashes do come out; that a node is not the hash of any event is what the first byte is for.
    expect(verifyInclusion(forged)).toBe(true)
    const asEvent = Buffer.concat([leaves[0] as Buffer, leaves[1] as Buffer])
    expect(leafOf(asEvent)).not.toEqual(left)
  })
})

describe('consistency', () => {
  test('proofs are those of the RFC and verify, for any two sizes', () => {
    fc.assert(
      fc.property(aConsistency, ({ size, from }) => {
        const proof = tree.consistencyProof(from, size)
        expect(proof).toEqual(naiveConsistency(from, leaves.slice(0, size)))
        const good = { from, fromRoot: tree.root(from), size, root: tree.root(size), proof }
        expect(verifyConsistency(good)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('no proof joins a tree to one that was rewritten below, at any place', () => {
    fc.assert(
      fc.property(aConsistency, fc.nat(), ({ size, from }, pick) => {
        const at = pick % from
        const rewritten = new MerkleTree()
        for (const [n, leaf] of leaves.slice(0, size).entries())
          rewritten.append(n === at ? leafOf('rewritten') : leaf)
        const proof = rewritten.consistencyProof(from, size)
        const claim = { from, fromRoot: tree.root(from), size, root: rewritten.root(), proof }
        expect(verifyConsistency(claim)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test('a proof holds for nothing else', () => {
    fc.assert(
      fc.property(aConsistency, ({ size, from }) => {
        const proof = tree.consistencyProof(from, size)
        const good = { from, fromRoot: tree.root(from), size, root: tree.root(size), proof }
        const other = leafOf('another')
        for (const bad of [
          { ...good, fromRoot: other },
          { ...good, root: other },
          { ...good, proof: [...proof, other] },
          { ...good, from: size + 1 },
          ...(from < size
            ? [
                { ...good, proof: proof.slice(1) },
                { ...good, proof: proof.slice(0, -1) },
              ]
            : []),
        ])
          expect(verifyConsistency(bad)).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  test('from nothing no proof is needed, and only nothing has the empty root', () => {
    const good = { from: 0, fromRoot: EMPTY_ROOT, size: 5, root: tree.root(5), proof: [] }
    expect(verifyConsistency(good)).toBe(true)
    expect(verifyConsistency({ ...good, fromRoot: tree.root(1) })).toBe(false)
    expect(verifyConsistency({ ...good, proof: [tree.root(1)] })).toBe(false)
  })
})

test('sizes that the tree does not have are refused', () => {
  expect(() => tree.root(MOST + 1)).toThrow(RangeError)
  expect(() => tree.root(1.5)).toThrow(RangeError)
  expect(() => tree.inclusionProof(5, 5)).toThrow(RangeError)
  expect(() => tree.consistencyProof(6, 5)).toThrow(RangeError)
})
