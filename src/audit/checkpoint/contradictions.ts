/** Every checkpoint that the log of now does not bear out, wherever it was kept: what a quarantine is about. */
import type { ProofStore } from '../../core/log/audit-proof.ts'
import type { Evidence } from '../../core/log/quarantine.ts'
import { CompactRange, sameHash } from '../tree/merkle.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { Verifier } from './note.ts'
import { type Abandoned, abandonedIn } from './restore-statement.ts'

const PAGE = 10_000

export type Contradictions = {
  /** The log of now; up to its first hole, if it has one. */
  readonly log: Abandoned
  readonly hole: number | undefined
  /** The largest checkpoint that comes out; 0 when none does. */
  readonly good: number
  /** Smallest first. */
  readonly against: readonly Evidence[]
}

export type ContradictionParts = {
  readonly proof: Pick<ProofStore, 'size' | 'leafHashes' | 'checkpoints' | 'aboutCheckpoints'>
  readonly keys: readonly Verifier[]
  readonly origin: string
  /** This host's anchor file, whole. */
  readonly anchored: AsyncIterable<string>
  readonly host: string
  /** What others have put on record, and what a running replica has in memory. */
  readonly others: readonly Evidence[]
}

/** Reads the whole log; only asked when something is wrong. */
export async function findContradictions(parts: ContradictionParts): Promise<Contradictions> {
  const { proof } = parts
  const abandoned = await abandonedIn(proof, parts.keys)
  const claims = (await claimed(parts)).filter((one) => !abandoned.has(one)).sort((a, b) => a.size - b.size)
  const range = new CompactRange()
  const against: Evidence[] = []
  let good = 0
  let hole: number | undefined
  const compare = () => {
    for (let next = claims[0]; next && next.size <= range.size; next = claims[0]) {
      if (sameHash(next.root, range.root())) good = next.size
      else against.push(next.evidence)
      claims.shift()
    }
  }
  const size = await proof.size()
  compare()
  while (range.size < size && hole === undefined) {
    const page = await proof.leafHashes(range.size, Math.min(PAGE, size - range.size))
    if (page.length === 0) hole = range.size
    for (const { index, hash } of page) {
      if (index !== range.size) {
        hole = range.size
        break
      }
      range.append(hash)
      compare()
    }
  }
  against.push(...claims.map((one) => one.evidence))
  return { log: { size: range.size, root: range.root() }, hole, good, against }
}

type Claimed = Abandoned & { readonly evidence: Evidence }

/** One of each size and root. A note that no known key has signed claims nothing. */
async function claimed(parts: ContradictionParts): Promise<Claimed[]> {
  const all = new Map<string, Claimed>()
  const add = (evidence: Evidence) => {
    const { size, root } = evidence
    if (!all.has(`${size} ${root}`))
      all.set(`${size} ${root}`, { size, root: Buffer.from(root, 'base64'), evidence })
  }
  const addNote = (note: string, host: string) => {
    const opened = openCheckpoint(note, parts.keys)
    if (!opened.ok || opened.checkpoint.origin !== parts.origin) return
    const { size, root } = opened.checkpoint
    add({ size, root: Buffer.from(root).toString('base64'), note, host })
  }
  for await (const note of parts.anchored) addNote(note, parts.host)
  for (let above = -1; ; ) {
    const page = await parts.proof.checkpoints(above, 1_000)
    for (const { note } of page) addNote(note, 'the database')
    if (page.length === 0) break
    above = page.at(-1)?.size ?? above
  }
  for (const one of parts.others) {
    if (one.note !== undefined) addNote(one.note, one.host)
    else add(one)
  }
  return [...all.values()]
}
