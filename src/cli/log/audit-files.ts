/** Where the audit log's key and anchor file are, and the signer made of them. */
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { anchorFile } from '../../audit/checkpoint/anchor-file.ts'
import { type Checkpoint, openCheckpoint, parseCheckpoint } from '../../audit/checkpoint/checkpoint.ts'
import { openRotation } from '../../audit/checkpoint/key-history.ts'
import { readVkey, type Signer, type Verifier } from '../../audit/checkpoint/note.ts'
import { statementIn } from '../../audit/checkpoint/restore-statement.ts'
import { type CheckpointSigner, checkpointSigner } from '../../audit/checkpoint/sign-checkpoint.ts'
import { openSigningKey } from '../../audit/checkpoint/signing-key.ts'
import type { JsonObject } from '../../core/connector.ts'
import { Quarantined } from '../../core/log/quarantine.ts'
import type { ProofStore } from '../../store/log/checkpoints.ts'
import { openProofStore, type ProofStoreHandle } from '../../store/log/open-proof-store.ts'
import { databaseUrl, withStore } from '../database.ts'

export function keyFile(): string {
  return process.env.ELEVATE_AUDIT_KEY_FILE?.trim() || '.elevate/audit.key'
}

export function anchorInUse() {
  return anchorFile(process.env.ELEVATE_AUDIT_ANCHOR_FILE?.trim() || '.elevate/audit.anchor')
}

export type KeyInUse = { readonly signer: Signer; readonly formerKeys: readonly Verifier[] }

/** The key of the bot in this directory, and those before it; throws with what to do when there is none. */
export async function signingKeyInUse(): Promise<KeyInUse> {
  const key = await openSigningKey(keyFile())
  if (!key.ok) throw new Error(key.fault)
  return { signer: key.signer, formerKeys: key.former }
}

export function signing(proof: ProofStore, key: KeyInUse): CheckpointSigner {
  return checkpointSigner({ proof, ...key, anchor: anchorInUse() })
}

/** Verifier keys as text, or in a file that has one or some, one a line. */
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

/** The anchor file's last notes that one of these keys has signed, or one that followed them; and how many are neither. */
export async function anchoredNotes(
  proof: ProofStore,
  believed: readonly Verifier[],
): Promise<{ readonly notes: readonly string[]; readonly torn: number }> {
  const rotated = await proof.aboutCheckpoints('key.rotated')
  const next = rotated.map((event) => openRotation(statementIn(event.bytes))?.next)
  const keys = [...believed, ...next.filter((key) => key !== undefined)]
  const { notes } = await anchorInUse().tail()
  // A power cut may have torn one before anybody was told of it; one that was given by hand must be whole.
  const whole = notes.filter((note) => openCheckpoint(note, keys).ok)
  return { notes: whole, torn: notes.length - whole.length }
}

export async function withProofs<T>(work: (proof: ProofStoreHandle) => Promise<T>): Promise<T> {
  const proof = await openProofStore({ url: databaseUrl() })
  try {
    return await work(proof)
  } finally {
    await proof.close()
  }
}

/** Signed now when the key is here, so that the newest events are in it; else the last one there is. */
export async function lastSigned(proof: ProofStore): Promise<{
  readonly checkpoint: Checkpoint
  readonly note: string
  /** Known when the key is here. */
  readonly vkey: string | undefined
  /** The same with all that came before it, oldest first, one a line. */
  readonly vkeys: string | undefined
  /** Set when the log is not the one that was signed: nothing may be written into it now, that this was taken out either. */
  readonly contradicted?: string
}> {
  const key = await openSigningKey(keyFile())
  const vkeys = key.ok
    ? {
        vkey: key.signer.verifier.vkey,
        vkeys: [...key.former.map((one) => one.vkey).reverse(), key.signer.verifier.vkey].join('\n'),
      }
    : { vkey: undefined, vkeys: undefined }
  let contradicted: string | undefined
  if (key.ok) {
    const result = await signing(proof, { signer: key.signer, formerKeys: key.former }).sign()
    if (result.kind === 'refused' && result.why === 'foreign') throw new Error(`Not exported: ${result.text}`)
    if (result.kind === 'signed') return { checkpoint: result.checkpoint, note: result.note, ...vkeys }
    if (result.kind === 'refused') contradicted = result.text
  }
  const kept = await proof.lastCheckpoint()
  const checkpoint = kept && parseCheckpoint(kept.note.slice(0, kept.note.indexOf('\n\n') + 1))
  if (!kept || !checkpoint)
    throw new Error(
      `There is no checkpoint to prove anything under, and no key to sign one: ${key.ok ? '' : key.fault}`,
    )
  process.stderr.write(
    `${contradicted === undefined ? 'The key is not here' : `Nothing can be signed now (${contradicted})`}: what is proven ends with the last checkpoint in this database, at ${checkpoint.size} events.\n`,
  )
  return {
    checkpoint,
    note: kept.note,
    ...vkeys,
    ...(contradicted === undefined ? {} : { contradicted }),
  }
}

/** Why the log is not the one that was signed, as far as this host can tell; signs it when it is. */
export async function contradictionNow(proof: ProofStore): Promise<string | undefined> {
  const key = await openSigningKey(keyFile())
  if (!key.ok) return undefined
  const result = await signing(proof, { signer: key.signer, formerKeys: key.former }).sign()
  return result.kind === 'refused' && result.why !== 'foreign' ? result.text : undefined
}

/**
 * Who took what out is an event itself, written before anything leaves. In quarantine nothing may be written, and whoever
 * finds out what happened needs an export just then: it is made all the same, and it is said that it is not on record.
 */
export async function recordExport(what: {
  readonly formats: readonly string[]
  readonly person?: string | undefined
  readonly target?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly grant?: number | undefined
  /** SHA-256 of what was made. */
  readonly manifest?: string
  /** Why the log must not grow now. */
  readonly contradicted?: string | undefined
}): Promise<void> {
  if (what.contradicted !== undefined) return tellUnrecorded(what.contradicted)
  const { formats, person, target, from, to, grant, manifest } = what
  const detail: JsonObject = {
    formats: [...formats],
    ...(from ? { from: from.toISOString() } : {}),
    ...(to ? { to: to.toISOString() } : {}),
    ...(manifest ? { manifest } : {}),
  }
  await withStore(async (store) => {
    try {
      await store.transaction(async (tx) =>
        tx.append({
          type: 'export.made',
          actor: { kind: 'operator', id: userInfo().username },
          ...(person ? { subject: person } : {}),
          ...(target ? { target } : {}),
          ...(grant ? { grant: `G-${grant}` } : {}),
          detail,
        }),
      )
    } catch (error) {
      if (!(error instanceof Quarantined)) throw error
      tellUnrecorded((await store.quarantine.current())?.said ?? 'it is not the log that was signed.')
    }
  })
}

function tellUnrecorded(why: string): void {
  process.stderr.write(
    `NOT RECORDED: the log does not say that this was taken out, because it is not the log that was signed (${why.replace(/\.$/, '')}), and nothing may be written into it before an operator has seen the difference and confirmed it (elevate quarantine). Note elsewhere who took it, when and why.\n`,
  )
}

/** Says on stderr how far it is: on a terminal in one line that is written again and again, elsewhere now and then. */
export function progress(what: string): { readonly at: (done: number) => void; readonly end: () => void } {
  const onTerminal = process.stderr.isTTY
  const every = onTerminal ? 100 : 5_000
  let last = onTerminal ? 0 : performance.now()
  return {
    at: (done) => {
      if (performance.now() - last < every) return
      last = performance.now()
      process.stderr.write(onTerminal ? `\r${what}: ${done} events` : `${what}: ${done} events\n`)
    },
    end: () => {
      if (onTerminal && last > 0) process.stderr.write('\r\u001b[K')
    },
  }
}
