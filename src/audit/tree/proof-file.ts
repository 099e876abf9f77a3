/**
 * A proof that one event is in a signed log, as a file that needs nothing else (c2sp.org/tlog-proof): the event's
 * index, the hashes from its leaf up to the root, and the checkpoint that has that root. The event itself is a file
 * beside it, byte for byte as it was hashed.
 */
import { hash } from 'node:crypto'
import type { SaltedText } from '../../core/log/audit-proof.ts'
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint.ts'
import { readBase64, type Verifier } from '../checkpoint/note.ts'
import { hashLeaf, verifyInclusion } from './merkle.ts'

const HEAD = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^53 leaves is no higher. */
const MOST_HASHES = 53
const LONGEST = 1_000_000

export type ProofFile = {
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  /** A signed note, as it was published. */
  readonly checkpoint: string
}

export function formatProof({ index, hashes, checkpoint }: ProofFile): string {
  const lines = hashes.map((one) => `${Buffer.from(one).toString('base64')}\n`)
  return `${HEAD}\nindex ${index}\n${lines.join('')}\n${checkpoint}`
}

/** Undefined when the text is not a proof, spelt the only way there is; extra data, which nobody signed, is passed over. */
export function parseProof(text: string): ProofFile | undefined {
  const blank = text.indexOf('\n\n')
  if (text.length > LONGEST || blank < 0) return undefined
  const [head, second = '', ...rest] = text.slice(0, blank).split('\n')
  const hasExtra = second.startsWith('extra ')
  if (hasExtra && !readBase64(second.slice('extra '.length))) return undefined
  const [indexLine = '', ...encoded] = hasExtra ? rest : [second, ...rest]
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(indexLine)?.[1]
  if (head !== HEAD || index === undefined || encoded.length > MOST_HASHES) return undefined
  const hashes = encoded.map(readBase64)
  if (!hashes.every((one) => one?.length === 32)) return undefined
  return { index: Number(index), hashes: hashes as Buffer[], checkpoint: text.slice(blank + 2) }
}

export type ProvenEvent =
  | { readonly ok: true; readonly index: number; readonly checkpoint: Checkpoint; readonly texts: number }
  | { readonly ok: false; readonly fault: string }

/** Is this event, byte for byte, the one at that place of a log that a known key has signed? */
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
  const wrong = texts.find((one) => !isCommitted(bytes, one))
  if (wrong)
    return fault(`the private text “${wrong.field.replace(/\W/g, '?')}” is not the one that was written`)
  return { ok: true, index, checkpoint, texts: texts.length }
}

/** The event holds the hash of salt and text, so that a text can be checked while it is there and erased later. */
export function isCommitted(bytes: string, { field, salt, content }: SaltedText): boolean {
  const said = JSON.parse(bytes) as { readonly [key: string]: unknown }
  const salted = Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(content, 'utf8')])
  return said[`${field}_c`] === hash('sha256', salted, 'hex')
}
