/** The audit log's key and anchor file, the signer made of them, and exports on record. */
import { readFile } from 'node:fs/promises'
import type { OperatorInterior } from '../../app/operator.ts'
import { anchorFile } from '../../audit/checkpoint/anchor-file.ts'
import { type Checkpoint, openCheckpoint } from '../../audit/checkpoint/checkpoint.ts'
import { openRotation } from '../../audit/checkpoint/key-history.ts'
import { readVkey, type Signer, type Verifier } from '../../audit/checkpoint/note.ts'
import { statementIn } from '../../audit/checkpoint/restore-statement.ts'
import type { CheckpointSigner, Signing } from '../../audit/checkpoint/sign-checkpoint.ts'
import { openSigningKey } from '../../audit/checkpoint/signing-key.ts'
import type { Proofs } from '../../audit/proofs.ts'
import type { OperatorExport } from '../../operations/log/record-as-operator.ts'
import { unlessRefused } from '../../operations/refusals.ts'
import { operatorName } from '../open.ts'

/** `ELEVATE_AUDIT_KEY_FILE`, or where the bot in this directory keeps its key. */
export function keyFile(): string {
  return process.env.ELEVATE_AUDIT_KEY_FILE?.trim() || '.elevate/audit.key'
}

/** `ELEVATE_AUDIT_ANCHOR_FILE`, or where the bot in this directory keeps it. */
export function anchorInUse() {
  return anchorFile(process.env.ELEVATE_AUDIT_ANCHOR_FILE?.trim() || '.elevate/audit.anchor')
}

/** `formerKeys`: those that signed before, the last one first. */
export type KeyInUse = { readonly signer: Signer; readonly formerKeys: readonly Verifier[] }

/** The key of the bot in this directory, and those before it. Throws with what to do when there is none. */
export async function signingKeyInUse(): Promise<KeyInUse> {
  const key = await openSigningKey(keyFile())
  if (!key.ok) throw new Error(key.fault)
  return { signer: key.signer, formerKeys: key.former }
}

/** Signs with this key and the anchor file of this host. */
export function signing(proofs: Proofs, key: KeyInUse): CheckpointSigner {
  return proofs.signer({ ...key, anchor: anchorInUse() })
}

/** Verifier keys as text, or in a file that has one or some, one a line. Throws for anything else. */
export async function readKeys(
  given: readonly string[],
  read: (vkey: string) => Verifier | undefined = readVkey,
): Promise<Verifier[]> {
  const found = await Promise.all(
    given.map(async (text) => {
      const key = read(text)
      if (key) return [key]
      const lines = (await readFile(text, 'utf8').catch(() => '')).trim().split(/\r?\n/)
      const keys = lines.map((line) => read(line.trim()))
      const good = keys.filter((one) => one !== undefined)
      if (good.length < lines.length)
        throw new Error(
          `“${text.slice(0, 200)}” is not a verifier key of this kind, nor a file that has some.`,
        )
      return good
    }),
  )
  return found.flat()
}

/** The anchor file's last notes that one of these keys has signed, or a key that followed them; and how many are neither. */
export async function anchoredNotes(
  proofs: Proofs,
  believed: readonly Verifier[],
): Promise<{ readonly notes: readonly string[]; readonly torn: number }> {
  const rotated = await proofs.aboutCheckpoints('key.rotated')
  const next = rotated.map((event) => openRotation(statementIn(event.bytes))?.next)
  const keys = [...believed, ...next.filter((key) => key !== undefined)]
  const { notes } = await anchorInUse().tail()
  // A power cut may have torn one before it was published; one that was given by hand must be whole.
  const whole = notes.filter((note) => openCheckpoint(note, keys).ok)
  return { notes: whole, torn: notes.length - whole.length }
}

type LastSigned = {
  readonly checkpoint: Checkpoint
  readonly note: string
  /** Known when the key is on this host. */
  readonly vkey: string | undefined
  /** The same with all keys before it, oldest first, one a line. */
  readonly vkeys: string | undefined
  /** Set when the log is not the one that was signed: nothing may be written into it, not even this export. */
  readonly contradicted?: string
}

/**
 * A checkpoint signed now when the key is on this host, so that the newest events are in it; else the last one there is,
 * which standard error says. Throws when there is none, or when another key signs the log.
 */
export async function lastSigned(proofs: Proofs): Promise<LastSigned> {
  const key = await openSigningKey(keyFile())
  const vkeys = key.ok
    ? {
        vkey: key.signer.verifier.vkey,
        vkeys: [...key.former.map((one) => one.vkey).reverse(), key.signer.verifier.vkey].join('\n'),
      }
    : { vkey: undefined, vkeys: undefined }
  const signed = await signIfPossible(proofs)
  if (signed?.kind === 'refused' && signed.why === 'foreign') throw new Error(`Not exported: ${signed.text}`)
  if (signed?.kind === 'signed') return { checkpoint: signed.checkpoint, note: signed.note, ...vkeys }
  const contradicted = signed?.kind === 'refused' ? signed.text : undefined
  const kept = await proofs.keptCheckpoint()
  if (!kept)
    throw new Error(
      `There is no checkpoint to prove anything under, and no key to sign one: ${key.ok ? '' : key.fault}`,
    )
  process.stderr.write(
    `${contradicted === undefined ? 'The key is not here' : `Nothing can be signed now (${contradicted})`}: what is proven ends with the last checkpoint in this database, at ${kept.checkpoint.size} events.\n`,
  )
  return { ...kept, ...vkeys, ...(contradicted === undefined ? {} : { contradicted }) }
}

/** Why the log is not the one that was signed, as far as this host can tell; signs it when it is. */
export async function contradictionNow(proofs: Proofs): Promise<string | undefined> {
  const signed = await signIfPossible(proofs)
  return signed?.kind === 'refused' && signed.why !== 'foreign' ? signed.text : undefined
}

/** Undefined when this host has no key. */
async function signIfPossible(proofs: Proofs): Promise<Signing | undefined> {
  const key = await openSigningKey(keyFile())
  return key.ok ? signing(proofs, { signer: key.signer, formerKeys: key.former }).sign() : undefined
}

/**
 * Records in the audit log that something is taken out of it, before anything leaves. `contradicted`: why the log must not
 * grow now. Then, and during a quarantine, the export is made all the same, because those who investigate need it just then,
 * and standard error says that it is not on record.
 */
export async function recordExport(
  { verbs }: Pick<OperatorInterior, 'verbs'>,
  { contradicted, ...what }: Omit<OperatorExport, 'by'> & { readonly contradicted?: string | undefined },
): Promise<void> {
  const why = contradicted ?? unlessRefused(await verbs.recordOperatorExport({ ...what, by: operatorName() }))
  if (why === undefined) return
  process.stderr.write(
    `NOT RECORDED: the log does not say that this was taken out, because it is not the log that was signed (${why.replace(/\.$/, '')}), and nothing may be written into it before an operator has seen the difference and confirmed it (elevate quarantine). Note elsewhere who took it, when and why.\n`,
  )
}

/** Progress on standard error: on a terminal in one line that is rewritten, elsewhere a line every five seconds. */
export function progress(what: string): { readonly at: (done: number) => void; readonly end: () => void } {
  const onTerminal = process.stderr.isTTY
  const everyMs = onTerminal ? 100 : 5_000
  let last = onTerminal ? 0 : performance.now()
  return {
    at: (done) => {
      if (performance.now() - last < everyMs) return
      last = performance.now()
      process.stderr.write(onTerminal ? `\r${what}: ${done} events` : `${what}: ${done} events\n`)
    },
    end: () => {
      if (onTerminal && last > 0) process.stderr.write('\r\u001b[K')
    },
  }
}
