/**
 * Signs what the log is now, but only when it still holds all that was signed before. Two checkpoints of one log that
 * contradict each other would make every checkpoint worthless, so the signer takes the last one in the database, the last
 * ones in the anchor file and those that witnesses remember, compares each with the leaves of now, and refuses when one
 * does not verify. That is also how a database that was restored from an old backup is noticed. Checkpoints that an
 * operator abandoned with a signature (restore-statement.ts) contradict nothing any more.
 *
 * The order is: anchor file, then database, then publication. Killed in between, the next call finds the note in the
 * anchor file and completes the rest; Ed25519 signs the same text the same way, so there are never two notes of a size.
 */

import type { Evidence } from '../../core/log/quarantine.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { CompactRange, sameHash } from '../tree/merkle.ts'
import { hashPages } from '../tree/pages.ts'
import { type AnchorFile, anchorFile } from './anchor-file.ts'
import { type Checkpoint, openCheckpoint, signCheckpoint } from './checkpoint.ts'
import { type Contradictions, findContradictions } from './contradictions.ts'
import { KeyHistory, openRotation } from './key-history.ts'
import type { Signer, Verifier } from './note.ts'
import { type AbandonedSet, abandonedIn, statementIn } from './restore-statement.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'

type SignRefusal = {
  readonly kind: 'refused'
  /**
   * `restored`: events that were signed are missing at the end. `rewritten`: the events are not those that were
   * signed. `foreign`: a checkpoint that this key has not signed, or none that can be read.
   */
  readonly why: 'restored' | 'rewritten' | 'foreign'
  /** The size of the checkpoint that is contradicted, and of the log. */
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
      /** The hash of the last event under the checkpoint. */
      readonly leafHash: Uint8Array
    }
  | SignRefusal

/** A checkpoint that somebody else remembers, for example a witness; its signature is not checked yet. */
type Remembered = { readonly note: string; readonly from: string }

export type CheckpointSigner = {
  /** The key that signs now. */
  readonly verifier: Verifier
  /** Throws when the database or the anchor file cannot be read or written. */
  sign(): Promise<Signing>
  /** From now on these checkpoints of this log count like those of the anchor file. */
  addKnownCheckpoints(remembered: readonly Remembered[]): void
  /** Everything that contradicts the current log: on this host, in the database, in this process, and what others found. */
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
  /** By note; shared with the signer that takes over after a rotation. */
  readonly remembered?: Map<string, Remembered>
}

/** The leaves that were read, and the last one of them: the next call continues from there. */
type Counted = { readonly range: CompactRange; readonly last: Uint8Array | undefined }

const NOTHING: Counted = { range: new CompactRange(), last: undefined }

/** One for each process; calls of `sign` wait for each other. */
export function checkpointSigner(parts: SignerParts): CheckpointSigner {
  let counted = NOTHING
  const { remembered = new Map<string, Remembered>() } = parts
  let turn: Promise<unknown> = Promise.resolve()

  const sign = async (): Promise<Signing> => {
    const abandoned = await abandonedIn(parts.proof, keysOf(parts))
    if (abandoned.has({ size: counted.range.size, root: counted.range.root() })) counted = NOTHING
    const found = await knownCheckpoints(parts, remembered.keys(), abandoned)
    if ('kind' in found) return found
    const { known, foreign } = found
    const size = await parts.proof.size()
    const largest = Math.max(counted.range.size, ...known.map((one) => one.checkpoint.size))
    if (largest > size) return refusal('restored', largest, size)
    if (size === 0) return foreign ?? { kind: 'empty' }

    const now = await count(parts.proof, counted, size, known)
    // `counted` stays: a signer that refuses once refuses again, until that checkpoint is abandoned or the process restarts.
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
    addKnownCheckpoints: (more) => {
      for (const one of more) remembered.set(one.note, one)
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
          ...[...remembered.values()].map(({ note, from }) => ({ size: 0, root: '', note, host: from })),
          ...others,
        ],
      })
    },
  }
}

/** The log itself says which key signs: an event at any index below `size` may have replaced ours. */
async function refuseKey(parts: SignerParts, size: number): Promise<SignRefusal | undefined> {
  const history = new KeyHistory(keysOf(parts))
  const ours = parts.signer.verifier
  let replacedAt: number | undefined
  for (const { index, bytes } of await parts.proof.aboutCheckpoints('key.rotated')) {
    if (index >= size) continue
    history.readRotation(index, bytes)
    const rotation = openRotation(statementIn(bytes))
    // Refusing to sign is safe, also when only the next key has signed this: at worst it raises a false alarm.
    if (rotation?.former.vkey === ours.vkey) replacedAt = index
  }
  if (replacedAt !== undefined)
    return refusal(
      'foreign',
      size,
      size,
      `event ${replacedAt} says that the key on this host (${ours.id}) was replaced. Copy the new key file here.`,
    )
  const last = history.handovers.at(-1)
  if (last ? last.next === ours.vkey : (parts.formerKeys ?? []).length === 0) return undefined
  const why = last
    ? `event ${last.index} says that the key ${last.next} has replaced the one on this host (${ours.id}). Copy the new key file here.`
    : `no event says that the key on this host (${ours.id}) has replaced the one before. Run: elevate audit key --rotate`
  return refusal('foreign', size, size, why)
}

const keysOf = ({ signer, formerKeys = [] }: SignerParts) => [signer.verifier, ...formerKeys]

type Known = {
  readonly checkpoint: Checkpoint
  readonly from: 'database' | 'anchor' | 'elsewhere'
}

/** `foreign` is reported only when nothing worse is found. */
type Found = { readonly known: readonly Known[]; readonly foreign: SignRefusal | undefined }

async function knownCheckpoints(
  parts: SignerParts,
  remembered: Iterable<string>,
  abandoned: AbandonedSet,
): Promise<Found | SignRefusal> {
  const keys = keysOf(parts)
  const { name } = parts.signer.verifier
  const open = (note: string, from: Known['from']): Known[] => {
    const opened = openCheckpoint(note, keys)
    return opened.ok && opened.checkpoint.origin === name ? [{ checkpoint: opened.checkpoint, from }] : []
  }
  const [kept, { notes, written }] = await Promise.all([parts.proof.lastCheckpoint(), parts.anchor.tail()])
  const inDatabase = kept ? open(kept.note, 'database') : []
  const unread = `the database's last checkpoint (${kept?.size} events) is not one that ${name} has signed. Is this the key of this log?`
  const foreign =
    kept && inDatabase[0]?.checkpoint.size !== kept.size
      ? refusal('foreign', kept.size, 0, unread)
      : undefined
  const anchored = notes.flatMap((note) => open(note, 'anchor'))
  if (written && anchored.length === 0)
    return refusal(
      'foreign',
      0,
      0,
      `${parts.anchor.path} has no checkpoint that ${name} has signed. Is this the key of this log?`,
    )
  const elsewhere = [...remembered].flatMap((note) => open(note, 'elsewhere'))
  const known = [...inDatabase, ...anchored, ...elsewhere]
  return { known: known.filter((one) => !abandoned.has(one.checkpoint)), foreign }
}

/** Reads on to `size` leaves, and compares with every known checkpoint on the way. */
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
  // One back: the last leaf that was read must still be the same.
  let next = Math.max(0, range.size - 1)
  for await (const page of hashPages(proof, next, size))
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
  if (next < size) return refusal('rewritten', next, size)
  return { range, last }
}

function refusal(why: SignRefusal['why'], signed: number, size: number, text?: string): SignRefusal {
  const words = {
    restored:
      `the log has ${size} events, but ${signed} were signed: it was restored from an older backup, or its end ` +
      `was removed. ${signed === size + 1 ? `Event ${size} is` : `Events ${size} to ${signed - 1} are`} missing.`,
    rewritten: `the first ${signed} events are not the ones that were signed: the log was rewritten, or restored and continued.`,
    foreign: `the checkpoint of ${signed} events was signed by another key.`,
  }
  return { kind: 'refused', why, signed, size, text: text ?? words[why] }
}

/**
 * The signer of a log from its files; `make` makes a key where there is none. Throws with what to correct. The key file is
 * read before each signing, so that a rotation needs no restart; one that cannot be read changes nothing.
 */
export async function openSigner(files: {
  readonly key: string
  readonly anchor: string
  readonly make: boolean
  readonly proof: SignerParts['proof']
}): Promise<CheckpointSigner> {
  const shared = {
    proof: files.proof,
    anchor: anchorFile(files.anchor),
    remembered: new Map<string, Remembered>(),
  }
  const signerOf = ({ signer, former }: Extract<SigningKey, { ok: true }>) =>
    checkpointSigner({ ...shared, signer, formerKeys: former })
  const key = await openSigningKey(files.key, files.make)
  if (!key.ok) throw new Error(key.fault)
  let current = signerOf(key)
  return {
    get verifier() {
      return current.verifier
    },
    sign: async () => {
      const now = await openSigningKey(files.key)
      if (now.ok && now.signer.verifier.vkey !== current.verifier.vkey) current = signerOf(now)
      return current.sign()
    },
    addKnownCheckpoints: (more) => current.addKnownCheckpoints(more),
    contradictions: (...asked) => current.contradictions(...asked),
  }
}
