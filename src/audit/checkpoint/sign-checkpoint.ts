/**
 * Signs what the log is now, but only when it still holds all that was signed before. Two checkpoints of one log that
 * contradict each other would make every checkpoint worthless, so the signer looks at the last one in the database and
 * at the last one in the anchor file, counts both over the leaves of today, and refuses when one does not come out. That
 * is also how a database that was restored from an old backup is noticed. What an operator has abandoned with his signature
(restore-statement.ts) contradicts nothing any more.
 *
 * The order is: anchor file, then database, then whoever publishes. Killed in between, the next call finds the note in the
 * anchor file and completes the rest; Ed25519 signs the same text the same way, so there are never two notes of a size.
 */

import type { Evidence } from '../../core/log/quarantine.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { CompactRange, sameHash } from '../tree/merkle.ts'
import type { AnchorFile } from './anchor-file.ts'
import { type Checkpoint, openCheckpoint, signCheckpoint } from './checkpoint.ts'
import { type Contradictions, findContradictions } from './contradictions.ts'
import { KeyLine, openRotation } from './key-history.ts'
import type { Signer, Verifier } from './note.ts'
import { type AbandonedSet, abandonedIn, statementIn } from './restore-statement.ts'

const PAGE = 10_000

export type SignRefusal = {
  readonly kind: 'refused'
  /**
   * `restored`: events that were signed are missing at the end. `rewritten`: the events are not those that were
   * signed. `foreign`: a checkpoint that this key has not signed, or none that can be read.
   */
  readonly why: 'restored' | 'rewritten' | 'foreign'
  /** How many events the contradicting checkpoint speaks for, and how many there are. */
  readonly signed: number
  readonly size: number
  readonly text: string
}

export type Signing =
  | { readonly kind: 'empty' }
  /** `fresh` is false when the database had a checkpoint of this size already. */
  | {
      readonly kind: 'signed'
      readonly checkpoint: Checkpoint
      readonly note: string
      readonly fresh: boolean
      /** The last one that the checkpoint speaks for. */
      readonly leafHash: Uint8Array
    }
  | SignRefusal

export type CheckpointSigner = {
  readonly verifier: Verifier
  sign(): Promise<Signing>
  /** Checkpoints of this log that somebody else remembers; from now on they count like those of the anchor file. */
  heed(remembered: readonly { readonly note: string; readonly from: string }[]): void
  /** Everything that speaks against the log of now: here, in the database, in this process, and what others found. */
  contradictions(host: string, others: readonly Evidence[]): Promise<Contradictions>
}

export type SignerParts = {
  readonly proof: Pick<
    ProofStore,
    'size' | 'leafHashes' | 'lastCheckpoint' | 'checkpoints' | 'keepCheckpoint' | 'aboutCheckpoints'
  >
  readonly signer: Signer
  readonly anchor: AnchorFile
  /** Earlier keys of the same log. */
  readonly formerKeys?: readonly Verifier[]
}

type Signed = { readonly checkpoint: Checkpoint; readonly note: string }

/** What was counted, and the last leaf of it: the next call goes on from there. */
type Counted = { readonly range: CompactRange; readonly last: Uint8Array | undefined }

const NOTHING: Counted = { range: new CompactRange(), last: undefined }

/** One for each process; calls wait for each other. */
export function checkpointSigner(parts: SignerParts): CheckpointSigner {
  let counted = NOTHING
  let heeded: readonly { readonly note: string; readonly from: string }[] = []
  let turn: Promise<unknown> = Promise.resolve()

  const sign = async (): Promise<Signing> => {
    const abandoned = await abandonedIn(parts.proof, keysOf(parts))
    if (abandoned.has({ size: counted.range.size, root: counted.range.root() })) counted = NOTHING
    const found = await knownCheckpoints(parts, heeded, abandoned)
    if ('kind' in found) return found
    const { known, foreign } = found
    const size = await parts.proof.size()
    const largest = Math.max(counted.range.size, ...known.map((one) => one.checkpoint.size))
    if (largest > size) return refusal('restored', largest, size)
    if (size === 0) return foreign ?? { kind: 'empty' }

    const now = await count(parts.proof, counted, size, known)
    // What was counted is kept: who refuses once refuses again, until it is abandoned or a new process is started.
    if ('kind' in now) return now
    const wrongKey = (await refuseKey(parts, size)) ?? foreign
    if (wrongKey) return wrongKey
    counted = now
    const root = now.range.root()
    const note = signCheckpoint(size, root, parts.signer)
    const before = known.filter((one) => one.checkpoint.size === size)
    const inAnchor = before.some((one) => one.from === 'anchor')
    const inDatabase = before.some((one) => one.from === 'database')
    if (!inAnchor) await parts.anchor.append(note)
    const fresh = !inDatabase && (await parts.proof.keepCheckpoint({ size, note }))
    if (!inDatabase && !fresh) {
      // Another replica was first.
      const others = (await parts.proof.checkpoints(size - 1, 1))
        .map((one) => openCheckpoint(one.note, keysOf(parts)))
        .filter((one) => one.ok)
      if (others.length === 0) return refusal('foreign', size, size)
      if (!others.some((one) => sameHash(one.checkpoint.root, root))) return refusal('rewritten', size, size)
    }
    return {
      kind: 'signed',
      checkpoint: { origin: parts.signer.verifier.name, size, root },
      note,
      fresh,
      leafHash: now.last as Uint8Array,
    }
  }

  return {
    verifier: parts.signer.verifier,
    sign: () => {
      const result = turn.then(sign)
      turn = result.catch(() => {})
      return result
    },
    heed: (remembered) => {
      heeded = remembered
    },
    contradictions: (host, others) => {
      const { range } = counted
      const root = Buffer.from(range.root()).toString('base64')
      return findContradictions({
        proof: parts.proof,
        keys: keysOf(parts),
        origin: parts.signer.verifier.name,
        anchored: parts.anchor.all(),
        host,
        others: [
          ...(range.size > 0 ? [{ size: range.size, root, host }] : []),
          ...heeded.map(({ note, from }) => ({ size: 0, root: '', note, host: from })),
          ...others,
        ],
      })
    },
  }
}

/** The log itself says whose turn it is: an event at any index below `size` may have replaced our key. */
async function refuseKey(parts: SignerParts, size: number): Promise<SignRefusal | undefined> {
  const line = new KeyLine(keysOf(parts))
  let replacedAt: number | undefined
  for (const { index, bytes } of await parts.proof.aboutCheckpoints('key.rotated')) {
    if (index >= size) continue
    line.read(index, bytes)
    const rotation = openRotation(statementIn(bytes))
    // Nobody but the next key has signed it. Not to sign is right all the same: the worst that comes of it is an alarm.
    if (rotation?.former.vkey === parts.signer.verifier.vkey) replacedAt = index
  }
  if (replacedAt !== undefined)
    return refusal(
      'foreign',
      size,
      size,
      `event ${replacedAt} says that the key on this host (${parts.signer.verifier.id}) was replaced. Copy the new key file here.`,
    )
  const last = line.handovers.at(-1)
  const ours = parts.signer.verifier
  if (last ? last.next === ours.vkey : (parts.formerKeys ?? []).length === 0) return undefined
  const why = last
    ? `event ${last.index} says that the key ${last.next} has replaced the one on this host (${ours.id}). Copy the new key file here.`
    : `no event says that the key on this host (${ours.id}) has replaced the one before. Run: elevate audit key --rotate`
  return refusal('foreign', size, size, why)
}

const keysOf = ({ signer, formerKeys = [] }: SignerParts) => [signer.verifier, ...formerKeys]

type Known = Signed & { readonly from: 'database' | 'anchor' | 'elsewhere' }

/** `foreign` is said only when nothing worse is found. */
type Found = { readonly known: readonly Known[]; readonly foreign: SignRefusal | undefined }

async function knownCheckpoints(
  parts: SignerParts,
  heeded: readonly { readonly note: string }[],
  abandoned: AbandonedSet,
): Promise<Found | SignRefusal> {
  const keys = keysOf(parts)
  const open = (note: string) => {
    const opened = openCheckpoint(note, keys)
    return opened.ok && opened.checkpoint.origin === parts.signer.verifier.name
      ? { checkpoint: opened.checkpoint, note }
      : undefined
  }
  const [kept, { notes, written }] = await Promise.all([parts.proof.lastCheckpoint(), parts.anchor.tail()])
  const inDatabase = kept && open(kept.note)
  const foreign =
    kept && inDatabase?.checkpoint.size !== kept.size
      ? refusal(
          'foreign',
          kept.size,
          0,
          `the database's last checkpoint (${kept.size} events) is not one that ${parts.signer.verifier.name} has signed. ` +
            'Is this the key of this log?',
        )
      : undefined
  const anchored = notes.map(open).filter((one) => one !== undefined)
  if (written && anchored.length === 0)
    return refusal(
      'foreign',
      0,
      0,
      `${parts.anchor.path} has no checkpoint that ${parts.signer.verifier.name} has signed. Is this the key of this log?`,
    )
  const known = [
    ...(inDatabase ? [{ ...inDatabase, from: 'database' as const }] : []),
    ...anchored.map((one) => ({ ...one, from: 'anchor' as const })),
    ...heeded
      .map((one) => open(one.note))
      .filter((one) => one !== undefined)
      .map((one) => ({ ...one, from: 'elsewhere' as const })),
  ]
  return { known: known.filter((one) => !abandoned.has(one.checkpoint)), foreign }
}

/** Counts on to `size` leaves, and compares with every known checkpoint on the way. */
async function count(
  proof: SignerParts['proof'],
  { range: counted, last: lastCounted }: Counted,
  size: number,
  known: readonly Known[],
): Promise<Counted | SignRefusal> {
  const range = counted.clone()
  let last = lastCounted
  const contradicts = () =>
    known.some(({ checkpoint }) => checkpoint.size === range.size && !sameHash(checkpoint.root, range.root()))
  if (contradicts()) return refusal('rewritten', range.size, size)
  // One back: the last leaf that was counted must still be the same.
  let next = Math.max(0, range.size - 1)
  while (range.size < size || next < range.size) {
    const page = await proof.leafHashes(next, Math.min(PAGE, size - next))
    for (const { index, hash } of page) {
      if (index !== next) return refusal('rewritten', next, size)
      next += 1
      if (index < range.size) {
        if (last && !sameHash(last, hash)) return refusal('rewritten', range.size, size)
        continue
      }
      range.append(hash)
      last = hash
      if (contradicts()) return refusal('rewritten', range.size, size)
    }
    if (page.length === 0) return refusal('rewritten', next, size)
  }
  return { range, last }
}

function refusal(why: SignRefusal['why'], signed: number, size: number, text?: string): SignRefusal {
  const words = {
    restored:
      `the log has ${size} events, but ${signed} were signed: it was restored from an older backup, or its end ` +
      `was removed. ${signed === size + 1 ? `Event ${size} is` : `Events ${size} to ${signed - 1} are`} missing.`,
    rewritten: `the first ${signed} events are not the ones that were signed: the log was rewritten, or restored and continued.`,
    foreign: `the checkpoint of ${signed} events was signed by somebody else.`,
  }
  return { kind: 'refused', why, signed, size, text: text ?? words[why] }
}
